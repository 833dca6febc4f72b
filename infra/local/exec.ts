import { spawn } from 'node:child_process';
import { Refusal } from './print.ts';

export interface Task {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly user?: { readonly uid: number; readonly gid: number };
  /** Aborting it ends the task. */
  readonly signal: AbortSignal;
  /** What is shown as it comes; the rest is kept for `output`. Nothing when absent. */
  readonly show?: 'all' | 'errors';
  /** Told of the process; what it returns is called at the end. */
  readonly started?: (pid: number) => () => void;
}

export interface TaskResult {
  readonly code: number;
  readonly output: string;
}

/** Runs a command to its end. It leads its own process group, so that ending it ends what it started. */
export async function exec(task: Task): Promise<TaskResult> {
  task.signal.throwIfAborted();
  const child = spawn(task.command, [...task.args], {
    detached: true,
    stdio: ['ignore', task.show === 'all' ? 'inherit' : 'pipe', task.show ? 'inherit' : 'pipe'],
    ...(task.cwd ? { cwd: task.cwd } : {}),
    ...(task.env ? { env: task.env } : {}),
    ...task.user,
  });
  const kept: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => kept.push(chunk));
  const end = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It ended by itself in between.
    }
  };
  task.signal.addEventListener('abort', end);
  const ended = child.pid === undefined ? undefined : task.started?.(child.pid);
  try {
    const code = await new Promise<number>((resolve, reject) => {
      child.on('error', (error) => reject(new Refusal(`${task.command} cannot be run: ${error.message}`)));
      child.on('close', (status) => resolve(status ?? 1));
    });
    task.signal.throwIfAborted();
    return { code, output: Buffer.concat(kept).toString('utf8') };
  } finally {
    task.signal.removeEventListener('abort', end);
    ended?.();
  }
}

/** As `exec`, and refuses to go on when it fails: its output first, then one line. */
export async function must(task: Task, failure: string): Promise<TaskResult> {
  const result = await exec(task);
  if (result.code === 0) return result;
  const shown = result.output.trim();
  throw new Refusal(shown ? `${shown.split('\n').slice(-30).join('\n')}\n${failure}` : failure);
}
