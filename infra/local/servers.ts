import { lstatSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { forgetContainers } from './container.ts';
import { isRunning, startOf } from './identity.mjs';
import { startKafka } from './kafka.ts';
import { stateFolder } from './paths.ts';
import { choosePorts } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { Supervisor } from './supervisor.ts';
import { insteadOf } from './user.ts';

interface TestServers {
  readonly databaseUrl: string;
  readonly brokers: string;
  readonly steps: { readonly postgres: string; readonly kafka: string };
  /** Ends both and removes their data. */
  stop(): Promise<void>;
  readonly supervisor: Supervisor;
}

const gigabyte = 1024 ** 3;
const onDisk = path.join(stateFolder, 'test');
const inMemory = `/dev/shm/linli-test-${process.getuid?.() ?? ''}`;

/** PostgreSQL and Kafka for one run of tests, in a folder of their own; or the ones given in the environment. */
export async function startTestServers(signal: AbortSignal, env: NodeJS.ProcessEnv): Promise<TestServers> {
  // Figures that depend on the disk are measured on a server that waits for it.
  const throwaway = env['LINLI_TEST_DURABLE'] !== '1';
  const data = path.join(throwaway && mayUseMemory() ? inMemory : onDisk, `${process.pid}-${startOf(process.pid)}`);
  for (const folder of [onDisk, inMemory]) if (isOurs(folder)) removeAbandoned(folder);
  mkdirSync(data, { recursive: true });
  const supervisor = new Supervisor(path.join(data, 'logs'));
  const stop = async (): Promise<void> => {
    await supervisor.stop();
    remove(data);
  };
  try {
    const ports = await choosePorts(['postgres', 'kafka', 'controller']);
    const shared = { data, throwaway, supervisor, signal };
    const [postgres, kafka] = await Promise.all([
      startPostgres({ ...shared, given: env['LINLI_TEST_DATABASE_URL'] ?? env['DATABASE_URL'], port: ports.postgres, password: 'test-only' }),
      startKafka({ ...shared, given: env['LINLI_TEST_KAFKA_BROKERS'] ?? env['KAFKA_BROKERS'], port: ports.kafka, controllerPort: ports.controller }),
    ]);
    return { databaseUrl: postgres.url, brokers: kafka.brokers, steps: { postgres: postgres.step, kafka: kafka.step }, stop, supervisor };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Each file of tests has databases of its own, thousands of small files that are gone a moment later: on a disk, copying
 * one took most of the time of most files of tests. A run keeps about one gigabyte, and takes it only where there is plenty.
 */
function mayUseMemory(): boolean {
  if (process.platform !== 'linux' || process.availableMemory() < 6 * gigabyte) return false;
  try {
    mkdirSync(inMemory, { recursive: true });
    const { bavail, bsize } = statfsSync(inMemory);
    return isOurs(inMemory) && bavail * bsize > 4 * gigabyte;
  } catch {
    return false;
  }
}

/** /dev/shm is open to all: what somebody else put there under our name is left alone. */
function isOurs(folder: string): boolean {
  const found = lstatSync(folder, { throwIfNoEntry: false });
  return found?.isDirectory() === true && (process.getuid === undefined || found.uid === process.getuid());
}

/** What a killed run left. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [pid, started] = name.split('-');
    if (!isRunning({ pid: Number(pid), started: started ?? '' })) remove(path.join(folder, name));
  }
}

function remove(data: string): void {
  forgetContainers(data);
  for (const folder of [data, insteadOf(path.join(data, 'postgres'))]) rmSync(folder, { recursive: true, force: true });
}

/** As a program: prints where the servers are as one line of JSON, and stops them when its input closes. */
async function main(): Promise<void> {
  const abort = new AbortController();
  const closed = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error']) process.stdin.once(event, () => resolve());
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
  });
  void closed.then(() => abort.abort());
  process.stdin.resume();
  const servers = await startTestServers(abort.signal, process.env);
  process.stdout.write(`${JSON.stringify({ databaseUrl: servers.databaseUrl, brokers: servers.brokers })}\n`);
  const crash = await Promise.race([closed, servers.supervisor.crashed]);
  if (crash) process.stderr.write(`linli: ${crash.name} ${crash.how}\n`);
  await servers.stop();
  process.exit(crash ? 1 : 0);
}

if (process.argv[1] === import.meta.filename) {
  main().catch((error: unknown) => {
    process.stderr.write(`linli: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
