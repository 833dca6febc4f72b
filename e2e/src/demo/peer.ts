import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

export interface SeenEvent {
  readonly topic: string;
  readonly key: string;
  readonly id: string;
  /** Short name, `CaseAccepted`. */
  readonly type: string;
  readonly tenant: string;
  readonly version: number;
  readonly time: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** Runs the outside subscriber as a process of its own and keeps what it prints. */
export class Peer {
  readonly events: SeenEvent[] = [];
  private constructor(private readonly child: ChildProcess) {}

  static async start(brokers: string, topics: readonly string[]): Promise<Peer> {
    const program = path.join(__dirname, 'subscriber.js');
    // kafkajs arms a timer with a negative delay, which Node warns of on every start.
    const child = spawn(process.execPath, ['--no-warnings', program, brokers, topics.join(',')], { stdio: ['pipe', 'pipe', 'inherit'] });
    const peer = new Peer(child);
    const ready = Promise.withResolvers<void>();
    child.on('exit', (code) => ready.reject(new Error(`the subscriber ended early, code ${code}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const seen = JSON.parse(line) as SeenEvent & { ready?: boolean };
      if (seen.ready === true) ready.resolve();
      else peer.events.push({ ...seen, type: seen.type.split('.').at(-1) ?? seen.type });
    });
    await ready.promise;
    return peer;
  }

  /** Waits until the aggregate's event of this version has come; false when it has not within ten seconds. */
  async hasSeen(aggregateId: string, version: number): Promise<boolean> {
    for (const until = Date.now() + 10_000; Date.now() < until; await pause(20)) {
      if (this.events.some((event) => event.key.endsWith(`:${aggregateId}`) && event.version === version)) return true;
    }
    return false;
  }

  /** Each aggregate's versions must be 1, 2, 3, … in the order they came, and no event may come twice. Returns complaints. */
  findFaults(aggregates: ReadonlyMap<string, number>): string[] {
    const faults: string[] = [];
    const twice = this.events.length - new Set(this.events.map((event) => event.id)).size;
    if (twice > 0) faults.push(`${twice} 个事件重复送达`);
    for (const [id, last] of aggregates) {
      const versions = this.events.filter((event) => event.key.endsWith(`:${id}`)).map((event) => event.version);
      const expected = Array.from({ length: last }, (_, index) => index + 1);
      if (versions.join() !== expected.join()) faults.push(`${id}: 收到版本 ${versions.join('、')}，应为 1 至 ${last}`);
    }
    return faults;
  }

  stop(): void {
    this.child.removeAllListeners('exit');
    this.child.stdin?.end();
  }
}
