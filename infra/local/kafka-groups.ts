import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { loopback } from './ports.ts';

const apis = { describeGroups: 15, leaveGroup: 13 };
const notYet = new Set([14, 15, 16]); // the coordinator is loading, not available, not here

/**
 * Takes the members out of consumer groups on a broker that has just started for us alone. Members that were killed
 * would otherwise be waited for until their session ends (45 s) before their successors get any partition.
 */
export async function dismissMembers(port: number, groups: readonly string[]): Promise<void> {
  for (const group of groups) {
    for (const member of await listMembers(port, group)) {
      await ask(port, apis.leaveGroup, Buffer.concat([text(group), text(member)]));
    }
  }
}

async function listMembers(port: number, group: string): Promise<string[]> {
  for (const end = Date.now() + 10_000; ; await sleep(100)) {
    const { error, members } = await describeGroup(port, group);
    if (!notYet.has(error) || Date.now() > end) return members;
  }
}

async function describeGroup(port: number, group: string): Promise<{ error: number; members: string[] }> {
  const answer = await ask(port, apis.describeGroups, Buffer.concat([int32(1), text(group)]));
  const [described = { error: 0, members: [] }] = answer.list(() => {
    const error = answer.int16();
    for (let field = 0; field < 4; field += 1) answer.string(); // id, state, protocol type, protocol
    const members = answer.list(() => {
      const member = answer.string();
      answer.string(); // client id, host
      answer.string();
      answer.bytes(); // metadata, assignment
      answer.bytes();
      return member;
    });
    return { error, members };
  });
  return described;
}

/** One request of version 0 on a connection of its own; returns a reader of the answer's body. */
async function ask(port: number, api: number, body: Buffer): Promise<Reader> {
  const header = Buffer.alloc(10);
  header.writeInt16BE(api, 0);
  header.writeInt16BE(0, 2);
  header.writeInt32BE(1, 4);
  header.writeInt16BE(-1, 8);
  const socket = connect({ port, host: loopback, timeout: 10_000 });
  socket.on('timeout', () => socket.destroy(new Error('Kafka did not answer')));
  socket.write(Buffer.concat([int32(header.length + body.length), header, body]));
  let received = Buffer.alloc(0);
  for await (const chunk of socket) {
    received = Buffer.concat([received, chunk as Buffer]);
    if (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) break;
  }
  return new Reader(received.subarray(8));
}

/** Reads Kafka's classic encoding from the front to the back. */
class Reader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Buffer) {
    this.#data = data;
  }

  int16(): number {
    this.#at += 2;
    return this.#data.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#data.readInt32BE(this.#at - 4);
  }

  string(): string {
    return this.#take(this.int16()).toString('utf8');
  }

  bytes(): Buffer {
    return this.#take(this.int32());
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: Math.max(this.int32(), 0) }, read);
  }

  #take(length: number): Buffer {
    this.#at += Math.max(length, 0);
    return this.#data.subarray(this.#at - Math.max(length, 0), this.#at);
  }
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function text(value: string): Buffer {
  const encoded = Buffer.from(value);
  const length = Buffer.alloc(2);
  length.writeInt16BE(encoded.length);
  return Buffer.concat([length, encoded]);
}
