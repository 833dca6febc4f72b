// Stands for a service: says that it runs, notes its orderly end in a shared file, and may start a child of its own or refuse to stop.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';

const [name, journal, behaviour] = /** @type {[string, string, string | undefined]} */ (/** @type {unknown} */ (process.argv.slice(2)));
process.on('SIGTERM', () => {
  if (behaviour === 'deaf') return;
  appendFileSync(journal, `${name} stopped\n`);
  process.exit(0);
});
if (behaviour === 'deaf') appendFileSync(journal, `child started ${spawn('sleep', ['600'], { stdio: 'ignore' }).pid}\n`);
appendFileSync(journal, `${name} started ${process.pid}\n`);
setInterval(() => undefined, 1_000);
