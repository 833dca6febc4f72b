import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { exec } from './exec.ts';
import { readJestReport } from './jest-report.ts';
import { applyMutation, mutations, type Mutation } from './mutations.ts';
import { root } from './paths.ts';
import { codegen, install } from './prepare.ts';
import { say, seconds, Refusal } from './print.ts';
import { startTestServers } from './servers.ts';

const copied = ['packages', 'services', 'infra', 'e2e', 'proto', 'package.json', 'pnpm-workspace.yaml', 'jest.config.js', 'jest.preset.js', 'tsconfig.base.json', 'tsconfig.json', 'tsconfig.check.json', 'buf.yaml', 'buf.gen.yaml'];

const usage = `npm run mutate [-- PART OF A NAME]
  breaks a copy of the code in ways that others shipped, one at a time, and runs the tests that must notice`;

interface Copy {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

/** Returns the exit code: 0 when the tests pass on the code as it is and fail on each mutation. */
export async function mutate([wanted = '']: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  if (wanted === '--help') {
    say(usage);
    return 0;
  }
  const chosen = mutations.filter(({ name }) => name.includes(wanted));
  if (chosen.length === 0) throw new Refusal(`no mutation is called ${wanted}`);
  await install(signal);
  await codegen(signal);
  const folder = mkdtempSync(path.join(tmpdir(), 'linli-mutate-'));
  const servers = await startTestServers(signal, env);
  try {
    copyTree(folder);
    const copy = { folder, signal, env: { ...env, NODE_ENV: 'test', LINLI_TEST_DATABASE_URL: servers.databaseUrl, LINLI_TEST_KAFKA_BROKERS: servers.brokers } };
    const began = performance.now();
    const whole = await runJest(copy, ['--testTimeout=60000', ...new Set(chosen.flatMap(({ tests }) => tests))]);
    say(`the code as it is: ${whole.failed === 0 ? 'every test passes' : `${whole.failed} TESTS FAIL: ${whole.names[0] ?? 'one that could not run'}`} ${seconds(performance.now() - began)}`);
    let missed = whole.failed === 0 ? 0 : 1;
    for (const mutation of chosen) missed += (await isCaught(copy, mutation)) ? 0 : 1;
    say(`${chosen.length} mutations, ${missed} not caught`);
    return missed === 0 ? 0 : 1;
  } finally {
    await servers.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function isCaught(copy: Copy, mutation: Mutation): Promise<boolean> {
  const file = path.join(copy.folder, mutation.file);
  const source = readFileSync(file, 'utf8');
  const began = performance.now();
  writeFileSync(file, applyMutation(source, mutation));
  try {
    // One file that notices is enough, and what waits for what broken code never does need not wait long.
    const { failed, names } = await runJest(copy, ['--bail=1', '--testTimeout=20000', ...mutation.tests]);
    say(`${failed > 0 ? 'caught    ' : 'NOT CAUGHT'} ${mutation.name} ${seconds(performance.now() - began)}${failed > 0 ? `\n             by ${names[0] ?? 'a test that could not run'}` : ''}`);
    return failed > 0;
  } finally {
    writeFileSync(file, source);
  }
}

async function runJest({ folder, env, signal }: Copy, chosen: readonly string[]): Promise<{ failed: number; names: string[] }> {
  const report = path.join(folder, 'report.json');
  rmSync(report, { force: true });
  const args = [path.join(root, 'node_modules/jest/bin/jest.js'), '--maxWorkers=2', '--json', `--outputFile=${report}`, '--forceExit', ...chosen];
  const limit = AbortSignal.timeout(600_000);
  const code = await exec({ command: process.execPath, args, cwd: folder, env, signal: AbortSignal.any([signal, limit]) }).then(
    (result) => result.code,
    (error: unknown) => {
      // Broken code may wait for ever: that is noticed too.
      if (signal.aborted || !limit.aborted) throw error;
      return 1;
    },
  );
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
  return { failed: readJestReport(text, code).failed, names: failedNames(text) };
}

function failedNames(text: string): string[] {
  if (text === '') return [];
  const { testResults } = JSON.parse(text) as { testResults: { assertionResults: { status: string; fullName: string }[] }[] };
  return testResults.flatMap(({ assertionResults }) => assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName));
}

/** Sources and the links to their dependencies; the dependencies themselves stay where they are. */
function copyTree(folder: string): void {
  for (const name of copied) {
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true, verbatimSymlinks: true, filter: (file) => !/[/\\](dist|\.linli)$/.test(file) });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  mkdirSync(path.join(folder, '.linli/cache'), { recursive: true });
}
