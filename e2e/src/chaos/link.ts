import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface LinkAddress {
  readonly name: string;
  /** Port on 127.0.0.1 that clients connect to. */
  readonly listen: number;
  /** Ports of the servers behind it; the first that accepts is taken. */
  readonly upstreams: readonly number[];
}

/** Sees what a client is about to say. True: act now, and never pass these bytes on. */
export type Trap = (bytes: Buffer, connection: Connection) => boolean;

export interface Connection {
  /** The client's name where the protocol tells it at once (Kafka), else ''. */
  readonly label: string;
  /** For traps: what was seen on this connection before. */
  readonly memory: Set<string>;
}

type Mode = { readonly name: 'open' } | { readonly name: 'slow'; readonly ms: number } | { readonly name: 'silent' } | { readonly name: 'closed' };

interface Pair extends Connection {
  label: string;
  readonly client: Socket;
  readonly upstream: Socket;
}

const host = '127.0.0.1';

/**
 * A connection between two parts, held by us: it can be slow, silent (half-open: both ends believe that they are connected),
 * reset or closed, and a trap can act on what a client says before the server hears it.
 */
export class Link {
  private readonly pairs = new Set<Pair>();
  private mode: Mode = { name: 'open' };
  private healed = Promise.withResolvers<void>();
  private trap: { readonly sees: Trap; readonly act: () => void } | undefined;
  private readonly server: Server;

  private constructor(
    readonly address: LinkAddress,
    /** Those whose connections no fault touches. */
    private readonly isSpared: (label: string) => boolean,
  ) {
    this.healed.resolve();
    this.server = createServer({ noDelay: true }, (client) => void this.accept(client));
  }

  static async open(address: LinkAddress, isSpared: (label: string) => boolean = () => false): Promise<Link> {
    const link = new Link(address, isSpared);
    await new Promise<void>((resolve, reject) => link.server.once('error', reject).listen(address.listen, host, resolve));
    return link;
  }

  /** Every byte comes this much later. */
  slow(ms: number): void {
    this.mode = { name: 'slow', ms };
  }

  /** Nothing passes in either direction and nobody is told. */
  silent(): void {
    this.mode = { name: 'silent' };
    this.healed = Promise.withResolvers();
  }

  /** Cuts what is open with a reset; new connections are made as before. */
  reset(): void {
    for (const pair of this.pairs) if (!this.isSpared(pair.label)) end(pair);
  }

  /** Refuses and cuts everything. */
  close(): void {
    this.mode = { name: 'closed' };
    this.reset();
  }

  /** What was held passes on, unless `lost`: then the connections that were silent never say a word again and end. */
  heal(how: { readonly lost?: boolean } = {}): void {
    if (how.lost === true) this.reset();
    this.mode = { name: 'open' };
    this.healed.resolve();
  }

  /** Acts once on the first bytes that the trap sees. Resolves true when it acted, false when `ms` went by. */
  async spring(sees: Trap, act: () => void, ms: number): Promise<boolean> {
    const sprung = Promise.withResolvers<boolean>();
    this.trap = {
      sees,
      act: () => {
        this.trap = undefined;
        act();
        sprung.resolve(true);
      },
    };
    const limit = setTimeout(() => sprung.resolve(false), ms);
    try {
      return await sprung.promise;
    } finally {
      clearTimeout(limit);
      this.trap = undefined;
    }
  }

  async stop(): Promise<void> {
    this.heal();
    for (const pair of this.pairs) end(pair);
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async accept(client: Socket): Promise<void> {
    client.on('error', () => undefined);
    if (this.mode.name === 'closed') return void client.resetAndDestroy();
    const upstream = await firstOf(this.address.upstreams);
    if (upstream === undefined || client.destroyed) {
      upstream?.destroy();
      return void client.resetAndDestroy();
    }
    const pair: Pair = { client, upstream, label: '', memory: new Set() };
    this.pairs.add(pair);
    this.carry(pair, client, upstream);
    this.carry(pair, upstream, client);
  }

  private carry(pair: Pair, from: Socket, to: Socket): void {
    let turn: Promise<void> = Promise.resolve();
    from.on('error', () => undefined);
    from.on('data', (bytes: Buffer) => {
      if (from === pair.client && pair.label === '') pair.label = kafkaClientId(bytes);
      if (from === pair.client && this.trap?.sees(bytes, pair) === true) return this.trap.act();
      from.pause();
      turn = turn.then(async () => {
        await this.weather(pair);
        if (!to.destroyed && !to.write(bytes)) await drained(to);
        from.resume();
      });
    });
    from.on('end', () => void turn.then(() => to.end()));
    from.on('close', (hadError) => {
      if (hadError) end(pair);
      else void turn.then(() => to.end());
      this.pairs.delete(pair);
    });
  }

  private async weather(pair: Pair): Promise<void> {
    if (this.isSpared(pair.label)) return;
    if (this.mode.name === 'slow') await pause(this.mode.ms);
    if (this.mode.name === 'silent') await this.healed.promise;
  }
}

function end({ client, upstream }: Pair): void {
  client.resetAndDestroy();
  upstream.resetAndDestroy();
}

async function firstOf(ports: readonly number[]): Promise<Socket | undefined> {
  for (const port of ports) {
    const socket = connect({ port, host, noDelay: true });
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
    });
    if (isOpen) return socket;
    socket.destroy();
  }
  return undefined;
}

async function drained(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.once('drain', resolve);
    socket.once('close', resolve);
  });
}

/** A Kafka request begins: size (4), key (2), version (2), correlation (4), client id (2 + n). */
function kafkaClientId(bytes: Buffer): string {
  if (bytes.length < 14) return '';
  const length = bytes.readInt16BE(12);
  return length > 0 && length < 200 && bytes.length >= 14 + length ? bytes.toString('utf8', 14, 14 + length) : '';
}
