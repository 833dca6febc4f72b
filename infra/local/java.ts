import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { must } from './exec.ts';
import { withLock } from './lock.mjs';
import { root, stateFolder } from './paths.ts';
import { say } from './print.ts';

const pom = path.join(root, 'infra/kafka/pom.xml');

/** The `java` to run, when it is 17 or newer. */
export function findJava(): string | undefined {
  const home = process.env['JAVA_HOME'];
  return [...(home ? [path.join(home, 'bin/java')] : []), 'java'].find((command) => javaVersion(command) >= 17);
}

export function hasMaven(): boolean {
  return spawnSync('mvn', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** The folder of the broker's jars; its name changes with the pom, so that a new version is fetched by itself. */
export function kafkaJars(): { folder: string; version: string; present: boolean } {
  const text = readFileSync(pom, 'utf8');
  const version = /<kafka\.version>([^<]+)</.exec(text)?.[1] ?? 'unknown';
  const folder = path.join(stateFolder, `kafka-${version}-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`);
  return { folder, version, present: existsSync(folder) };
}

/** Lets Maven copy the jars; the folder appears when all are there. */
export async function fetchKafkaJars(signal: AbortSignal): Promise<string> {
  if (!kafkaJars().present) await withLock(path.join(stateFolder, 'kafka.lock'), () => copyJars(signal), say);
  return kafkaJars().folder;
}

async function copyJars(signal: AbortSignal): Promise<void> {
  const { folder, version, present } = kafkaJars();
  if (present) return;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await must(
    {
      command: 'mvn',
      args: ['-B', '-q', '-f', pom, 'dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${unfinished}`],
      signal,
    },
    `Maven could not fetch Kafka ${version} (see above): check the network or the repository Maven uses, then try again`,
  );
  renameSync(unfinished, folder);
}

function javaVersion(command: string): number {
  const { stderr, status } = spawnSync(command, ['-version'], { encoding: 'utf8' });
  if (status !== 0) return 0;
  const [, first, second] = /version "(\d+)(?:\.(\d+))?/.exec(stderr) ?? [];
  return Number(first === '1' ? second : first) || 0;
}
