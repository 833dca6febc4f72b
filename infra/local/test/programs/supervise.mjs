// A supervisor with three children, for tests that kill it in every way. Ends as start.ts does.
import path from 'node:path';
import { Supervisor } from '../../supervisor.ts';

const [folder, ...behaviours] = /** @type {[string, ...string[]]} */ (/** @type {unknown} */ (process.argv.slice(2)));
const supervisor = new Supervisor(path.join(folder, 'logs'));
const names = ['gateway', 'requests', 'postgres'];
names.forEach((name, index) => {
  supervisor.start({
    name,
    command: process.execPath,
    args: [path.join(import.meta.dirname, 'child.mjs'), name, path.join(folder, 'journal'), ...behaviours.slice(index, index + 1)],
    env: { PATH: process.env['PATH'] },
    rank: index,
    graceMs: 500,
  });
});
const asked = new Promise((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => resolve(undefined));
});
const crash = /** @type {import('../../supervisor.ts').Crash | undefined} */ (await Promise.race([asked, supervisor.crashed]));
await supervisor.stop();
if (crash) process.stdout.write(`${crash.name} ${crash.how}\n`);
process.exit(crash ? 1 : 0);
