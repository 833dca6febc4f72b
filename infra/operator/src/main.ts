import { isAppError } from '@linli/errors';
import { auditUsage, runAudit } from './audit';
import { runClock } from './clock';
import { runImport } from './import';
import { runMigrate } from './migrate';
import { runParked } from './parked';
import { print } from './print';
import { runRestate } from './restate';
import { runTenant, tenantUsage } from './tenants';

interface Command {
  readonly usage: string;
  readonly run: (args: readonly string[], env: NodeJS.ProcessEnv) => Promise<void>;
}

const commands: Readonly<Record<string, Command>> = {
  migrate: { usage: 'migrate [--fresh]                      make or mend roles, databases, tables and topics; --fresh drops the databases first', run: runMigrate },
  import: { usage: 'import FILE… [--tenant CODE]           bring offices, staff, residents and errands in through the services', run: runImport },
  audit: { usage: auditUsage, run: runAudit },
  parked: {
    usage: `parked list                            events that could not be applied or published, and dead letters
  parked redrive   --service S --tenant T --topic P --key K   apply a key's events again, in order
  parked discard   --service S --tenant T --topic P --key K   give up the first event of a key: it becomes a dead letter
  parked republish --service S --tenant T --topic P --key K   send a key's events again that could not be published
                   --consumer C   when it is not named like its service`,
    run: runParked,
  },
  restate: { usage: 'restate --tenant CODE                  tell an office again to readers that were away longer than topics keep events', run: runRestate },
  clock: { usage: 'clock show | advance SPAN              the simulated time of a platform started with --clock; SPAN like 90m, 36h, 1d', run: runClock },
  tenant: { usage: tenantUsage, run: runTenant },
};

async function main([name = '--help', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const command = commands[name];
  if (args.includes('--help') && command) {
    print(`npm run linli -- ${command.usage}`);
    return 0;
  }
  if (!command) {
    print(`usage: npm run linli -- COMMAND\n  ${Object.values(commands).map(({ usage }) => usage).join('\n  ')}`);
    return ['--help', '-h', 'help'].includes(name) ? 0 : 2;
  }
  await command.run(args, env);
  return 0;
}

main(process.argv.slice(2), process.env).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`linli: ${isAppError(error) ? `${text} (${error.reason})` : text}\n`);
    process.exit(1);
  },
);
