import path from 'node:path';
import { parseStart, parseTest } from './arguments.ts';
import { delegate } from './delegate.ts';
import { exec } from './exec.ts';
import { root } from './paths.ts';
import { build, codegen, install, prepare } from './prepare.ts';
import { Refusal, say } from './print.ts';
import { start } from './start.ts';
import { lint, runTests } from './run-tests.ts';
import { mutate } from './mutate.ts';
import { playChaos } from './stage.ts';

const usage = `usage: npm start | npm test | npm run demo | bench | chaos | mutate | fuzz | linli | sbom | codegen | build | lint   (options after --; --help on each)`;

/** Dispatches one root script. Ends the process. */
export async function main(args: readonly string[]): Promise<void> {
  const [command = '', ...rest] = args;
  const abort = new AbortController();
  listenForEnd(abort);
  try {
    process.exit(await dispatch(command, rest, abort.signal));
  } catch (error) {
    // Asked to stop while starting: that is no failure of `npm start`.
    if (abort.signal.aborted) process.exit(command === 'start' ? 0 : 130);
    process.stderr.write(`${error instanceof Refusal ? asLine(error.message) : (error as Error).stack}\n`);
    process.exit(1);
  }
}

async function dispatch(command: string, rest: readonly string[], signal: AbortSignal): Promise<number> {
  switch (command) {
    case 'start':
      return start(parseStart(rest), process.env, signal);
    case 'test':
      return runTests(parseTest(rest), process.env, signal);
    case 'lint':
      await prepareSources(signal);
      return (await lint(signal)) ? 0 : 1;
    case 'codegen':
      await install(signal);
      await codegen(signal);
      return 0;
    case 'build':
      await install(signal);
      await build(signal);
      return 0;
    case 'chaos':
      await prepare(signal);
      return playChaos(rest, process.env, signal);
    case 'mutate':
      return mutate(rest, process.env, signal);
    case 'sbom':
      await prepare(signal);
      return (await exec({ command: process.execPath, args: [path.join(root, 'infra/supply-chain/dist/main.js'), ...rest], cwd: root, show: 'all', signal })).code;
    case 'demo':
    case 'bench':
    case 'fuzz':
    case 'linli':
      await prepare(signal);
      return delegate(command, rest, { env: process.env, signal });
    default:
      say(usage);
      return command === '--help' ? 0 : 2;
  }
}

async function prepareSources(signal: AbortSignal): Promise<void> {
  await install(signal);
  await codegen(signal);
}

/** The first signal asks for an orderly end; a second one, a moment later, leaves the rest to the guard. */
function listenForEnd(abort: AbortController): void {
  let first = 0;
  const end = (): void => {
    // Ctrl-C may arrive twice at once: from the terminal and from npm.
    if (first > 0 && Date.now() - first > 1_000) process.exit(130);
    first ||= Date.now();
    abort.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end);
  // The launcher that re-executed us is gone.
  process.on('disconnect', end);
  process.channel?.unref();
}

/** The last line says what is wrong; lines before it, if any, are what led there. */
function asLine(message: string): string {
  const lines = message.split('\n');
  return [...lines.slice(0, -1), `linli: ${lines.at(-1) ?? ''}`].join('\n');
}
