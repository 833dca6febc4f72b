import { setTimeout as sleep } from 'node:timers/promises';
import { removeContainer, type ContainerRef } from './engine.ts';
import { isRunning } from './identity.mjs';

/** A process of ours, told apart from a later one with the same pid by its start. */
export interface Running {
  readonly name: string;
  readonly pid: number;
  readonly started: string;
  /** Lower stops first. */
  readonly rank: number;
  readonly signal: NodeJS.Signals;
  readonly graceMs: number;
  /** The process is only the client that runs this. */
  readonly container?: ContainerRef;
}

/** Stops all of them, rank by rank; what does not go in its time is killed with its process group. Returns the names killed. */
export async function stopInOrder(processes: readonly Running[]): Promise<string[]> {
  const ranks = [...new Set(processes.map(({ rank }) => rank))].sort((a, b) => a - b);
  const killed: string[] = [];
  for (const rank of ranks) {
    const together = processes.filter((one) => one.rank === rank);
    const outcomes = await Promise.all(together.map(async (one) => ((await stopOne(one)) ? [] : [one.name])));
    killed.push(...outcomes.flat());
  }
  return killed;
}

async function stopOne(running: Running): Promise<boolean> {
  const went = await stopProcess(running);
  // A client that was killed leaves its container running.
  if (running.container) await removeContainer(running.container, running.signal);
  return went;
}

async function stopProcess(running: Running): Promise<boolean> {
  if (!isRunning(running)) return true;
  const began = Date.now();
  for (let asked = 0; isRunning(running) && Date.now() < began + running.graceMs; await sleep(20)) {
    // The first process of a container is deaf until the server has taken its place, so it is asked every second.
    const due = asked === 0 || (running.container !== undefined && Date.now() >= began + asked * 1_000);
    if (due) {
      send(running.pid, running.signal);
      asked += 1;
    }
  }
  const went = !isRunning(running);
  // Each child leads its own group: this takes the child, if it is still there, and what it started and left behind.
  send(-running.pid, 'SIGKILL');
  while (isRunning(running)) await sleep(20);
  return went;
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It went in between.
  }
}
