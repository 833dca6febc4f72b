import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eventually } from '@linli/testing';
import { freePort } from '../src/free-port';

const root = path.join(__dirname, '../..');

export const serviceNames = ['organization', 'residents', 'requests'] as const;
export type ServiceName = (typeof serviceNames)[number];
export type ProcessName = ServiceName | 'gateway';

export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly missing?: readonly string[];
  readonly err?: { readonly stack?: string };
}

/** A service or the gateway as a process of its own: the same `main.ts` that the image runs. */
export interface ServiceProcess {
  readonly name: ProcessName;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly sidePort: number;
  /** The gRPC port, or the gateway's HTTP port. */
  readonly port: number;
  log(): LogLine[];
  output(): string;
}

const started: ServiceProcess[] = [];

export async function startProcess(name: ProcessName, env: Record<string, string>, port?: number): Promise<ServiceProcess> {
  const ports = { port: port ?? (await freePort()), side: await freePort() };
  const program = ['--require', path.join(root, 'packages/testing/from-source.cjs'), path.join(root, `services/${name}/src/main.ts`)];
  const portName = name === 'gateway' ? 'HTTP_PORT' : 'GRPC_PORT';
  const child = spawn(process.execPath, program, {
    env: { PATH: process.env['PATH'] ?? '', ...env, [portName]: String(ports.port), SIDE_PORT: String(ports.side), LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const running: ServiceProcess = {
    name,
    child,
    ended,
    sidePort: ports.side,
    port: ports.port,
    output: () => text,
    log: () => text.split('\n').flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as LogLine] : [])),
  };
  started.push(running);
  return running;
}

/** Asks it to stop, as an operator does. */
export async function stopProcess(running: ServiceProcess): Promise<number | null> {
  running.child.kill('SIGTERM');
  return running.ended;
}

/** For `afterAll`: nothing that a test started outlives it. */
export async function killAll(): Promise<void> {
  for (const { child, ended } of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await ended;
  }
}

export async function ask(running: ServiceProcess, page: 'livez' | 'readyz'): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${running.sidePort}/${page}`, { headers: { connection: 'close' } });
  return { status: response.status, text: await response.text() };
}

export async function untilReady(running: ServiceProcess): Promise<void> {
  await eventually(
    async () => {
      if (running.child.exitCode !== null) throw new Error(`${running.name} ended:\n${running.output()}`);
      expect(await ask(running, 'readyz')).toMatchObject({ status: 200 });
    },
    { timeoutMs: 60_000, everyMs: 100 },
  );
}
