import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A cable to a server on this machine that a test can cut and mend, so that no server has to die for it. */
export interface Gate {
  readonly port: number;
  /** `url` with this gate in the place of the server. */
  through(url: string): string;
  /** Resets what is connected and refuses what comes. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** What is connected now stays so and never says a word again, in either direction; new connections are as ever. */
  silence(): void;
}

/** Told of what passes on one connection. */
export interface Tap {
  onSent(chunk: Buffer): void;
  onAnswered(chunk: Buffer): void;
}

/** A gate that is open, or, with `cut`, not yet: its port is known all the same. `tap` is asked for each connection. */
export async function openGate(
  target: { readonly host: string; readonly port: number },
  { state = 'open', tap }: { readonly state?: 'open' | 'cut'; readonly tap?: () => Tap } = {},
): Promise<Gate> {
  const sockets = new Set<Socket>();
  const server = createServer((inside) => {
    const outside = connect(target);
    const tapped = tap?.();
    if (tapped !== undefined) {
      inside.on('data', (chunk: Buffer) => tapped.onSent(chunk));
      outside.on('data', (chunk: Buffer) => tapped.onAnswered(chunk));
    }
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
  async function listen(port: number): Promise<void> {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  }
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const gate: Gate = {
    port,
    through(url) {
      const changed = new URL(url);
      changed.host = `127.0.0.1:${port}`;
      return changed.toString();
    },
    async cut() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
    silence() {
      for (const socket of sockets) socket.unpipe().pause();
    },
    async mend() {
      if (!server.listening) await listen(port);
    },
  };
  if (state === 'cut') await gate.cut();
  return gate;
}

/** The gate to the server that `url` names. */
export function openGateTo(url: string, tap?: () => Tap): Promise<Gate> {
  const { hostname, port } = new URL(url);
  return openGate({ host: hostname, port: Number(port) }, tap === undefined ? {} : { tap });
}
