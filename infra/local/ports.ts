import { readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';

export const loopback = '127.0.0.1';

export async function portIsFree(port: number, host = loopback): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

export async function answers(port: number, host = loopback): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: 3_000 });
    const end = (open: boolean): void => {
      socket.destroy();
      resolve(open);
    };
    socket.once('connect', () => end(true));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
  });
}

/**
 * One free port per name. `file` remembers them, so that addresses (the issuer's name among them) stay the same from start to start.
 * Taken from below the range that systems give to outgoing connections, which could take one back before it is used.
 */
export async function choosePorts<Name extends string>(names: readonly Name[], file?: string): Promise<Record<Name, number>> {
  const remembered = file ? read(file) : {};
  const chosen: Record<string, number> = {};
  const taken = new Set<number>();
  for (const name of names) {
    let port = remembered[name] ?? randomPort();
    while (taken.has(port) || !(await portIsFree(port))) port = randomPort();
    taken.add(port);
    chosen[name] = port;
  }
  if (file) writeFileSync(file, `${JSON.stringify({ ...remembered, ...chosen }, undefined, 2)}\n`);
  return chosen;
}

function randomPort(): number {
  return 20_000 + Math.floor(Math.random() * 12_000);
}

function read(file: string): Record<string, number> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>;
  } catch {
    return {};
  }
}
