// Plain JavaScript that every Node runs with nothing installed. It finds or installs Node 24 and pnpm, then hands over to main.ts.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
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

/**
 * npm runs us through a shell; when npm or that shell is killed, nobody passes a signal on, and we end as if one had come.
 * Whoever starts this file directly may go away without us.
 */
function endWithNpm() {
  if (!process.env['npm_lifecycle_event']) return;
  const born = ancestors();
  setInterval(() => ancestors() === born || process.kill(process.pid, 'SIGTERM'), 500).unref();
}

/** The parent and, where it can be seen cheaply, the parent's parent. */
function ancestors() {
  if (process.platform !== 'linux') return String(process.ppid);
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]}`;
  } catch {
    return '';
  }
}

if (major < 20) refuse(`Node ${process.versions.node} is too old: install Node 20 or newer (24 is best), then try again`);
await installMissing();
endWithNpm();
if (major < 24) handOver();
else await (await import('./main.ts')).main(process.argv.slice(2));
