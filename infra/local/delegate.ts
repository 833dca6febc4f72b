import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { homeOf, root, type Home } from './paths.ts';
import { clientEnvironment, operatorEnvironment, serviceEnvironment, type Platform } from './platform.ts';
import { loopback } from './ports.ts';
import { Refusal } from './print.ts';
import { findRunning } from './run-file.ts';
import { loadSecrets, services } from './secrets.ts';

const programs = { linli: 'infra/operator/dist/main.js', demo: 'e2e/dist/demo/main.js', bench: 'e2e/dist/bench/main.js', fuzz: 'e2e/dist/fuzz/main.js' };

type Program = keyof typeof programs;

/** Runs one of the programs that talk to the running platform, in the foreground, with the platform's addresses in its environment. */
export async function delegate(name: Program, args: readonly string[], { env, signal }: { env: NodeJS.ProcessEnv; signal: AbortSignal }): Promise<number> {
  const program = path.join(root, programs[name]);
  if (!existsSync(program)) throw new Refusal(`${name} is not part of this checkout yet (${programs[name]})`);
  const { value: data, rest: others } = takeOption('--data', args);
  const { value: port, rest } = name === 'linli' ? { value: undefined, rest: others } : takeOption('--port', others);
  if (port !== undefined && !/^\d{1,5}$/.test(port)) throw new Refusal(`--port ${port} is not a port: give a number from 1 to 65535`);
  const platform = runningPlatform(homeOf(data), env);
  const addresses = platform ? environmentFor(name, rest, platform) : {};
  const gateway = port === undefined ? {} : { GATEWAY_URL: `http://${loopback}:${port}` };
  const childEnv: NodeJS.ProcessEnv = { ...env, ...addresses, ...gateway };
  // These bring a platform of their own; fuzzing, unless it is told to use this one.
  const needsNone = wantsHelp(name, rest) || readsFilesOnly(rest) || name === 'bench' || (name === 'fuzz' && !rest.includes('--running'));
  if (!needsNone && (name === 'linli' ? !platform : !(childEnv['GATEWAY_URL'] && childEnv['KAFKA_BROKERS']))) {
    throw new Refusal('no platform runs here: start it with `npm start` in another terminal (with --data DIR, name the same folder)');
  }
  const child = spawn(process.execPath, [program, ...rest], { stdio: 'inherit', env: childEnv });
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

function environmentFor(name: Program, args: readonly string[], platform: Platform): Record<string, string | undefined> {
  if (name !== 'linli') return clientEnvironment(platform);
  const service = services.find((one) => args.includes(one) || args.includes(`--service=${one}`));
  const redrives = args[0] === 'parked' && args[1] === 'redrive' && service !== undefined;
  return { ...operatorEnvironment(platform), ...(redrives ? serviceEnvironment(platform, service) : {}) };
}

/** `--name VALUE` or `--name=VALUE`, which is for us and not for the program. */
function takeOption(name: string, args: readonly string[]): { value: string | undefined; rest: readonly string[] } {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  const inline = args[at]?.startsWith(`${name}=`) === true ? args[at].slice(name.length + 1) : undefined;
  if (at < 0) return { value: undefined, rest: args };
  return { value: inline ?? args[at + 1] ?? '', rest: args.filter((_, index) => index !== at && (inline !== undefined || index !== at + 1)) };
}

function wantsHelp(name: Program, args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h') || (name === 'linli' && args.length === 0);
}

/** An exported audit trail is verified where there is no platform. */
function readsFilesOnly(args: readonly string[]): boolean {
  return args[0] === 'audit' && args[1] === 'verify' && args.some((arg) => arg === '--from' || arg.startsWith('--from='));
}

function runningPlatform(home: Home, env: NodeJS.ProcessEnv): Platform | undefined {
  const place = findRunning(home)?.place;
  return place && { ...place, secrets: loadSecrets(place.data), env };
}
