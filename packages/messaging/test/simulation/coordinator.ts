import type { Answer, Simulation } from '@linli/testing';
import { KafkaFault, partitions } from './kafka-fault';

export interface Assignment {
  readonly memberId: string;
  readonly generation: number;
  readonly partitions: readonly number[];
}

interface Member {
  lastSeen: number;
  /** Waits for the next generation. */
  joining: Answer<Assignment> | undefined;
}

export const sessionTimeoutMs = 10_000;
const rebalanceTimeoutMs = 30_000;
const requestTimeoutMs = 30_000;

/** The broker's side of one consumer group, classic protocol: generations, eager rebalances, sessions, committed offsets. */
export class GroupCoordinator {
  readonly committed = new Map<number, number>();
  /** Told of each commit that is accepted, and whether the partition is the member's in this generation: Kafka does not ask. */
  onCommit: (moved: { partition: number; before: number; offset: number; isOwner: boolean }) => void = () => undefined;
  private readonly owners = new Map<number, string>();
  private readonly members = new Map<string, Member>();
  private generation = 0;
  private born = 0;
  private rebalanceBy: number | undefined;

  constructor(private readonly simulation: Simulation) {
    this.watch();
  }

  join(memberId: string | undefined, answer: Answer<Assignment>): void {
    if (memberId !== undefined && !this.members.has(memberId)) return answer.error(new KafkaFault('UNKNOWN_MEMBER_ID'));
    // A member that asks again while it waits is answered once: the older request runs out of time.
    const older = memberId === undefined ? undefined : this.members.get(memberId)?.joining;
    if (older !== undefined) this.simulation.after(requestTimeoutMs, 'request timeout', () => older.error(new KafkaFault('REQUEST_TIMED_OUT')));
    this.born += 1;
    this.members.set(memberId ?? `member-${this.born}`, { lastSeen: this.simulation.now, joining: answer });
    this.rebalance();
    this.complete();
  }

  heartbeat(memberId: string, generation: number): void {
    const member = this.fence(memberId, generation);
    member.lastSeen = this.simulation.now;
    if (this.rebalanceBy !== undefined) throw new KafkaFault('REBALANCE_IN_PROGRESS');
  }

  commit(member: { id: string; generation: number }, partition: number, offset: number): void {
    this.fence(member.id, member.generation).lastSeen = this.simulation.now;
    this.onCommit({ partition, before: this.committed.get(partition) ?? 0, offset, isOwner: this.owners.get(partition) === member.id });
    this.committed.set(partition, offset);
  }

  leave(memberId: string): void {
    if (!this.members.delete(memberId)) return;
    this.rebalance();
    this.complete();
  }

  /** A rebalance that nobody needs, as a restart of the coordinator or a new member brings it. */
  disturb(): void {
    if (this.members.size > 0) this.rebalance();
  }

  private fence(memberId: string, generation: number): Member {
    const member = this.members.get(memberId);
    if (member === undefined) throw new KafkaFault('UNKNOWN_MEMBER_ID');
    if (generation !== this.generation) throw new KafkaFault('ILLEGAL_GENERATION');
    return member;
  }

  private rebalance(): void {
    this.rebalanceBy ??= this.simulation.now + rebalanceTimeoutMs;
  }

  private complete(): void {
    const { simulation } = this;
    if (this.rebalanceBy === undefined) return;
    if (simulation.now >= this.rebalanceBy) for (const [id, { joining }] of this.members) if (joining === undefined) this.members.delete(id);
    if ([...this.members.values()].some(({ joining }) => joining === undefined)) return;
    this.rebalanceBy = undefined;
    this.generation += 1;
    const ids = [...this.members.keys()].sort();
    simulation.note('coordinator', `generation ${this.generation}: ${ids.join(' ')}`);
    for (const [index, id] of ids.entries()) {
      const member = this.members.get(id);
      // Another member each time: the real order is that of random ids.
      const mine = Array.from({ length: partitions }, (_, partition) => partition).filter((partition) => (partition + this.generation) % ids.length === index);
      for (const partition of mine) this.owners.set(partition, id);
      member?.joining?.value({ memberId: id, generation: this.generation, partitions: mine });
      this.members.set(id, { lastSeen: simulation.now, joining: undefined });
    }
  }

  private watch(): void {
    this.simulation.after(1_000, 'sessions checked', () => {
      for (const [id, { lastSeen, joining }] of this.members) {
        if (joining !== undefined || lastSeen + sessionTimeoutMs > this.simulation.now) continue;
        this.members.delete(id);
        this.rebalance();
      }
      this.complete();
      this.watch();
    });
  }
}
