import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './paths.ts';
import { clientEnvironment, operatorEnvironment, type Platform } from './platform.ts';
import { Refusal } from './print.ts';
import { findRunning } from './run-file.ts';
import { loadSecrets } from './secrets.ts';

const programs = { linli: 'infra/operator/dist/main.js', demo: 'e2e/dist/demo/main.js', bench: 'e2e/dist/bench/main.js' };

/** Runs one of the programs that talk to the running platform, in the foreground, with the platform's addresses in its environment. */
export async function delegate(name: keyof typeof programs, args: readonly string[], { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal }): Promise<number> {
  const program = path.join(root, programs[name]);
  if (!existsSync(program)) throw new Refusal(`${name} is not part of this checkout yet (${programs[name]})`);
  const platform = runningPlatform(env);
  const help = args.length === 0 || args.includes('--help') || args.includes('-h');
  if (!platform && !(help && name !== 'demo') && !args.includes('--help')) throw new Refusal('no platform runs from this checkout: start it with `npm start` in another terminal');
  const child = spawn(process.execPath, [program, ...args], {
    stdio: 'inherit',
    env: platform ? { ...env, ...(name === 'linli' ? operatorEnvironment(platform) : clientEnvironment(platform)) } : env,
  });
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function runningPlatform(env: NodeJS.ProcessEnv): Platform | undefined {
  const place = findRunning()?.place;
  return place && { ...place, secrets: loadSecrets(place.data), env };
}
