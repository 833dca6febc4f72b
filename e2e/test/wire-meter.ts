import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What went over a wire to PostgreSQL. */
export interface WireCount {
  /** Executed, begin and commit among them. */
  readonly statements: number;
  /** How often the client had to wait: it sent something after it had read something. */
  readonly roundTrips: number;
  /** Both directions. */
  readonly bytes: number;
}

export interface WireMeter {
  /** The same database through the meter. */
  readonly url: string;
  /** What was counted since the last call. */
  take(): WireCount;
  close(): Promise<void>;
}

/** A cable to the database at `url` that counts what passes. */
export async function openWireMeter(url: string): Promise<WireMeter> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let count = { statements: 0, roundTrips: 0, bytes: 0 };
  const server = createServer((inside) => {
    const outside = connect({ host: hostname, port: Number(port) });
    const readStatements = statementReader();
    let answered = false;
    inside.on('data', (chunk) => {
      count.bytes += chunk.length;
      if (answered) count.roundTrips += 1;
      answered = false;
      count.statements += readStatements(chunk);
    });
    outside.on('data', (chunk) => {
      count.bytes += chunk.length;
      answered = true;
    });
    for (const [socket, peer] of [[inside, outside], [outside, inside]] as const) {
      sockets.add(socket);
      socket.pipe(peer);
      socket.on('error', () => peer.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        peer.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(url);
  through.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: through.toString(),
    take() {
      const taken = count;
      count = { statements: 0, roundTrips: 0, bytes: 0 };
      return taken;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Counts Query and Execute messages of the frontend (PostgreSQL 18, 54.7), wherever the chunks are cut. The first message has no type. */
function statementReader(): (chunk: Buffer) => number {
  let left = Buffer.alloc(0);
  let started = false;
  return (chunk) => {
    left = Buffer.concat([left, chunk]);
    let statements = 0;
    for (;;) {
      const header = started ? 1 : 0;
      if (left.length < header + 4) return statements;
      const length = header + left.readUInt32BE(header);
      if (left.length < length) return statements;
      const type = started ? String.fromCharCode(left[0] ?? 0) : '';
      if (type === 'Q' || type === 'E') statements += 1;
      started = true;
      left = left.subarray(length);
    }
  };
}
