import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { testUsage, type TestOptions } from './arguments.ts';
import { checkDisk } from './checks.ts';
import { exec } from './exec.ts';
import { readJestReport, type Tally } from './jest-report.ts';
import { planKafka } from './kafka.ts';
import { root, stateFolder } from './paths.ts';
import { build, codegen, install } from './prepare.ts';
import { say, seconds } from './print.ts';
import { startTestServers } from './servers.ts';
import { mayFillDisk, playChaos } from './stage.ts';

const jestReport = path.join(stateFolder, 'cache/jest-report.json');
const jestLimitMs = 40 * 60_000;
// Tests make much and keep little: with more room for what is new, Node copies less of it. Jest's workers take it over.
const roomForNew = '--max-semi-space-size=64';

/** Everything `npm test` checks. The last line printed is `N passed, N failed`; returns the exit code. */
export async function runTests(options: TestOptions, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  if (options.help) {
    say(testUsage);
    return 0;
  }
  checkDisk(stateFolder);
  if (!options.only || options.only === 'jest') planKafka(env['LINLI_TEST_KAFKA_BROKERS'] ?? env['KAFKA_BROKERS']);
  if (!options.only || options.only === 'chaos') planKafka(undefined);
  await install(signal);
  await codegen(signal);
  const parts: Record<string, () => Promise<Tally>> = {
    types: async () => asOne('types', await types(signal)),
    lint: async () => asOne('lint', await lint(signal)),
    checks: () => checks(signal),
    jest: () => jest(options.jestArgs, env, signal),
    chaos: () => chaos(env, signal),
  };
  const chosen = Object.entries(parts).filter(([name]) => options.only === undefined || name === options.only);
  let total: Tally = { passed: 0, failed: 0, skipped: [] };
  for (const [name, part] of chosen) {
    const began = performance.now();
    const tally = await part();
    say(`${name.padEnd(34)} ${seconds(performance.now() - began)}   ${tally.passed} passed, ${tally.failed} failed`);
    total = { passed: total.passed + tally.passed, failed: total.failed + tally.failed, skipped: [...total.skipped, ...tally.skipped] };
  }
  for (const name of total.skipped) say(`skipped: ${name}`);
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** The build with its references, everything that is not built (tests among it), and this folder, which Node runs as it is. */
export async function types(signal: AbortSignal): Promise<boolean> {
  const runs = [['-b'], ['-p', 'tsconfig.check.json'], ['-p', 'infra/local/tsconfig.json']];
  let clean = true;
  for (const args of runs) clean = (await node('node_modules/typescript/bin/tsc', args, signal)) && clean;
  return clean;
}

export async function lint(signal: AbortSignal): Promise<boolean> {
  mkdirSync(path.join(stateFolder, 'cache'), { recursive: true });
  return node('node_modules/eslint/bin/eslint.js', ['.', '--max-warnings=0'], signal);
}

/** What neither the compiler nor a test sees: the protos' style, and that no change of them breaks a peer of the main branch. */
async function checks(signal: AbortSignal): Promise<Tally> {
  const command = path.join(root, 'node_modules/.bin/buf');
  const buf = async (...args: string[]): Promise<Tally> => asOne(`buf ${args[0]}`, (await exec({ command, args, cwd: root, show: 'all', signal })).code === 0);
  const style = await buf('lint');
  const git = ['--git-dir', path.join(root, '.git'), 'rev-parse', '--verify', '--quiet', 'refs/heads/main'];
  const main = await exec({ command: 'git', args: git, signal }).catch(() => ({ code: 1 }));
  const compatibility = main.code === 0 ? await buf('breaking', '--against', '.git#branch=main') : { passed: 0, failed: 0, skipped: ['buf breaking: this checkout has no branch main'] };
  return { passed: style.passed + compatibility.passed, failed: style.failed + compatibility.failed, skipped: compatibility.skipped };
}

async function jest(args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Tally> {
  const servers = await startTestServers(signal, env);
  try {
    say(`  PostgreSQL: ${servers.steps.postgres}\n  Kafka: ${servers.steps.kafka}`);
    rmSync(jestReport, { force: true });
    mkdirSync(path.dirname(jestReport), { recursive: true });
    const withWorkers = args.some((arg) => /^(--maxWorkers|-w|--runInBand|-i$)/.test(arg)) ? [] : ['--maxWorkers=2'];
    const { code } = await exec({
      command: process.execPath,
      args: [roomForNew, path.join(root, 'node_modules/jest/bin/jest.js'), ...withWorkers, '--json', `--outputFile=${jestReport}`, ...args],
      cwd: root,
      env: { ...env, NODE_ENV: 'test', LINLI_TEST_DATABASE_URL: servers.databaseUrl, LINLI_TEST_KAFKA_BROKERS: servers.brokers },
      show: 'errors',
      started: (pid) => servers.supervisor.lend('jest', pid),
      signal: AbortSignal.any([signal, AbortSignal.timeout(jestLimitMs)]),
    });
    return readJestReport(existsSync(jestReport) ? readFileSync(jestReport, 'utf8') : '', code);
  } catch (error) {
    if (signal.aborted || (error as Error).name !== 'TimeoutError') throw error;
    say(`jest did not end in ${jestLimitMs / 60_000} minutes and was stopped`);
    return { passed: 0, failed: 1, skipped: [] };
  } finally {
    await servers.stop();
  }
}

/** A short run of it, alone on the machine, because it also holds times to their promise. */
async function chaos(env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<Tally> {
  if (planKafka(undefined).step !== 'local') return { passed: 0, failed: 0, skipped: ['chaos: it kills servers, which must be processes of this machine and not containers'] };
  await build(signal);
  const tally = asOne('chaos', (await playChaos(['--seconds', '90'], env, signal)) === 0);
  return mayFillDisk() ? tally : { ...tally, skipped: ['chaos: the full disk (needs root on Linux)'] };
}

async function node(script: string, args: readonly string[], signal: AbortSignal): Promise<boolean> {
  const { code } = await exec({ command: process.execPath, args: [path.join(root, script), ...args], cwd: root, show: 'all', signal });
  return code === 0;
}

function asOne(name: string, good: boolean): Tally {
  if (!good) say(`${name} failed`);
  return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: [] };
}
