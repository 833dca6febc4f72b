import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { freePort } from './free-port';

const root = path.resolve(__dirname, '../..');
const launcher = path.join(root, 'infra/local/launch.mjs');
const limits = ['ADDRESS', 'ACCOUNT', 'SENSITIVE', 'SIGN_IN'];

type Role = 'migrator' | 'app' | 'relay';

export interface OwnPlatform {
  readonly gateway: string;
  readonly issuer: string;
  readonly brokers: string;
  /** The database server's superuser. */
  readonly adminUrl: string;
  databaseUrl(service: string, role: Role): string;
  /** Where a process answers `/metrics`. */
  sideUrl(service: string): string;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
  stop(): Promise<void>;
}

export interface OwnPlatformOptions {
  /** Empties the folder first. */
  readonly fresh: boolean;
  /** Added to the environment of `npm start`. */
  readonly env?: Readonly<Record<string, string>>;
}

interface RunRecord {
  readonly addresses: Readonly<Record<string, string>>;
  readonly place: { readonly adminUrl: string; readonly brokers: string };
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
}

interface Secrets {
  readonly roles: Readonly<Record<string, Readonly<Record<Role, string>>>>;
}

/** `npm start` on data of its own, with limits that no machine reaches. @throws Error with what it said when it does not start. */
export async function startOwnPlatform(data: string, { fresh, env = {} }: OwnPlatformOptions): Promise<OwnPlatform> {
  const port = await freePort();
  const raised = Object.fromEntries(limits.map((name) => [`LIMIT_${name}_PER_MINUTE`, '10000000']));
  const child = spawn(process.execPath, [launcher, 'start', ...(fresh ? ['--fresh'] : []), '--data', data, '--port', String(port)], {
    env: { ...process.env, ...raised, ...env, DATABASE_URL: '', KAFKA_BROKERS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const said: string[] = [];
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said.push(text);
        if (said.join('').includes('Linli is ready')) resolve();
      });
    }
  });
  const early = await Promise.race([ready.then(() => false), ended.then(() => true)]);
  if (early) throw new Error(`the platform did not start:\n${said.join('')}`);
  return describe(data, async () => {
    child.kill('SIGTERM');
    await ended;
  });
}

function describe(data: string, stop: () => Promise<void>): OwnPlatform {
  const { addresses, place, processes } = JSON.parse(readFileSync(path.join(data, 'run.json'), 'utf8')) as RunRecord;
  const { roles } = JSON.parse(readFileSync(path.join(data, 'secrets.json'), 'utf8')) as Secrets;
  const at = (name: string): string => addresses[name] ?? '';
  return {
    gateway: at('gateway'),
    issuer: at('issuer'),
    ...place,
    databaseUrl(service, role) {
      const url = new URL(place.adminUrl);
      url.pathname = `/linli_${service}`;
      url.username = `linli_${service}_${role}`;
      url.password = roles[service]?.[role] ?? '';
      return url.toString();
    },
    sideUrl: (service) => at(`${service}-side`),
    processes,
    stop,
  };
}
