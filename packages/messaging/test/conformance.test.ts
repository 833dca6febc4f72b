import { openDatabase, openSystemDatabase, type Database, type SystemDatabase, type Tx } from '@linli/db';
import { createTestDatabase, eventually, openTx, seededChance, silentLogger, SimulatedProcess, simulatedSystem, Simulation, type OpenTx, type TestDatabase } from '@linli/testing';
import fc from 'fast-check';
import { requeuePoisoned } from '../src';
import { inboxStore, type InboxStore } from '../src/inbox-store';
import { laneCount, laneOf } from '../src/lane';
import { laneStore, type LaneStore } from '../src/lane-store';
import { outboxStore, type Lane, type OutboxRow, type OutboxStore } from '../src/outbox-store';
import { discardParked } from '../src/parked';
import { insertEvent, MessagingTables } from './simulation/tables';
import { migrations } from './support';

jest.setTimeout(120_000);

const topic = 'internal.test.counter.v1';
const leaseMs = 5_000;
const opened: { test?: TestDatabase; app?: Database; relay?: SystemDatabase; admin?: SystemDatabase } = {};

beforeAll(async () => {
  const test = await createTestDatabase({ name: 'messaging', migrations });
  const log = silentLogger();
  opened.test = test;
  opened.app = openDatabase({ url: test.appUrl, name: 'conformance', log });
  opened.relay = openSystemDatabase({ url: test.relayUrl, name: 'conformance-relay', log, poolSize: 5 });
  opened.admin = openSystemDatabase({ url: test.adminUrl, name: 'conformance-admin', log });
});

afterAll(async () => {
  await Promise.all([opened.app?.close(), opened.relay?.close(), opened.admin?.close()]);
  await opened.test?.drop();
});

/** One of the two databases, with the same functions on it. */
interface Side {
  readonly app: Database;
  readonly relay: SystemDatabase;
  readonly outbox: OutboxStore;
  readonly lanes: LaneStore;
  readonly inbox: InboxStore;
  insert(tx: Tx, event: NewEvent): Promise<void>;
  requeue: typeof requeuePoisoned;
  discard: typeof discardParked;
  /** Lets this much time pass for leases. */
  pass(milliseconds: number): Promise<void>;
  /** Lets what was asked happen: on the real side it does so by itself. */
  pump(): Promise<void>;
  /** So many statements wait for a lock, and everything else is answered. */
  settle(waiting: number): Promise<void>;
}

interface NewEvent {
  readonly id: number;
  readonly aggregateId: string;
  readonly version: number;
  readonly bytes: number;
  readonly headers: Readonly<Record<string, string>>;
}

const tenantId = 'xingsheng';
const keyOf = (aggregateId: string): string => `${tenantId}:${aggregateId}`;
const eventIdOf = (id: number): string => `00000000-0000-7000-8000-${String(id).padStart(12, '0')}`;
const fill = (bytes: number): Buffer => Buffer.alloc(bytes, 'x');

async function realSide(): Promise<Side> {
  const { app, relay, admin } = opened;
  if (app === undefined || relay === undefined || admin === undefined) throw new Error('not opened');
  await admin.knex.raw(`truncate outbox, outbox_poison, outbox_relay, processed_event, parked_event, dead_letter;
    update outbox_lane set owner = null, epoch = 0, leased_until = '-infinity'`);
  return {
    ...{ app, relay, outbox: outboxStore, lanes: laneStore, inbox: inboxStore, requeue: requeuePoisoned, discard: discardParked },
    async insert(tx, { id, aggregateId, version, bytes, headers }) {
      const key = keyOf(aggregateId);
      const named = { tenant_id: tenantId, id, event_id: eventIdOf(id), lane: laneOf(key), topic, key, aggregate_type: 'counter', aggregate_id: aggregateId };
      await tx('outbox').insert({ ...named, aggregate_version: version, event_type: 'linli.test.v1.Counted', payload: fill(bytes), headers: JSON.stringify(headers) });
    },
    async pass(milliseconds) {
      await admin.knex.raw('update outbox_lane set leased_until = leased_until - make_interval(secs => ?)', [milliseconds / 1000]);
      await admin.knex.raw('update outbox_relay set seen_at = seen_at - make_interval(secs => ?)', [milliseconds / 1000]);
    },
    pump: () => Promise.resolve(),
    settle: (waiting) =>
      eventually(async () => {
        const blocked = 'datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0';
        const { rows } = await admin.knex.raw<{ rows: unknown[] }>(`select from pg_stat_activity where ${blocked}`);
        expect(rows).toHaveLength(waiting);
      }, { everyMs: 2, timeoutMs: 3_000 }),
  };
}

function simulatedSide(): Side {
  const simulation = new Simulation(seededChance(1));
  const tables = new MessagingTables(simulation);
  const process = new SimulatedProcess(simulation, 'conformance');
  return {
    ...{ app: tables.database.connect(process), relay: simulatedSystem(process), outbox: tables.outboxStore, lanes: tables.laneStore, inbox: tables.inboxStore },
    insert: (tx, { id, aggregateId, version, bytes, headers }) =>
      tables.database.within(tx, 'insert', (session) =>
        insertEvent(session, tables, {
          ...{ id, lane: laneOf(keyOf(aggregateId)), topic, key: keyOf(aggregateId), eventId: eventIdOf(id), tenantId, aggregateId, version, headers },
          ...{ type: 'linli.test.v1.Counted', payload: fill(bytes), payloadBytes: bytes, traceparent: null, createdAt: new Date(0) },
        }),
      ),
    requeue: (knex, key) => tables.requeuePoisoned(knex, key),
    discard: (system, key) => tables.discardParked(system.knex, key),
    async pass(milliseconds) {
      simulation.now += milliseconds;
    },
    pump: () => simulation.playNow(),
    settle: () => simulation.playNow(),
  };
}

async function onBoth<T>(sides: readonly Side[], work: (side: Side) => Promise<T>): Promise<T> {
  const answers: T[] = [];
  for (const side of sides) {
    const answer = work(side);
    await side.pump();
    answers.push(await answer);
  }
  const [real, simulated] = answers;
  expect(simulated).toEqual(real);
  return real as T;
}

const sorted = (lanes: readonly Lane[]): Lane[] => [...lanes].sort((a, b) => a.lane - b.lane).map(({ lane, epoch }) => ({ lane, epoch }));
const essence = (rows: readonly OutboxRow[]) =>
  rows.map(({ createdAt: _createdAt, payload, ...row }) => ({ ...row, payload: payload?.length ?? null }));

const relayOps = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant('insert' as const), aggregate: fc.nat(3), bytes: fc.constantFrom(10, 10, 10, 300_000, 950_000), isOpen: fc.boolean(), headers: fc.constantFrom({}, { ce_correlationid: 'c1' }) }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('end' as const), how: fc.constantFrom('commit' as const, 'rollback' as const) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('claim' as const), relay: fc.nat(2), most: fc.integer({ min: 1, max: 16 }) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('renew' as const, 'others' as const, 'forget' as const), relay: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('release' as const), relay: fc.nat(2), share: fc.nat(3) }) },
  // Never near the end of a lease, for on the real side time passes by itself too.
  { weight: 2, arbitrary: fc.record({ op: fc.constant('pass' as const), milliseconds: fc.constantFrom(2_000, 4_000, 8_000, 3_700_000) }) },
  { weight: 6, arbitrary: fc.record({ op: fc.constantFrom('read' as const, 'delete' as const, 'aside' as const), relay: fc.nat(2), limit: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('requeue' as const), aggregate: fc.nat(3) }) },
);

/** Plays relay operations on both sides; what one relay believes comes from the answers, which are equal. */
class RelayPlay {
  private readonly believed = new Map<number, Lane[]>();
  private readonly read = new Map<number, OutboxRow[]>();
  private readonly versions = new Map<number, number>();
  private open: { txs: readonly OpenTx[]; aggregate: number } | undefined;
  private ids = 0;

  constructor(private readonly sides: readonly Side[]) {}

  async play(op: RelayOp): Promise<void> {
    const { sides } = this;
    if (op.op === 'insert') return this.insert(op);
    if (op.op === 'end') return this.end(op.how);
    if (op.op === 'pass') return void (await onBoth(sides, (side) => side.pass(op.milliseconds)));
    if (op.op === 'requeue') return void (await onBoth(sides, (side) => side.requeue(side.relay.knex, { tenantId, topic, key: keyOf(`a${op.aggregate}`) })));
    const lease = { owner: `relay-${op.relay}`, leaseMs };
    const mine = this.believed.get(op.relay) ?? [];
    if (op.op === 'claim') {
      const taken = await onBoth(sides, async ({ lanes, relay }) => sorted(await lanes.claimLanes(relay.knex, lease, op.most)));
      this.believed.set(op.relay, [...mine.filter(({ lane }) => !taken.some((one) => one.lane === lane)), ...taken]);
    } else if (op.op === 'renew') {
      this.believed.set(op.relay, await onBoth(sides, async ({ lanes, relay }) => sorted(await lanes.renewLanes(relay.knex, lease))));
    } else if (op.op === 'others') await onBoth(sides, ({ lanes, relay }) => lanes.countOtherRelays(relay.knex, lease));
    else if (op.op === 'forget') await onBoth(sides, async ({ lanes, relay }) => void (await lanes.forgetRelay(relay.knex, lease.owner)));
    else if (op.op === 'release') await onBoth(sides, ({ lanes, relay }) => lanes.releaseLanes(relay.knex, lease.owner, mine.slice(0, op.share * 4)));
    else if ('limit' in op) await this.use(op, { owner: lease.owner, lanes: mine });
  }

  /** Nothing stays open, and both have the same rows at the end. */
  async finish(): Promise<void> {
    await this.end('commit');
    const all = Array.from({ length: laneCount }, (_, lane) => lane);
    await onBoth(this.sides, async ({ outbox, relay }) => essence(await outbox.readBatch(relay.knex, all, 500)));
    await onBoth(this.sides, async ({ outbox, relay }) => {
      const { rows, poisoned } = await outbox.measureBacklog(relay.knex);
      return { rows, poisoned };
    });
  }

  private async use(op: { op: 'read' | 'delete' | 'aside'; relay: number; limit: number }, owner: { owner: string; lanes: Lane[] }): Promise<void> {
    const { sides } = this;
    const rows = this.read.get(op.relay) ?? [];
    const [row] = rows;
    if (op.op === 'read' && owner.lanes.length > 0) {
      const numbers = owner.lanes.map(({ lane }) => lane);
      const found: OutboxRow[][] = [];
      await onBoth(sides, async ({ outbox, relay }) => {
        const batch = await outbox.readBatch(relay.knex, numbers, op.limit);
        found.push(batch);
        return essence(batch);
      });
      this.read.set(op.relay, found[0] ?? []);
    } else if (op.op === 'delete') {
      const ids = rows.slice(0, op.limit).map(({ id }) => id);
      await onBoth(sides, ({ outbox, relay }) => outbox.deletePublished(relay.knex, owner, ids));
    } else if (op.op === 'aside' && row !== undefined) {
      await onBoth(sides, ({ outbox, relay }) => outbox.setAside(relay.knex, owner, { row, reason: 'EVENT_TOO_LARGE' }));
    }
  }

  private async insert({ aggregate, bytes, isOpen, headers }: Extract<RelayOp, { op: 'insert' }>): Promise<void> {
    // The aggregate's row lock: a second change waits for the first one's transaction.
    if (this.open !== undefined && (isOpen || this.open.aggregate === aggregate)) await this.end('commit');
    this.ids += 1;
    const version = (this.versions.get(aggregate) ?? 0) + 1;
    const event = { id: this.ids, aggregateId: `a${aggregate}`, version, bytes, headers };
    this.versions.set(aggregate, version);
    const txs: OpenTx[] = [];
    await onBoth(this.sides, async (side) => {
      const tx = await openTx(side, tenantId);
      txs.push(tx);
      const inserted = tx.run((one) => side.insert(one, event));
      await side.pump();
      await inserted;
    });
    if (isOpen) this.open = { txs, aggregate };
    else for (const tx of txs) await tx.end('commit');
  }

  private async end(how: 'commit' | 'rollback'): Promise<void> {
    const { open } = this;
    this.open = undefined;
    if (open === undefined) return;
    if (how === 'rollback') this.versions.set(open.aggregate, (this.versions.get(open.aggregate) ?? 1) - 1);
    for (const tx of open.txs) await tx.end(how);
  }
}

type RelayOp = typeof relayOps extends fc.Arbitrary<infer T> ? T : never;

/** What a walk at random may miss: an owner reads, sleeps past its lease, and goes on when another has its lanes. */
function lateOwner(op: 'delete' | 'aside'): RelayOp[] {
  const claim = (relay: number): RelayOp => ({ op: 'claim', relay, most: 16 });
  return [
    { op: 'insert', aggregate: 0, bytes: 10, isOpen: false, headers: {} },
    claim(0),
    { op: 'read', relay: 0, limit: 6 },
    { op: 'pass', milliseconds: 8_000 },
    claim(1),
    { op, relay: 0, limit: 6 },
  ];
}

const inboxOps = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constantFrom('once' as const, 'once' as const, 'once each' as const, 'isParked' as const, 'parked keys' as const, 'lock' as const, 'park' as const, 'park' as const, 'head' as const, 'unpark' as const, 'attempt' as const),
      session: fc.nat(2),
      aggregate: fc.nat(1),
      offset: fc.nat(3),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constantFrom('commit' as const, 'commit' as const, 'rollback' as const), session: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constantFrom('count' as const, 'discard' as const), aggregate: fc.nat(1) }) },
);
type InboxOp = typeof inboxOps extends fc.Arbitrary<infer T> ? T : never;

const consumer = 'readers';

function ask(inbox: InboxStore, tx: Tx, { op, aggregate, offset }: { op: string; aggregate: number; offset: number }): Promise<unknown> {
  const key = { consumer, tenantId, topic, key: keyOf(`a${aggregate}`) };
  const id = aggregate * 10 + offset + 1;
  const record = { topic, partition: 0, offset: String(aggregate * 10 + offset), key: Buffer.from(key.key), value: Buffer.from('{}'), headers: [['ce_id', Buffer.from(eventIdOf(id))]] as const };
  const event = { id: eventIdOf(id), source: 's', type: 't.T', tenantId, aggregateId: `a${aggregate}`, version: 1, time: new Date(0), key: key.key, data: {} };
  const failure = { reason: 'R', attempts: 1, firstFailedAt: new Date(0) };
  if (op === 'once') return inbox.once(tx, consumer, event.id);
  // Others of the key besides, and the first one again.
  if (op === 'once each') return inbox.onceEach(tx, consumer, [id, id + 1, id].map(eventIdOf)).then((fresh) => fresh.sort());
  if (op === 'isParked') return inbox.isParked(tx, key);
  if (op === 'parked keys') return inbox.findParkedKeys(tx, key, [keyOf('a0'), keyOf('a1'), keyOf('a2')]).then((keys) => keys.sort());
  if (op === 'lock') return inbox.lockKey(tx, key);
  if (op === 'park') return inbox.park(tx, consumer, { record, event, failure });
  if (op === 'head') return inbox.findParkedHead(tx, key);
  if (op === 'unpark') return inbox.deleteParked(tx, key, record);
  return inbox.recordAttempt(tx, key, { record, reason: 'again' });
}

/** Three transactions side by side on each side; one at most waits for another. */
class InboxPlay {
  private readonly open = new Map<number, readonly OpenTx[]>();
  private waiting: { session: number; answers: Promise<unknown>[] } | undefined;

  constructor(private readonly sides: readonly Side[]) {}

  async play(op: InboxOp): Promise<void> {
    if ('session' in op) {
      if (this.waiting?.session === op.session) return;
      if (op.op === 'commit' || op.op === 'rollback') return this.end(op.session, op.op);
      if ('offset' in op && this.waiting === undefined) return this.ask(op);
    } else if (this.open.size === 0) {
      const key = { consumer, tenantId, topic, key: keyOf(`a${op.aggregate}`) };
      if (op.op === 'count') await onBoth(this.sides, ({ inbox, relay }) => inbox.countParkedKeys(relay.knex, consumer));
      else await onBoth(this.sides, ({ discard, relay }) => discard(relay, key));
    }
  }

  async finish(): Promise<void> {
    const order = [...this.open.keys()].filter((session) => session !== this.waiting?.session);
    for (const session of order) await this.end(session, 'commit');
    for (const session of [...this.open.keys()]) await this.end(session, 'commit');
    for (const aggregate of [0, 1]) {
      for (const op of ['isParked', 'head']) await this.ask({ op, session: 0, aggregate, offset: 0 });
      for (const offset of [0, 1, 2, 3]) await this.ask({ op: 'once', session: 0, aggregate, offset });
    }
    await this.end(0, 'rollback');
  }

  private async ask(op: { op: string; session: number; aggregate: number; offset: number }): Promise<void> {
    if (!this.open.has(op.session)) {
      const txs: OpenTx[] = [];
      for (const side of this.sides) txs.push(await openTx(side, tenantId));
      this.open.set(op.session, txs);
    }
    const txs = this.open.get(op.session) ?? [];
    const answers = this.sides.map((side, index) => txs[index]?.run((tx) => ask(side.inbox, tx, op)) ?? Promise.resolve());
    if (!(await this.settled(answers))) this.waiting = { session: op.session, answers };
  }

  private async end(session: number, how: 'commit' | 'rollback'): Promise<void> {
    const txs = this.open.get(session);
    if (txs === undefined) return;
    this.open.delete(session);
    for (const tx of txs) await tx.end(how);
    if (this.waiting === undefined) return;
    // It may wait for a third one now.
    const { answers } = this.waiting;
    if (!(await this.settled(answers))) return;
    this.waiting = undefined;
  }

  /** True when both sides have answered, and alike; false when both wait. */
  private async settled([real, simulated]: readonly Promise<unknown>[]): Promise<boolean> {
    let isAnswered = false;
    void simulated?.then(() => (isAnswered = true));
    await this.sides[1]?.settle(0);
    await this.sides[0]?.settle(isAnswered ? 0 : 1);
    if (isAnswered) expect(await simulated).toEqual(await real);
    return isAnswered;
  }
}

describe('the simulated tables answer as PostgreSQL does', () => {
  it('to relays: lanes, leases, epochs, batches, deletes, poison', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(relayOps, { minLength: 10, maxLength: 40 }), async (ops) => {
        const play = new RelayPlay([await realSide(), simulatedSide()]);
        for (const op of ops) await play.play(op);
        await play.finish();
      }),
      { numRuns: 40, endOnFailure: true, examples: [[lateOwner('delete')], [lateOwner('aside')]] },
    );
  });

  it('to consumers: marks, parked events and locks of transactions side by side', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(inboxOps, { minLength: 10, maxLength: 40 }), async (ops) => {
        const play = new InboxPlay([await realSide(), simulatedSide()]);
        for (const op of ops) await play.play(op);
        await play.finish();
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });
});
