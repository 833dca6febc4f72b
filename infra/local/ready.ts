import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal } from './print.ts';
import { loopback } from './ports.ts';
import type { Supervisor } from './supervisor.ts';

/** Asks again until `probe` says yes; gives up when a child crashed, the person stopped us, or the time is over. */
export async function untilReady(what: { name: string; probe: () => Promise<boolean>; supervisor: Supervisor; signal: AbortSignal; limitMs?: number }): Promise<void> {
  const { name, probe, supervisor, signal, limitMs = 60_000 } = what;
  const crash = supervisor.crashed.then((one) => one);
  for (const end = Date.now() + limitMs; Date.now() < end; ) {
    signal.throwIfAborted();
    if (await probe()) return;
    const crashed = await Promise.race([crash, sleep(50)]);
    if (crashed) throw new Refusal([...crashed.lastLines, `${crashed.name} ${crashed.how} while starting (the lines above are from its log)`].join('\n'));
  }
  const lines = supervisor.lastLines(name);
  throw new Refusal([...lines, `${name} was not ready after ${limitMs / 1000} s: see ${supervisor.logFile(name)}`].join('\n'));
}

/** True when the server asks this client to identify itself: it accepts connections and is done with recovery. */
export async function postgresAccepts(port: number): Promise<boolean> {
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const startup = Buffer.alloc(8 + parameters.length);
  startup.writeInt32BE(startup.length, 0);
  startup.writeInt32BE(3 << 16, 4);
  parameters.copy(startup, 8);
  const answer = await askOnce(port, startup);
  return answer?.toString('latin1', 0, 1) === 'R';
}

/** True when the broker answers an ApiVersions request. */
export async function kafkaAccepts(port: number): Promise<boolean> {
  const request = Buffer.alloc(14);
  request.writeInt32BE(10, 0); // size; then ApiVersions (18), version 0, correlation id, no client id
  request.writeInt16BE(18, 4);
  request.writeInt16BE(0, 6);
  request.writeInt32BE(1, 8);
  request.writeInt16BE(-1, 12);
  const answer = await askOnce(port, request);
  return answer !== undefined && answer.length > 8;
}

export async function httpAnswers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000), redirect: 'manual' })).status < 400;
  } catch {
    return false;
  }
}

async function askOnce(port: number, question: Buffer): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket: Socket = connect({ port, host: loopback, timeout: 2_000 });
    const end = (answer?: Buffer): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(question));
    socket.once('data', (data) => end(data));
    socket.once('close', () => end());
    socket.once('timeout', () => end());
    socket.once('error', () => end());
  });
}
