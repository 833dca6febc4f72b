import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { must } from './exec.ts';
import { withLock } from './lock.mjs';
import { installLock, root, stateFolder } from './paths.ts';
import { say, seconds } from './print.ts';
import { digest, onceFor } from './stamp.ts';
import { cleanEnvironment, tools } from './tools.mjs';

const generated = path.join(root, 'packages/contracts/src/gen');

/** Dependencies, generated code and the build; each only when its input changed, and one launch at a time. */
export async function prepare(signal: AbortSignal): Promise<void> {
  await install(signal);
  await build(signal);
}

/** The packages of the lockfile, exactly. */
export async function install(signal: AbortSignal): Promise<void> {
  await step('dependencies', async () => {
    const stamp = path.join(root, 'node_modules/.linli-lockfile');
    return onceFor(stamp, digest(['pnpm-lock.yaml', 'pnpm-workspace.yaml']), async () => {
      const args = [tools(root).pnpm, 'install', '--frozen-lockfile', '--prefer-offline', '--reporter=append-only', '--loglevel=warn'];
      const env = { ...cleanEnvironment(process.env), CI: 'true' }; // never ask a question
      await must(
        { command: process.execPath, args, cwd: root, env, show: 'all', signal },
        'the dependencies could not be installed (see above): check the network or the registry npm uses, then try again',
      );
    });
  });
}

export async function codegen(signal: AbortSignal): Promise<void> {
  const script = 'packages/contracts/scripts/generate.mjs';
  if (!existsSync(path.join(root, script))) return;
  await step('generated code', async () => {
    const inputs = digest(['proto', 'packages/contracts/scripts', 'buf.yaml', 'buf.gen.yaml', 'pnpm-lock.yaml']);
    return onceFor(path.join(generated, '.stamp'), inputs, async () => {
      await must({ command: process.execPath, args: [path.join(root, script)], cwd: root, signal }, 'code generation from proto/ failed (see above)');
    });
  });
}

export async function build(signal: AbortSignal): Promise<void> {
  await codegen(signal);
  await step('build', async () => {
    const stamp = path.join(stateFolder, 'cache/build.stamp');
    // Somebody who removed a dist/ wants it back.
    if (projects().some((project) => !existsSync(path.join(root, project, 'dist')))) rmSync(stamp, { force: true });
    const inputs = digest(['packages', 'services', 'infra', 'e2e', 'tsconfig.json', 'tsconfig.base.json', 'pnpm-lock.yaml'], isBuildInput);
    return onceFor(stamp, inputs, async () => {
      await must({ command: process.execPath, args: [path.join(root, 'node_modules/typescript/bin/tsc'), '-b'], cwd: root, signal }, 'the build failed (see above)');
    });
  });
}

function projects(): string[] {
  const { references } = JSON.parse(readFileSync(path.join(root, 'tsconfig.json'), 'utf8')) as { references: { path: string }[] };
  return references.map((reference) => reference.path);
}

function isBuildInput(file: string): boolean {
  return /\.(ts|json)$/.test(file) && !file.endsWith('.test.ts');
}

/** Says how long it took, or nothing when there was nothing to do. */
async function step(name: string, work: () => Promise<boolean>): Promise<void> {
  const began = performance.now();
  const done = await withLock(installLock, work, say);
  if (done) say(`${name.padEnd(34)} ${seconds(performance.now() - began)}`);
}
