import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { engineFor, isInVolume, runContainer } from './container.ts';
import { must } from './exec.ts';
import { fetchKafkaJars, findJava, hasMaven, kafkaJars } from './java.ts';
import { root } from './paths.ts';
import { loopback } from './ports.ts';
import { Refusal } from './print.ts';
import { kafkaAccepts, untilReady } from './ready.ts';
import type { ServerOptions } from './server-options.ts';

const rank = 4;
const mount = '/var/lib/kafka/data';
const template = path.join(root, 'infra/kafka/server.properties');
const logging = path.join(root, 'infra/kafka/log4j2.properties');

export interface KafkaOptions extends ServerOptions {
  readonly controllerPort: number;
  /** Where clients are sent once they have asked; the port itself when absent. */
  readonly advertisedPort?: number;
}

export type KafkaPlan = { step: 'given' } | { step: 'local'; java: string } | { step: 'container'; engine: string };

/** Which step of the ladder this machine can take; asked before anything is started, because what is missing is named here. */
export function planKafka(given: string | undefined, data?: string): KafkaPlan {
  if (given) return { step: 'given' };
  const folder = data === undefined ? undefined : path.resolve(data, 'kafka');
  const java = isInVolume(folder) ? undefined : findJava();
  if (java && (kafkaJars().present || hasMaven())) return { step: 'local', java };
  const engine = engineFor(folder, folder !== undefined && existsSync(path.join(folder, 'formatted')));
  if (engine) return { step: 'container', engine };
  const missing = java ? 'Maven was not found, which fetches Kafka the first time' : 'Java 17 or newer was not found, which Kafka needs';
  const cure = java ? 'apt-get install maven' : 'apt-get install openjdk-17-jre-headless maven';
  throw new Refusal(`${missing}: install it (Debian: ${cure}), or start Docker, or give KAFKA_BROKERS`);
}

/** Climbs the ladder given brokers → local binary → container. Returns the brokers and the step taken, in words. */
export async function startKafka(options: KafkaOptions): Promise<{ brokers: string; step: string }> {
  const plan = planKafka(options.given, options.data);
  if (options.given) return { brokers: options.given, step: `given, at ${options.given}` };
  const step = plan.step === 'local' ? await startLocal(options, plan.java) : await startContainer(options, plan);
  await untilReady({ name: 'kafka', probe: () => kafkaAccepts(options.port), ...options });
  return { brokers: `${loopback}:${options.port}`, step };
}

async function startLocal(options: KafkaOptions, java: string): Promise<string> {
  const jars = await fetchKafkaJars(options.signal);
  const data = path.resolve(options.data, 'kafka');
  mkdirSync(data, { recursive: true });
  const properties = path.join(data, 'server.properties');
  writeFileSync(properties, fillTemplate(options, path.join(data, 'log')));
  const base = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:-UsePerfData', `-Dlog4j2.configurationFile=${logging}`, '-cp', `${jars}/*`];
  const formatted = path.join(data, 'formatted');
  if (!existsSync(formatted)) {
    const id = randomBytes(16).toString('base64url');
    // As one word: an id may begin with a dash.
    await must(
      { command: java, args: ['-Xmx128m', ...base, 'kafka.tools.StorageTool', 'format', '--ignore-formatted', `--cluster-id=${id}`, '-c', properties], signal: options.signal },
      'Kafka could not format its data folder (see above)',
    );
    writeFileSync(formatted, id);
  }
  options.supervisor.start({
    name: 'kafka',
    command: java,
    args: ['-Xmx512m', '-Xms128m', ...base, 'kafka.Kafka', properties],
    env: { PATH: process.env['PATH'] },
    cwd: data,
    rank,
    graceMs: 20_000,
  });
  return `local binary ${kafkaJars().version} on ${java}, data in ${data}`;
}

function fillTemplate(options: KafkaOptions, logFolder: string): string {
  const values: Record<string, string> = { PORT: String(options.port), ADVERTISED_PORT: String(options.advertisedPort ?? options.port), CONTROLLER_PORT: String(options.controllerPort), DATA: logFolder };
  return readFileSync(template, 'utf8').replaceAll(/\$\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

async function startContainer(options: KafkaOptions, plan: KafkaPlan): Promise<string> {
  if (plan.step !== 'container') throw new Refusal('no container engine answers');
  const folder = path.resolve(options.data, 'kafka');
  mkdirSync(folder, { recursive: true });
  const properties = path.join(folder, 'container.properties');
  // Inside, the ports are the same as outside, so that the advertised address is right for both. The image's user must be able to read it.
  writeFileSync(properties, fillTemplate(options, mount).replace(/^listeners=PLAINTEXT:\/\/[\d.]+/m, 'listeners=PLAINTEXT://0.0.0.0'));
  chmodSync(properties, 0o644);
  const server = {
    name: 'kafka',
    image: `apache/kafka:${kafkaJars().version}`,
    mount,
    rank,
    signal: 'SIGTERM',
    options: ['-p', `${loopback}:${options.port}:${options.port}`, '-e', 'KAFKA_HEAP_OPTS', '-v', `${properties}:/mnt/shared/config/server.properties:ro`],
    env: { KAFKA_HEAP_OPTS: '-Xmx512m -Xms128m' },
    args: [],
    probe: () => kafkaAccepts(options.port),
  } as const;
  return runContainer(plan.engine, server, options);
}
