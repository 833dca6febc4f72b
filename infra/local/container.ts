import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { Supervisor } from './supervisor.ts';

/** The container engine that answers, or undefined. */
export function containerEngine(): string | undefined {
  return ['docker', 'podman'].find((engine) => spawnSync(engine, ['ps', '-q'], { timeout: 5_000, stdio: 'ignore' }).status === 0);
}

interface Container {
  readonly engine: string;
  readonly name: string;
  readonly image: string;
  readonly rank: number;
  readonly signal: NodeJS.Signals;
  /** The folder on this machine that holds its data. */
  readonly data: string;
  readonly options: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/**
 * Runs a container in the foreground as a child: the engine's client passes our signals on to it.
 * One left by a killed client has the same name, because it has the same data.
 */
export function runContainer(supervisor: Supervisor, container: Container): void {
  const unique = `linli-${container.name}-${createHash('sha256').update(container.data).digest('hex').slice(0, 8)}`;
  spawnSync(container.engine, ['rm', '-f', unique], { stdio: 'ignore' });
  supervisor.start({
    name: container.name,
    command: container.engine,
    args: ['run', '--rm', '--name', unique, ...container.options, container.image, ...container.args],
    env: { ...process.env, ...container.env },
    rank: container.rank,
    signal: container.signal,
    graceMs: 30_000,
  });
}
