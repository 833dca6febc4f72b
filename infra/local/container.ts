import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { answersAs, ask, containerEngine, removeContainer, type ContainerRef } from './engine.ts';
import { exec, must } from './exec.ts';
import { Refusal, say } from './print.ts';
import { untilReady } from './ready.ts';
import type { ServerOptions } from './server-options.ts';

interface ContainerServer {
  readonly name: 'postgres' | 'kafka';
  readonly image: string;
  /** Where its image keeps its data. */
  readonly mount: string;
  readonly rank: number;
  readonly signal: NodeJS.Signals;
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly probe: () => Promise<boolean>;
}

/** Kept in the server's folder. Complete once the server has answered: before, it may have been cut short while it made its data. */
interface Made extends ContainerRef {
  readonly complete: boolean;
}

/**
 * The engine to use for a server whose folder is `folder`: the one that has its data, else any that answers, else undefined.
 * What another step of the ladder made is not looked past: an empty server would look like lost data.
 */
export function engineFor(folder: string | undefined, madeLocally: boolean): string | undefined {
  const made = readRecord(folder);
  if (made && !answersAs(made.engine)) throw new Refusal(`the data of ${folder} is in a volume of ${made.engine}, which does not answer: start it, or begin with empty data by \`npm start -- --fresh\``);
  if (made) return made.engine;
  const engine = containerEngine();
  if (engine && madeLocally) throw new Refusal(`the data in ${folder} was made without containers and what made it is missing now: install that, or begin with empty data by \`npm start -- --fresh\``);
  return engine;
}

/** True when the data that belongs to this folder is in a volume. */
export function isInVolume(folder: string | undefined): boolean {
  return readRecord(folder) !== undefined;
}

/**
 * Runs a server in a container in the foreground, as a child, until it answers: the engine's client passes our signals on to it.
 * Its data is in a volume, which belongs to whoever the image runs as, whatever the engine makes of users; the folder remembers its name.
 * Returns the step taken, in words.
 */
export async function runContainer(engine: string, server: ContainerServer, options: ServerOptions): Promise<string> {
  const { supervisor, signal } = options;
  const folder = path.resolve(options.data, server.name);
  await fetchImage(engine, server.image, signal);
  const made = readRecord(folder);
  if (made) await removeContainer(made, server.signal); // its client and our supervisor were both killed
  const container = await volumeOf(folder, made ?? { engine, name: `linli-${server.name}-${randomBytes(4).toString('hex')}`, complete: false }, signal);
  supervisor.start({
    name: server.name,
    command: engine,
    args: ['run', '--rm', '--pull', 'never', '--name', container.name, '-v', `${container.name}:${server.mount}`, ...server.options, server.image, ...server.args],
    env: { ...process.env, ...server.env },
    rank: server.rank,
    signal: server.signal,
    graceMs: 30_000,
    container,
  });
  await untilReady({ name: server.name, probe: server.probe, supervisor, signal });
  writeRecord(folder, { ...container, complete: true });
  return `container ${server.image} of ${engine}, data in its volume ${container.name}`;
}

/** Sees that the volume is there: with the data that was made, or else empty. */
async function volumeOf(folder: string, { engine, name, complete }: Made, signal: AbortSignal): Promise<ContainerRef> {
  const exists = await ask(engine, ['volume', 'inspect', name]);
  if (complete && !exists) throw new Refusal(`the volume ${name} with the data of ${folder} is gone: begin with empty data by \`npm start -- --fresh\``);
  if (!complete) {
    if (exists) await ask(engine, ['volume', 'rm', name]);
    mkdirSync(folder, { recursive: true });
    writeRecord(folder, { engine, name, complete });
    await must({ command: engine, args: ['volume', 'create', '--label', `linli=${folder}`, name], signal }, `${engine} could not make a volume (see above)`);
  }
  return { engine, name };
}

/** Ends the containers that belong to a data folder and removes their volumes. */
export function forgetContainers(data: string): void {
  for (const name of ['postgres', 'kafka']) {
    const made = readRecord(path.resolve(data, name));
    if (!made) continue;
    spawnSync(made.engine, ['rm', '-f', '-v', made.name], { stdio: 'ignore' });
    spawnSync(made.engine, ['volume', 'rm', made.name], { stdio: 'ignore' });
  }
}

async function fetchImage(engine: string, image: string, signal: AbortSignal): Promise<void> {
  if ((await exec({ command: engine, args: ['image', 'inspect', image], signal })).code === 0) return;
  say(`  ${engine} fetches ${image} …`);
  await must({ command: engine, args: ['pull', '--quiet', image], signal }, `${engine} could not fetch ${image} (see above): check the network or the registry ${engine} uses, then try again`);
}

function recordIn(folder: string): string {
  return path.join(folder, 'container.json');
}

function writeRecord(folder: string, made: Made): void {
  writeFileSync(recordIn(folder), JSON.stringify(made));
}

function readRecord(folder: string | undefined): Made | undefined {
  if (folder === undefined || !existsSync(recordIn(folder))) return undefined;
  return JSON.parse(readFileSync(recordIn(folder), 'utf8')) as Made;
}
