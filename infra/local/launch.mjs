// Plain JavaScript that every Node runs with nothing installed. It finds or installs Node 24 and pnpm, then hands over to main.ts.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { withLock } from './lock.mjs';
import { installTools, tools, toolsMissing } from './tools.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.resolve(here, '../..');
const major = Number(process.versions.node.split('.')[0]);

/**
 * @param {string} line
 * @returns {never}
 */
function refuse(line) {
  console.error(`linli: ${line}`);
  process.exit(1);
}

async function installMissing() {
  const withNode = major < 24;
  if (!toolsMissing(root, withNode)) return;
  const began = Date.now();
  const lock = path.join(root, '.linli/install.lock');
  const problem = await withLock(lock, async () => (toolsMissing(root, withNode) ? installTools(root, withNode) : undefined), console.log);
  if (problem) refuse(problem);
  console.log(`tools ${withNode ? '(Node 24, pnpm)' : '(pnpm)'}  ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

/** The channel closes when this process dies, however it dies; main.ts then stops. */
function handOver() {
  const child = spawn(tools(root).node, [path.join(here, 'launch.mjs'), ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => refuse(`Node 24 did not start: ${error.message}`));
  child.on('exit', (code) => process.exit(code ?? 1));
}

if (major < 20) refuse(`Node ${process.versions.node} is too old: install Node 20 or newer (24 is best), then try again`);
await installMissing();
if (major < 24) handOver();
else await (await import('./main.ts')).main(process.argv.slice(2));
