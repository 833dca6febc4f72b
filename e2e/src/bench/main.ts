import path from 'node:path';
import { parseArgs } from 'node:util';
import { startOwnPlatform } from '../own-platform';
import type { Bench } from './bench';
import { burst } from './burst';
import { clocks } from './clocks';
import { lifecycle } from './lifecycle';
import { lists } from './lists';
import { fillOffice } from './office-data';
import { relay } from './relay';
import { describeMachine, describeReport, isMet, round } from './report';
import { start } from './start';
import { tree } from './tree';

const benches: readonly Bench[] = [lifecycle, burst, lists, relay, clocks, tree, start];

const usage = `npm run bench -- NAME [options]   measures the platform on data of its own, against a reference in the same run
  NAME           ${benches.map(({ name }) => name).join(' | ')}
  --cases N      cases in the office, ${benches.map(({ name, cases }) => `${name} ${cases.toLocaleString('en')}`).join(', ')} when absent
  --seconds S    of each measured load
  --fresh        makes the data anew, else what an earlier run left is filled up
  --json         prints one object with all figures instead of lines`;

const data = path.resolve(__dirname, '../../../.linli/bench');
const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { cases: { type: 'string' }, seconds: { type: 'string' }, fresh: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h' } },
  });
  const bench = benches.find(({ name }) => name === positionals[0]);
  const cases = Number(values.cases ?? bench?.cases);
  const seconds = Number(values.seconds ?? bench?.seconds);
  if (values.help === true || bench === undefined || !(cases >= 0) || !(seconds > 0)) {
    process.stdout.write(`${usage}\n`);
    return values.help === true ? 0 : 2;
  }
  // One folder a size: filling up never makes a smaller office of a larger one.
  const folder = path.join(data, bench.ownData === true ? `${bench.name}-${cases}` : String(cases));
  const platform = await startOwnPlatform(folder, { fresh: values.fresh });
  try {
    const began = performance.now();
    const added = await fillOffice(platform, cases);
    if (added > 0) say(`${added} cases made in ${Math.round((performance.now() - began) / 1_000)} s`);
    // Before the run, which may end with the platform stopped.
    const machine = await describeMachine(platform.adminUrl);
    const { notes = [], ...outcome } = await bench.run({ platform, cases, seconds, data: folder, say });
    const report = { bench: bench.name, ...outcome, conditions: { cases, seconds, ...outcome.conditions } };
    if (values.json) {
      const figures = report.figures.map((figure) => ({ ...figure, value: round(figure.value), met: isMet(figure) }));
      process.stdout.write(`${JSON.stringify({ ...report, machine, figures, notes }, undefined, 2)}\n`);
    } else process.stdout.write(`${[...describeReport(report), ...notes.map((note) => `  ${note}`)].join('\n')}\n`);
    return 0;
  } finally {
    await platform.stop();
  }
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`linli: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
