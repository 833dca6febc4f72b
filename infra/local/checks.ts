import { existsSync, mkdirSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { planKafka } from './kafka.ts';
import type { Home } from './paths.ts';
import { answers, loopback, portIsFree } from './ports.ts';
import { Refusal } from './print.ts';
import { findRunning } from './run-file.ts';

const gigabyte = 1024 ** 3;

/** Everything a person can mend before the wait begins. Throws the first problem as one line: what, and how to mend it. */
export async function checkMachine(options: { port: number; data: string; fresh?: boolean; env: NodeJS.ProcessEnv }): Promise<void> {
  if (options.port < 1024 && process.getuid?.() !== 0 && !(await portIsFree(options.port))) {
    throw new Refusal(`port ${options.port} may not be opened or is in use: choose another with \`npm start -- --port N\``);
  }
  if (!(await portIsFree(options.port))) {
    throw new Refusal(`port ${options.port} on ${loopback} is in use: stop the program that listens there, or choose another with \`npm start -- --port N\``);
  }
  checkDisk(options.data);
  await checkGiven(options.env);
  planKafka(options.env['KAFKA_BROKERS'], options.fresh === true ? undefined : options.data);
}

/** One platform at a time on one data folder. */
export function refuseSecondStart(home: Home): void {
  const running = findRunning(home);
  if (running) {
    throw new Refusal(`Linli already runs on ${home.data} (process ${running.supervisor.pid}, ${running.addresses['gateway'] ?? 'no gateway'}): stop it with Ctrl-C there or \`kill ${running.supervisor.pid}\``);
  }
}

export function checkDisk(folder: string): void {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new Refusal(`${folder} cannot be made (${(error as NodeJS.ErrnoException).code}): choose another place with \`npm start -- --data DIR\``);
  }
  const { bavail, bsize } = statfsSync(folder);
  const free = (bavail * bsize) / gigabyte;
  if (free < 1) throw new Refusal(`the disk of ${folder} has ${free.toFixed(1)} GB free and Linli needs 1: make room, or choose another place with \`npm start -- --data DIR\``);
}

// Node's own recursive mkdir goes round for ever where nothing can be made, as below /proc.
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(path.dirname(folder));
  mkdirSync(folder);
}

/** Says which given server does not answer, without its password. */
async function checkGiven(env: NodeJS.ProcessEnv): Promise<void> {
  const database = env['DATABASE_URL'];
  if (database) {
    const url = parseUrl(database);
    const port = Number(url.port || 5432);
    if (!(await answers(port, bare(url.hostname)))) throw new Refusal(`DATABASE_URL: nothing answers at ${url.hostname}:${port}: start that server, or unset the variable`);
  }
  for (const broker of (env['KAFKA_BROKERS'] ?? '').split(',').filter(Boolean)) {
    const [, host, port] = /^(.+):(\d+)$/.exec(broker.trim()) ?? [];
    if (!host) throw new Refusal(`KAFKA_BROKERS: ${broker} is not host:port`);
    if (!(await answers(Number(port), bare(host)))) throw new Refusal(`KAFKA_BROKERS: nothing answers at ${broker}: start that broker, or unset the variable`);
  }
}

function parseUrl(text: string): URL {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) throw new Refusal('DATABASE_URL is not a URL like postgres://user:password@host:5432/postgres');
  return new URL(text);
}

/** IPv6 hosts are in brackets in a URL and bare on a socket. */
function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
