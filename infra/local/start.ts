import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startUsage, type StartOptions } from './arguments.ts';
import { checkMachine, refuseSecondStart } from './checks.ts';
import { forgetContainers } from './container.ts';
import { digestLine } from './digest-log.ts';
import { must } from './exec.ts';
import { memoryOf } from './identity.mjs';
import { startKafka } from './kafka.ts';
import { homeOf, root } from './paths.ts';
import { catalogueFile, officeFiles, operatorEnvironment, platformAddresses, platformParts, portNames, type Platform } from './platform.ts';
import { choosePorts } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { build, install } from './prepare.ts';
import { phase, say, seconds } from './print.ts';
import { httpAnswers, untilReady } from './ready.ts';
import { reapAbandoned, removeRun, writeRun, type RunRecord } from './run-file.ts';
import { loadSecrets } from './secrets.ts';
import { digest, onceFor } from './stamp.ts';
import { Supervisor } from './supervisor.ts';
import { insteadOf } from './user.ts';

const operator = path.join(root, 'infra/operator/dist/main.js');

/** Runs the platform until Ctrl-C, SIGTERM or the crash of a part. Returns the exit code. */
export async function start(options: StartOptions, env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<number> {
  if (options.help) {
    say(startUsage);
    return 0;
  }
  const began = performance.now();
  const home = homeOf(options.data);
  refuseSecondStart(home);
  await reapAbandoned(home);
  await checkMachine({ port: options.port, data: home.data, fresh: options.fresh, env });
  if (options.fresh) emptyData(home.data);
  writeRun(home, { addresses: {}, processes: [] }); // from here on a second start is told to wait

  let known: Pick<RunRecord, 'addresses' | 'place'> = { addresses: {} };
  const supervisor = new Supervisor(home.logs, (processes) => writeRun(home, { ...known, processes }));
  try {
    await install(signal);
    const platform = await startServers({ options, env, data: home.data, supervisor, signal });
    const { secrets: _secrets, env: _env, ...place } = platform;
    known = { addresses: platformAddresses(platform), place };
    const dropFirst = options.fresh && env['DATABASE_URL'] ? ['--fresh'] : [];
    await phase('databases, migrations, topics', () => operate(platform, ['migrate', ...dropFirst], signal));
    await phase('services', () => startParts(platform, supervisor, signal));
    await importFixtures(platform, signal);
    report(platform, supervisor, performance.now() - began);
    return await untilEnd(supervisor, signal);
  } finally {
    const stopping = performance.now();
    await supervisor.stop();
    removeRun(home);
    say(`stopped everything in order ${seconds(performance.now() - stopping)}`);
  }
}

interface Starting {
  readonly options: StartOptions;
  readonly env: NodeJS.ProcessEnv;
  readonly data: string;
  readonly supervisor: Supervisor;
  readonly signal: AbortSignal;
}

/** PostgreSQL and Kafka come up while the code is generated and built. */
async function startServers({ options, env, data, supervisor, signal }: Starting): Promise<Platform> {
  const secrets = loadSecrets(data);
  const ports = await choosePorts(portNames, path.join(data, 'ports.json'));
  const shared = { data, throwaway: false, supervisor, signal };
  const [postgres, kafka] = await settleAll([
    phase('PostgreSQL', () => startPostgres({ ...shared, given: env['DATABASE_URL'], port: ports.postgres, password: secrets.postgres })),
    phase('Kafka', () => startKafka({ ...shared, given: env['KAFKA_BROKERS'], port: ports.kafka, controllerPort: ports['kafka-controller'] })),
    build(signal),
  ]);
  say(`  PostgreSQL: ${postgres.step}\n  Kafka: ${kafka.step}`);
  const clock = options.clock === undefined ? {} : { clock: makeClock(data, options.clock) };
  return { secrets, ports, gatewayPort: options.port, adminUrl: postgres.url, brokers: kafka.brokers, data, env, ...clock };
}

/** The file that every process takes the time from: by how many milliseconds it is ahead of the real one. */
function makeClock(data: string, time: string): string {
  const file = path.join(data, 'clock');
  writeFileSync(file, `${Date.parse(time) - Date.now()}\n`);
  return file;
}

/** As Promise.all, but nothing still runs when it throws, so that stopping finds every child there is. */
async function settleAll<T extends readonly unknown[]>(work: { [K in keyof T]: Promise<T[K]> }): Promise<T> {
  const outcomes = await Promise.allSettled(work);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
  return Promise.all(work);
}

async function startParts(platform: Platform, supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  const parts = platformParts(platform);
  for (const { spec } of parts) supervisor.start(spec);
  await Promise.all(parts.map(({ spec, readyUrl }) => untilReady({ name: spec.name, probe: () => httpAnswers(readyUrl), supervisor, signal })));
}

async function importFixtures(platform: Platform, signal: AbortSignal): Promise<void> {
  await phase('fixtures', async () => {
    const stamp = path.join(platform.data, 'imported');
    const current = digest(['infra/fixtures']);
    // Data that people have worked with is never overwritten by newer fixtures.
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') !== current) say('  the fixtures have changed since this data was made: --fresh begins with them');
    else await onceFor(stamp, current, () => operate(platform, ['import', ...officeFiles, catalogueFile], signal));
  });
}

async function operate(platform: Platform, args: readonly string[], signal: AbortSignal): Promise<void> {
  if (!existsSync(operator)) return;
  const task = { command: process.execPath, args: [operator, ...args], env: operatorEnvironment(platform), cwd: root, signal };
  await must(task, `linli ${args[0]} failed (see above)`);
}

function report(platform: Platform, supervisor: Supervisor, elapsed: number): void {
  say(`ready after                        ${seconds(elapsed)}\n`);
  const processes = supervisor.processes.map(({ name, pid, container }) => ({ name, pid, container, megabytes: memoryOf(pid) }));
  for (const { name, pid, container, megabytes } of processes) say(`  ${name.padEnd(14)} pid ${String(pid).padEnd(8)} ${container ? `client of container ${container.name}` : `${String(megabytes).padStart(4)} MB`}`);
  const ours = processes.filter(({ name }) => !['postgres', 'kafka', 'issuer'].includes(name));
  say(`  services and gateway together ${ours.reduce((sum, { megabytes }) => sum + megabytes, 0)} MB\n`);
  for (const [name, address] of Object.entries(platformAddresses(platform))) say(`  ${name.padEnd(18)} ${address}`);
  say(`\nLinli is ready at ${platformAddresses(platform)['gateway']} — Ctrl-C stops everything in order; logs are in ${supervisor.logs}`);
}

async function untilEnd(supervisor: Supervisor, signal: AbortSignal): Promise<number> {
  const asked = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
  const crash = await Promise.race([asked, supervisor.crashed]);
  if (!crash) return 0;
  for (const line of crash.lastLines) process.stderr.write(`${digestLine(line)}\n`);
  process.stderr.write(`linli: ${crash.name} ${crash.how}; its log is ${supervisor.logFile(crash.name)}; stopping everything\n`);
  return 1;
}

/** Only what Linli made there: the folder may be somebody's. */
function emptyData(data: string): void {
  mkdirSync(data, { recursive: true });
  forgetContainers(data);
  for (const name of ['postgres', 'kafka', 'secrets.json', 'ports.json', 'imported']) rmSync(path.join(data, name), { recursive: true, force: true });
  rmSync(insteadOf(path.join(data, 'postgres')), { recursive: true, force: true });
}
