import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** A container of ours, as the engine's client knows it. */
export interface ContainerRef {
  readonly engine: string;
  readonly name: string;
}

/** The container engine that answers, or undefined. */
export function containerEngine(): string | undefined {
  return ['docker', 'podman'].find(answersAs);
}

export function answersAs(engine: string): boolean {
  return spawnSync(engine, ['ps', '-q'], { timeout: 5_000, stdio: 'ignore' }).status === 0;
}

/**
 * Stops a container and removes it. Nothing happens when it is not there.
 * It is asked again and again, because its first process, a script, is deaf until the server has taken its place.
 */
export async function removeContainer({ engine, name }: ContainerRef, signal: NodeJS.Signals): Promise<void> {
  const end = Date.now() + 20_000;
  while (Date.now() < end && (await ask(engine, ['kill', '--signal', signal, name]))) await sleep(300);
  await ask(engine, ['rm', '-f', '-v', name]);
}

/** Runs the engine's client without its words; true when it ended well. */
export async function ask(engine: string, args: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    const client = spawn(engine, [...args], { stdio: 'ignore', timeout: 60_000 });
    client.on('error', () => resolve(false));
    client.on('exit', (code) => resolve(code === 0));
  });
}
