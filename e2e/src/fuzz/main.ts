import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '@linli/config';
import { startOwnPlatform, type OwnPlatform } from '../own-platform';
import { describeCounts, faultsOf, mergeCounts, operationsOf } from './report';
import { installSchemathesis, runSchemathesis, type Fuzzed } from './schemathesis';
import { tokenOfMachine, tokenOfPerson } from '../token';

const usage = `npm run fuzz -- [options]   sends the API what its own document allows and forbids, and holds every answer against the document
  --minutes N    how long, 5 when absent
  --seed N       repeats an earlier run's choices; a new one is chosen and printed when absent
  --running      uses the platform that runs here, within its limits, and leaves what it makes there; else it starts one of its own`;

// Residents first: what they file, the others work on. The shares are of the whole time.
const callers = [
  { name: 'nobody', subject: undefined, share: 0.05 },
  { name: 'resident', subject: 'xs-resident-01', share: 0.2 },
  { name: 'clerk', subject: 'xs-staff-14', share: 0.2 },
  { name: 'director', subject: 'xs-staff-01', share: 0.2 },
  { name: 'handler', subject: 'xs-staff-08', share: 0.1 },
  { name: 'system administrator', subject: 'xs-staff-03', share: 0.12 },
  { name: 'security administrator', subject: 'xs-staff-04', share: 0.08 },
  { name: 'another system', subject: 'xs-client-01', share: 0.05 },
];
// A token lives for 15 minutes, and nobody's turn is longer.
const longestRound = 60;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

type Target = Pick<OwnPlatform, 'gateway' | 'issuer' | 'stop'>;

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly running: boolean;
}

async function fuzz(): Promise<number> {
  const { values } = parseArgs({ options: { minutes: { type: 'string', default: '5' }, seed: { type: 'string' }, running: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) {
    say(usage);
    return 0;
  }
  const options = { minutes: Number(values.minutes), seed: Number(values.seed ?? Date.now() % 1_000_000), running: values.running };
  if (!(options.minutes > 0) || !Number.isSafeInteger(options.seed)) {
    say(usage);
    return 2;
  }
  const missing = installSchemathesis();
  if (missing !== undefined) throw new Error(`${missing}: install it, then try again`);
  const folder = path.resolve(__dirname, '../../../.linli/fuzz');
  const platform = options.running ? runningPlatform() : await startOwnPlatform(path.join(folder, 'data'), { fresh: true });
  try {
    return await judge(platform, path.join(folder, 'run'), options);
  } finally {
    await platform.stop();
  }
}

function runningPlatform(): Target {
  const { gateway, issuer } = readConfig(process.env, (env) => ({ gateway: env.url('GATEWAY_URL'), issuer: env.url('OIDC_ISSUER') }));
  return { gateway, issuer, stop: () => Promise.resolve() };
}

async function judge(platform: Target, folder: string, options: Options): Promise<number> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  say(`seed ${options.seed}, ${options.minutes} minutes, ${platform.gateway}`);
  const runs = await everyTurn(platform, folder, options);
  const counts = mergeCounts(runs.map((run) => run.counts));
  const stood = mergeCounts(runs.map((run) => ({ all: run.stood })))['all'] ?? {};
  say(`\n${describeCounts(counts).join('\n')}`);
  say(`\nrefused although the schema allows it, by rules that no schema can say: ${Object.entries(stood).map((pair) => pair.join(' ')).join(', ') || 'none'}`);
  const document = (await (await fetch(`${platform.gateway}/openapi.json`)).json()) as Parameters<typeof operationsOf>[0];
  const faults = [...runs.flatMap(({ clean, output }) => (clean ? [] : [output])), ...faultsOf(operationsOf(document), counts)];
  if (faults.length > 0) say(`\n${faults.join('\n')}`);
  const sent = Object.values(counts).flatMap((statuses) => Object.values(statuses)).reduce((total, count) => total + count, 0);
  say(`\n${sent} requests, seed ${options.seed}: ${faults.length === 0 ? 'every answer keeps to the document' : 'NOT every answer keeps to the document'}`);
  return faults.length === 0 ? 0 : 1;
}

async function everyTurn({ gateway, issuer }: Target, folder: string, { minutes, seed, running }: Options): Promise<Fuzzed[]> {
  const rounds = Math.ceil(minutes / longestRound);
  const runs: Fuzzed[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, { name, subject, share }] of callers.entries()) {
      const token = subject === undefined ? undefined : await (subject.includes('-client-') ? tokenOfMachine(issuer, subject) : tokenOfPerson(issuer, subject));
      const seconds = Math.max(5, Math.round((minutes * 60 * share) / rounds));
      const run = await runSchemathesis({ url: gateway, token, folder, seconds, seed: seed + index + round * callers.length, rate: running ? '500/m' : undefined });
      writeFileSync(path.join(folder, `${round}-${name.replaceAll(' ', '-')}.txt`), run.output);
      say(`${name.padEnd(24)} ${String(seconds).padStart(4)} s   ${run.clean ? 'clean' : 'FINDINGS'}`);
      runs.push(run);
    }
  }
  return runs;
}

fuzz().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`linli: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
