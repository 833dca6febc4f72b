import { tenantOf } from '@linli/db';
import { DatabaseFault, processOf, SimulatedDatabase, SimulatedTable, type Session, type Simulation } from '@linli/testing';
import type { KafkaRecord } from '../../src/envelope';
import type { InboxStore, ParkedKey } from '../../src/inbox-store';
import { laneCount } from '../../src/lane';
import type { LaneStore } from '../../src/lane-store';
import { maxEventBytes, type LaneOwner, type OutboxRow, type OutboxStore, type PoisonedKey } from '../../src/outbox-store';

/** An outbox row with what only the database counts. */
export interface StoredEvent extends Omit<OutboxRow, 'isBehindPoison' | 'payload'> {
  readonly payload: Buffer;
  readonly payloadBytes: number;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface StoredLane {
  readonly owner: string | undefined;
  readonly epoch: number;
  readonly leasedUntil: number;
}

export interface ParkedRow {
  readonly key: ParkedKey;
  readonly record: KafkaRecord;
  readonly eventId: string;
  readonly attempts: number;
  readonly reason: string;
}

/** The messaging tables and what our statements do with them, one function a statement. */
export class MessagingTables {
  readonly database: SimulatedDatabase;
  readonly outbox = new SimulatedTable<StoredEvent>('outbox');
  readonly poison = new SimulatedTable<StoredEvent & { reason: string }>('outbox_poison');
  readonly lanes = new SimulatedTable<StoredLane>('outbox_lane');
  readonly relays = new SimulatedTable<number>('outbox_relay');
  readonly processed = new SimulatedTable<true>('processed_event');
  readonly parked = new SimulatedTable<ParkedRow>('parked_event');
  readonly dead = new SimulatedTable<{ record: KafkaRecord; reason: string }>('dead_letter');
  private readonly advisory = new SimulatedTable<true>('advisory');
  /** Told of every row that a relay deletes from the outbox, and whether it owned the lane at that moment. */
  onDelete: (event: StoredEvent, isOwner: boolean) => void = () => undefined;

  /** A test may switch off that a given-up event counts as applied. */
  marksDiscarded = true;
  /** Told of every event that an operator gives up and that has had no effect. */
  onDiscard: (eventId: string) => void = () => undefined;

  constructor(simulation: Simulation) {
    this.database = new SimulatedDatabase(simulation);
    for (let lane = 0; lane < laneCount; lane += 1) this.lanes.committed.set(String(lane), { owner: undefined, epoch: 0, leasedUntil: -Infinity });
  }

  readonly laneStore: LaneStore = {
    renewLanes: (knex, { owner, leaseMs }) =>
      this.database.alone(processOf(knex), 'renew lanes', (session) => {
        const now = this.database.now();
        session.put(this.relays, owner, now);
        return this.takeLanes(session, { owner, leasedUntil: now + leaseMs, pick: (lane) => lane.owner === owner, raise: 0 });
      }),
    countOtherRelays: (knex, { owner, leaseMs }) =>
      this.database.alone(processOf(knex), 'count other relays', (session) => {
        const now = this.database.now();
        for (const [id, seenAt] of session.rows(this.relays)) if (seenAt < now - 3_600_000) session.delete(this.relays, id);
        return session.rows(this.relays).filter(([id, seenAt]) => id !== owner && seenAt > now - leaseMs).length;
      }),
    claimLanes: (knex, { owner, leaseMs }, most) =>
      this.database.alone(processOf(knex), `claim ${most} lanes`, (session) => {
        const now = this.database.now();
        const pick = (lane: StoredLane): boolean => lane.owner === undefined || lane.leasedUntil < now;
        return this.takeLanes(session, { owner, leasedUntil: now + leaseMs, pick, raise: 1, most });
      }),
    releaseLanes: (knex, owner, lanes) =>
      this.database.alone(processOf(knex), `release ${lanes.length} lanes`, (session) => {
        const own = lanes.flatMap(({ lane }) => {
          const stored = session.get(this.lanes, String(lane));
          return stored?.owner === owner ? [{ lane, stored }] : [];
        });
        for (const { lane, stored } of own) session.put(this.lanes, String(lane), { ...stored, owner: undefined });
        return own.length;
      }),
    forgetRelay: (knex, owner) => this.database.alone(processOf(knex), 'forget the relay', (session) => session.delete(this.relays, owner)),
  };

  readonly outboxStore: OutboxStore = {
    readBatch: (knex, lanes, limit) => this.database.alone(processOf(knex), 'read outbox', (session) => this.readBatch(session, lanes, limit)),
    deletePublished: (knex, owner, ids) =>
      this.database.alone(processOf(knex), `delete ${ids.length} published`, (session) => {
        const mine = this.ownedEvents(session, owner, (event) => ids.includes(event.id));
        for (const event of mine) session.delete(this.outbox, String(event.id));
        for (const event of mine) this.onDelete(event, true);
        return mine.length;
      }),
    setAside: (knex, owner, { row, reason }) =>
      this.database.alone(processOf(knex), `set aside ${row.key} from ${row.version}`, (session) => {
        const isMoved = (event: StoredEvent): boolean =>
          event.tenantId === row.tenantId && event.topic === row.topic && event.key === row.key && event.id >= row.id;
        const moved = this.ownedEvents(session, owner, isMoved);
        for (const event of moved) {
          session.delete(this.outbox, String(event.id));
          session.put(this.poison, String(event.id), { ...event, reason: event.id === row.id ? reason : 'BEHIND_POISON' });
        }
        return moved.length;
      }),
    measureBacklog: (knex) =>
      this.database.alone(processOf(knex), 'measure backlog', (session) => ({
        oldestSeconds: 0,
        rows: session.rows(this.outbox).length,
        poisoned: session.rows(this.poison).length,
      })),
  };

  readonly inboxStore: InboxStore = {
    once: (tx, consumer, eventId) =>
      this.database.within(tx, `once ${eventId.slice(-4)}`, (session) => session.insert(this.processed, `${tenantOf(tx)} ${consumer} ${eventId}`, true)),
    onceEach: (tx, consumer, eventIds) =>
      this.database.within(tx, `once each of ${eventIds.map((id) => id.slice(-4)).join(' ')}`, (session) =>
        eventIds.filter((id) => session.insert(this.processed, `${tenantOf(tx)} ${consumer} ${id}`, true)),
      ),
    findParkedKeys: (tx, { consumer, topic }, keys) =>
      this.database.within(tx, `which of ${keys.join(' ')} are parked`, (session) =>
        keys.filter((key) => this.parkedRows(session, { tenantId: tenantOf(tx), consumer, topic, key }).length > 0),
      ),
    isParked: (tx, key) => this.database.within(tx, `is ${key.key} parked`, (session) => this.parkedRows(session, key).length > 0),
    lockKey: (handle, key) =>
      this.database.within(handle as Parameters<InboxStore['once']>[0], `lock ${key.key}`, (session) => session.lock(this.advisory, nameOf(key))),
    park: (tx, consumer, { record, event, failure }) =>
      this.database.within(tx, `park ${event.key} ${event.version}`, (session) => {
        const tenantId = tenantOf(tx);
        if (session.get(this.processed, `${tenantId} ${consumer} ${event.id}`) !== undefined) return;
        const key = { tenantId, consumer, topic: record.topic, key: event.key };
        session.insert(this.parked, placeOf(key, record), { key, record, eventId: event.id, attempts: failure.attempts, reason: failure.reason });
      }),
    findParkedHead: (tx, key) => this.database.within(tx, `head of ${key.key}`, (session) => this.parkedRows(session, key)[0]?.record),
    deleteParked: (tx, key, record) =>
      this.database.within(tx, `unpark ${key.key}`, (session) => {
        if (session.get(this.parked, placeOf(key, record)) !== undefined) session.delete(this.parked, placeOf(key, record));
      }),
    recordAttempt: (tx, key, { record, reason }) =>
      this.database.within(tx, `failed again ${key.key}`, (session) => {
        const row = session.get(this.parked, placeOf(key, record));
        if (row !== undefined) session.put(this.parked, placeOf(key, record), { ...row, attempts: row.attempts + 1, reason });
      }),
    storeDeadLetter: (knex, consumer, { record, failure }) =>
      this.database.alone(processOf(knex), 'bury', (session) => {
        session.insert(this.dead, `${consumer} ${record.topic} ${record.partition} ${record.offset}`, { record, reason: failure.reason });
      }),
    countParkedKeys: (knex, consumer) =>
      this.database.alone(processOf(knex), 'count parked', (session) => {
        const keys = session.rows(this.parked).filter(([, { key }]) => key.consumer === consumer);
        return new Set(keys.map(([, { key }]) => nameOf(key))).size;
      }),
    pruneProcessed: () => Promise.resolve(0),
  };

  /** Two statements in one transaction that locks the lanes first, so as good as one. */
  requeuePoisoned(knex: Parameters<OutboxStore['measureBacklog']>[0], key: PoisonedKey): Promise<number> {
    return this.database.alone(processOf(knex), `requeue ${key.key}`, (session) => {
      const moved = session.rows(this.poison).filter(([, event]) => event.tenantId === key.tenantId && event.topic === key.topic && event.key === key.key);
      for (const name of new Set(moved.map(([, event]) => String(event.lane)))) {
        const lane = session.get(this.lanes, name);
        if (lane !== undefined) session.put(this.lanes, name, { ...lane, owner: undefined, epoch: lane.epoch + 1 });
      }
      for (const [id, { reason: _reason, ...event }] of moved) {
        session.delete(this.poison, id);
        session.put(this.outbox, id, event);
      }
      return moved.length;
    });
  }

  discardParked(knex: Parameters<OutboxStore['measureBacklog']>[0], key: ParkedKey): Promise<boolean> {
    return this.database.alone(processOf(knex), `discard head of ${key.key}`, (session) => {
      session.lock(this.advisory, nameOf(key));
      const [head] = this.parkedRows(session, key);
      if (head === undefined) return false;
      session.delete(this.parked, placeOf(key, head.record));
      const mark = `${key.tenantId} ${key.consumer} ${head.eventId}`;
      if (session.get(this.processed, mark) === undefined) this.onDiscard(head.eventId);
      if (this.marksDiscarded) session.insert(this.processed, mark, true);
      session.insert(this.dead, `${key.consumer} ${key.topic} ${head.record.partition} ${head.record.offset}`, { record: head.record, reason: head.reason });
      return true;
    });
  }

  /** The oldest rows of the lanes, up to the limits of rows and bytes, as `readBatch` of the outbox store says. */
  readBatch(session: Session, lanes: readonly number[], limit: number): OutboxRow[] {
    const waiting = session.rows(this.outbox).map(([, event]) => event);
    const head = waiting.filter((event) => lanes.includes(event.lane)).sort((a, b) => a.id - b.id).slice(0, limit);
    const stuck = new Set(session.rows(this.poison).map(([, event]) => `${event.tenantId} ${event.topic} ${event.key}`));
    let total = 0;
    return head.flatMap(({ payloadBytes, ...event }, index) => {
      total += payloadBytes + jsonbBytes(event.headers) + 2 * Buffer.byteLength(event.key) + 600;
      if (total > maxEventBytes && index > 0) return [];
      const payload = payloadBytes <= maxEventBytes ? event.payload : null;
      return [{ ...event, payload, isBehindPoison: stuck.has(`${event.tenantId} ${event.topic} ${event.key}`) }];
    });
  }

  /** Rows of the lanes that the owner still holds in the epochs it believes in. */
  ownedEvents(session: Session, { owner, lanes }: LaneOwner, isMeant: (event: StoredEvent) => boolean): StoredEvent[] {
    const held = new Set(lanes.filter(({ lane, epoch }) => this.owns(session, { owner, lane, epoch })).map(({ lane }) => lane));
    return session
      .rows(this.outbox)
      .map(([, event]) => event)
      .filter((event) => held.has(event.lane) && isMeant(event));
  }

  owns(session: Session, { owner, lane, epoch }: { owner: string; lane: number; epoch: number }): boolean {
    const stored = session.get(this.lanes, String(lane));
    return stored?.owner === owner && stored.epoch === epoch;
  }

  parkedRows(session: Session, key: ParkedKey): ParkedRow[] {
    return session
      .rows(this.parked)
      .map(([, row]) => row)
      .filter((row) => nameOf(row.key) === nameOf(key))
      .sort((a, b) => a.record.partition - b.record.partition || Number(a.record.offset) - Number(b.record.offset));
  }

  private takeLanes(
    session: Session,
    how: { owner: string; leasedUntil: number; pick: (lane: StoredLane) => boolean; raise: number; most?: number },
  ): { lane: number; epoch: number }[] {
    const picked = [...this.lanes.committed.keys()].map(Number).sort((a, b) => a - b).flatMap((lane) => {
      const stored = session.get(this.lanes, String(lane));
      return stored !== undefined && how.pick(stored) ? [{ lane, epoch: stored.epoch + how.raise }] : [];
    });
    const taken = picked.slice(0, how.most ?? laneCount);
    for (const { lane, epoch } of taken) session.put(this.lanes, String(lane), { owner: how.owner, epoch, leasedUntil: how.leasedUntil });
    return taken;
  }
}

/** @throws DatabaseFault 23505: the aggregate was not locked. */
export function insertEvent(session: Session, tables: MessagingTables, event: StoredEvent): void {
  const same = session.rows(tables.outbox).some(([, { key, version }]) => key === event.key && version === event.version);
  if (same) throw new DatabaseFault('23505');
  session.put(tables.outbox, String(event.id), event);
}

function nameOf({ tenantId, consumer, topic, key }: ParkedKey): string {
  return `${tenantId} ${consumer} ${topic} ${key}`;
}

// The primary key of parked_event; the place names one event, so the key adds nothing.
function placeOf({ tenantId, consumer }: ParkedKey, { topic, partition, offset }: KafkaRecord): string {
  return `${tenantId} ${consumer} ${topic} ${partition} ${offset}`;
}

/** octet_length(jsonb::text) of a flat object. */
function jsonbBytes(headers: Readonly<Record<string, unknown>>): number {
  const entries = Object.entries(headers).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return Buffer.byteLength(`{${entries.join(', ')}}`);
}
