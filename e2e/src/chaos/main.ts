import { readConfig } from '@linli/config';
import { playRun } from './play-run';
import { isKept, printReport } from './report';
import type { Plan } from './stage';

const usage = `npm run chaos -- [--minutes N | --seconds N] [--seed N] [--rate N] [--writers N] [--json]
  cases are worked through the gateway while processes, servers and connections fail; then the history is judged
  --seconds N   how long the load runs (90)     --rate N      changes a second (50)
  --seed N      repeats a run's choices         --writers N   how many work at once (24)`;

interface Options {
  readonly seconds: number;
  readonly seed: number;
  readonly rate: number;
  readonly writers: number;
  readonly json: boolean;
}

/** @returns undefined when the arguments make no sense. */
function parse(args: readonly string[]): Options | undefined {
  const known = new Map([
    ['--seconds', 90],
    ['--minutes', 0],
    ['--seed', Math.floor(Math.random() * 1_000_000)],
    ['--rate', 50],
    ['--writers', 24],
  ]);
  const rest = args.filter((arg) => arg !== '--json');
  for (let index = 0; index < rest.length; index += 2) {
    const [name = '', value = ''] = rest.slice(index, index + 2);
    if (!known.has(name) || !/^\d+(\.\d+)?$/.test(value)) return undefined;
    known.set(name, Number(value));
  }
  const of = (name: string): number => known.get(name) ?? 0;
  return { seconds: of('--minutes') > 0 ? of('--minutes') * 60 : of('--seconds'), seed: of('--seed'), rate: of('--rate'), writers: of('--writers'), json: args.includes('--json') };
}

async function main(args: readonly string[]): Promise<number> {
  const options = parse(args);
  if (options === undefined) {
    process.stdout.write(`${usage}\n`);
    return args.includes('--help') ? 0 : 2;
  }
  const plan = readConfig(process.env, (env) => ({ text: env.text('CHAOS_PLAN') })).text;
  const report = await playRun({ ...options, plan: JSON.parse(plan) as Plan });
  printReport(report, options);
  return isKept(report, options) ? 0 : 1;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`chaos: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  },
);
