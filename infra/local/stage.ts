import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { must } from './exec.ts';
import { isRunning, startOf } from './identity.mjs';
import { planKafka, startKafka } from './kafka.ts';
import { root, stateFolder } from './paths.ts';
import { catalogueFile, officeFiles, operatorEnvironment, platformParts, portNames, type Platform } from './platform.ts';
import { choosePorts, loopback } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { Refusal } from './print.ts';
import { loadSecrets } from './secrets.ts';
import { Supervisor, type ChildSpec } from './supervisor.ts';

const program = path.join(root, 'e2e/dist/chaos/main.js');
const operator = path.join(root, 'infra/operator/dist/main.js');
const abandoned = 'linli-chaos-';
/** The player's exit code for arguments that make no sense: nothing was run. */
const misused = 2;

const linkNames = ['broker', 'organization', 'residents', 'requests', 'organization-database', 'residents-database', 'requests-database', 'requests-b-database', 'gateway-database', 'ledger-database'] as const;
const stagePorts = [...portNames, 'gateway', 'requests-b', 'requests-b-side', 'ledger-side', 'ledger-b-side', ...linkNames.map((name) => `link-${name}` as const)] as const;
type StagePorts = Readonly<Record<(typeof stagePorts)[number], number>>;

type Request = { readonly id: number } & ({ readonly start: string; readonly env?: Record<string, string> } | { readonly operate: readonly string[] });

interface Scene {
  readonly platform: Platform;
  readonly ports: StagePorts;
  readonly supervisor: Supervisor;
  readonly signal: AbortSignal;
}

/**
 * `npm run chaos`: keeps the processes of a throwaway platform in which every connection runs through links that
 * e2e/src/chaos holds, and starts whatever that asks for. What is left when it ends, however it ends, is stopped here.
 */
export async function playChaos(args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  // What is missing is said in one line, before anything is made.
  if (!args.includes('--help') && planKafka(undefined).step === 'container') throw new Refusal('chaos kills servers, which must be processes of this machine and not containers: install Java 17 and Maven');
  const folder = path.join(tmpdir(), `${abandoned}${process.pid}-${startOf(process.pid)}`);
  removeAbandoned();
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755); // PostgreSQL may run as another user
  const hasSmallDisk = mountSmallDisk(folder);
  const history = path.join(stateFolder, 'chaos');
  mkdirSync(history, { recursive: true });
  const supervisor = new Supervisor(path.join(folder, 'logs'), undefined, { mayEnd: true });
  try {
    const ports = await choosePorts(stagePorts);
    const scene = { platform: makePlatform(folder, ports, env), ports, supervisor, signal };
    const player = fork(program, [...args], { execArgv: ['--disable-warning=TimeoutNegativeWarning'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env: { ...env, CHAOS_PLAN: JSON.stringify(planOf(scene, { hasSmallDisk, history })) } });
    const forget = supervisor.lend('chaos', player.pid ?? 0);
    signal.addEventListener('abort', () => player.kill('SIGTERM'));
    player.on('message', (request: Request) => void answer(player, request, scene));
    const code = await new Promise<number>((resolve) => player.on('exit', (status) => resolve(status ?? 1)));
    forget();
    if (code !== 0 && code !== misused) process.stdout.write(`the logs of its processes are in ${keepLogs(supervisor.logs, history)}\n`);
    return code;
  } finally {
    await supervisor.stop();
    remove(folder);
  }
}

function makePlatform(folder: string, ports: StagePorts, env: NodeJS.ProcessEnv): Platform {
  const secrets = loadSecrets(folder);
  const clock = path.join(folder, 'clock');
  writeFileSync(clock, '0\n');
  const unlimited = Object.fromEntries(['ADDRESS', 'ACCOUNT', 'SENSITIVE', 'SIGN_IN'].map((kind) => [`LIMIT_${kind}_PER_MINUTE`, '1000000']));
  const adminUrl = `postgres://postgres:${secrets.postgres}@${loopback}:${ports.postgres}/postgres`;
  return { secrets, ports, gatewayPort: ports.gateway, adminUrl, brokers: `${loopback}:${ports.kafka}`, data: folder, clock, env: { ...env, ...unlimited } };
}

function planOf({ platform, ports }: Scene, where: { hasSmallDisk: boolean; history: string }): object {
  const behind = (name: (typeof linkNames)[number]): number[] => {
    if (name === 'broker') return [ports.kafka];
    if (name.endsWith('-database')) return [ports.postgres];
    return name === 'requests' ? [ports.requests, ports['requests-b']] : [ports[name as 'organization' | 'residents']];
  };
  const side = (name: keyof StagePorts): string => `http://${loopback}:${ports[name]}/readyz`;
  return {
    links: linkNames.map((name) => ({ name, listen: ports[`link-${name}`], upstreams: behind(name) })),
    gateway: `http://${loopback}:${ports.gateway}`,
    adminUrl: platform.adminUrl,
    brokers: platform.brokers,
    readyUrls: {
      issuer: `http://${loopback}:${ports.issuer}/.well-known/openid-configuration`,
      organization: side('organization-side'),
      residents: side('residents-side'),
      requests: side('requests-side'),
      'requests-b': side('requests-b-side'),
      gateway: side('gateway-side'),
      ledger: side('ledger-side'),
    },
    clock: platform.clock,
    imports: [...officeFiles, catalogueFile],
    ...(where.hasSmallDisk ? { smallDisk: path.join(platform.data, 'postgres') } : {}),
    historyFile: path.join(where.history, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}.jsonl`),
  };
}

async function answer(player: ChildProcess, request: Request, scene: Scene): Promise<void> {
  try {
    const result = 'start' in request ? { pid: await startPart(request.start, scene, request.env ?? {}) } : { output: await operate(request.operate, scene) };
    if (player.connected) player.send({ id: request.id, ...result });
  } catch (error) {
    if (player.connected) player.send({ id: request.id, error: error instanceof Error ? error.message : String(error) });
  }
}

async function startPart(name: string, scene: Scene, env: Record<string, string>): Promise<number> {
  const { platform, ports, supervisor, signal } = scene;
  const shared = { data: platform.data, given: undefined, throwaway: false, supervisor, signal };
  if (name === 'postgres') await startPostgres({ ...shared, port: ports.postgres, password: platform.secrets.postgres });
  else if (name === 'kafka') await startKafka({ ...shared, port: ports.kafka, controllerPort: ports['kafka-controller'], advertisedPort: ports['link-broker'] });
  else supervisor.start(name === 'ledger' || name === 'ledger-b' ? ledger(name, scene, env) : throughLinks(partOf(name, scene), name, ports));
  return supervisor.processes.findLast((running) => running.name === name)?.pid ?? 0;
}

function partOf(name: string, { platform, ports }: Scene): ChildSpec {
  const part = platformParts(platform).find(({ spec }) => spec.name === name.replace(/-b$/, ''));
  if (!part) throw new Error(`the platform has no part ${name}`);
  if (name !== 'requests-b') return part.spec;
  return { ...part.spec, name, env: { ...part.spec.env, GRPC_PORT: String(ports['requests-b']), SIDE_PORT: String(ports['requests-b-side']) } };
}

/** The same process, but what it connects to is a link. */
function throughLinks(spec: ChildSpec, owner: string, ports: StagePorts): ChildSpec {
  const database = ports[`link-${owner}-database` as keyof StagePorts];
  const swaps: Record<string, (value: string) => string> = {
    DATABASE_URL: (value) => value.replace(`:${ports.postgres}/`, `:${database}/`),
    DATABASE_RELAY_URL: (value) => value.replace(`:${ports.postgres}/`, `:${database}/`),
    KAFKA_BROKERS: () => `${loopback}:${ports['link-broker']}`,
    ORGANIZATION_ADDRESS: () => `${loopback}:${ports['link-organization']}`,
    RESIDENTS_ADDRESS: () => `${loopback}:${ports['link-residents']}`,
    REQUESTS_ADDRESS: () => `${loopback}:${ports['link-requests']}`,
  };
  const env = Object.fromEntries(Object.entries(spec.env).map(([name, value]) => [name, value === undefined ? value : (swaps[name]?.(value) ?? value)]));
  return { ...spec, env };
}

function ledger(name: 'ledger' | 'ledger-b', { platform, ports }: Scene, env: Record<string, string>): ChildSpec {
  const spec: ChildSpec = {
    name,
    command: process.execPath,
    args: [path.join(root, 'e2e/dist/chaos/ledger.js')],
    env: { PATH: platform.env['PATH'], KAFKA_BROKERS: platform.brokers, SIDE_PORT: String(ports[`${name}-side`]), ...env },
    cwd: root,
    rank: 2,
    graceMs: 8_000,
  };
  return throughLinks(spec, 'ledger', ports);
}

async function operate(args: readonly string[], { platform, signal }: Scene): Promise<string> {
  const task = { command: process.execPath, args: [operator, ...args], env: operatorEnvironment(platform), cwd: root, signal };
  return (await must(task, `linli ${args.join(' ')} failed`)).output;
}

export function mayFillDisk(): boolean {
  return process.platform === 'linux' && process.getuid?.() === 0;
}

/** A file system that can be filled. Needs root on Linux; without, the fault is left out and said to be. */
function mountSmallDisk(folder: string): boolean {
  if (!mayFillDisk()) return false;
  const place = path.join(folder, 'postgres');
  mkdirSync(place, { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1g', 'linli-chaos', place], { stdio: 'ignore' }).status === 0;
}

function keepLogs(logs: string, history: string): string {
  const kept = path.join(history, 'logs');
  rmSync(kept, { recursive: true, force: true });
  mkdirSync(kept, { recursive: true });
  spawnSync('cp', ['-r', `${logs}/.`, kept]);
  return kept;
}

/** What a killed run left. */
function removeAbandoned(): void {
  for (const name of readdirSync(tmpdir()).filter((one) => one.startsWith(abandoned))) {
    const [pid, started] = name.slice(abandoned.length).split('-');
    if (isRunning({ pid: Number(pid), started: started ?? '' })) continue;
    try {
      remove(path.join(tmpdir(), name));
    } catch {
      // Another user's: theirs to remove.
    }
  }
}

function remove(folder: string): void {
  if (process.platform === 'linux') spawnSync('umount', ['-l', path.join(folder, 'postgres')], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}
