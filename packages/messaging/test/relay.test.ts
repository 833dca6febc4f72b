import { openSystemDatabase } from '@linli/db';
import { eventually, silentLogger } from '@linli/testing';
import type { Knex } from 'knex';
import { createRelay, createTopics, enqueue, listPoisoned, requeuePoisoned, type Relay, type RelayOptions } from '../src';
import { laneOf } from '../src/lane';
import { change, changeIn, counted, outboxSize, readTopic, relayOptions, scope, tenantId, testKafka, uniqueName, upTo, useWorld } from './support';

jest.setTimeout(90_000);

const kit = useWorld();


async function startRelay(clientId = 'relay', options: Partial<RelayOptions> = {}): Promise<Relay> {
  const relay = createRelay({ ...relayOptions(kit.world, clientId), ...options });
  kit.world.stops.push(() => relay.stop());
  await relay.start();
  return relay;
}

async function lanesOf(clientId: string): Promise<number> {
  const rows = await kit.world.admin.knex('outbox_lane').where('owner', 'like', `${clientId}/%`).where('leased_until', '>', kit.world.admin.knex.fn.now());
  return rows.length;
}

/** A row as no `enqueue` would write it. */
async function insertRaw(knex: Knex, row: { aggregateId: string; version: number; payload?: Buffer; headers?: object; traceparent?: string; topic?: string }): Promise<void> {
  const key = `${tenantId}:${row.aggregateId}`;
  await knex('outbox').insert({
    tenant_id: tenantId,
    event_id: knex.raw('gen_random_uuid()'),
    lane: laneOf(key),
    topic: row.topic ?? kit.world.topic,
    key,
    aggregate_type: 'counter',
    aggregate_id: row.aggregateId,
    aggregate_version: row.version,
    event_type: counted,
    payload: row.payload ?? Buffer.from('{}'),
    headers: JSON.stringify(row.headers ?? {}),
    traceparent: row.traceparent ?? null,
  });
}

function versionsOf(events: readonly { aggregateId: string; version: number }[], id: string): number[] {
  return events.filter((event) => event.aggregateId === id).map((event) => event.version);
}

describe('relay', () => {
  it('publishes every committed change once, in order per aggregate, and empties the outbox', async () => {
    await startRelay();
    const ids = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(ids.map(async (id) => {
      for (let index = 0; index < 40; index += 1) await change(kit.world, id);
    }));
    const events = await readTopic(kit.world, (seen) => seen.length === 200);
    for (const id of ids) expect(versionsOf(events, id)).toEqual(upTo(40));
    expect(new Set(events.map((event) => event.id)).size).toBe(200);
    await eventually(async () => expect(await outboxSize(kit.world)).toBe(0));
  });

  it('sends nothing of a change that was rolled back', async () => {
    await startRelay();
    await expect(kit.world.database.withTenant(scope, async (tx) => {
      await changeIn(kit.world, tx, { id: 'a', note: 'undone' });
      throw new Error('the use case failed');
    })).rejects.toThrow();
    // The same key, so that the first to be read is the first that was sent.
    await change(kit.world, 'a', { note: 'done' });
    const events = await readTopic(kit.world, (seen) => seen.length === 1);
    expect(events.map(({ data, version }) => ({ data, version }))).toEqual([{ data: { note: 'done' }, version: 1 }]);
  });

  it('publishes a change whose id is lower but whose commit came later', async () => {
    await startRelay();
    let commit = (): void => undefined;
    const mayCommit = new Promise<void>((resolve) => (commit = resolve));
    const slow = kit.world.database.withTenant(scope, async (tx) => {
      await changeIn(kit.world, tx, { id: 'slow' });
      await mayCommit;
    });
    await eventually(async () => {
      await change(kit.world, 'quick');
      expect(await kit.world.admin.knex('outbox_lane').whereNotNull('owner')).toHaveLength(16);
    });
    await readTopic(kit.world, (seen) => seen.length > 0);
    commit();
    await slow;
    const events = await readTopic(kit.world, (seen) => seen.some((event) => event.aggregateId === 'slow'));
    expect(versionsOf(events, 'slow')).toEqual([1]);
  });

  it('publishes after a restart what was committed before a crash', async () => {
    for (let index = 0; index < 5; index += 1) await change(kit.world, 'a');
    await startRelay();
    const events = await readTopic(kit.world, (seen) => seen.length === 5);
    expect(versionsOf(events, 'a')).toEqual(upTo(5));
  });

  it('sends the same ids in the same order again when it crashed between the acknowledgement and the delete', async () => {
    await kit.world.admin.knex.raw('revoke delete on outbox from linli_messaging_relay');
    for (let index = 0; index < 3; index += 1) await change(kit.world, 'a');
    const first = await startRelay('first');
    await readTopic(kit.world, (seen) => seen.length >= 3);
    await first.stop();
    expect(await outboxSize(kit.world)).toBe(3);
    await kit.world.admin.knex.raw('grant delete on outbox to linli_messaging_relay');
    await startRelay('second');
    const events = await readTopic(kit.world, (seen) => versionsOf(seen.filter((event) => event.source === 'linli/second'), 'a').length === 3);
    const bySource = (source: string) => events.filter((event) => event.source === source);
    expect(versionsOf(bySource('linli/second'), 'a')).toEqual([1, 2, 3]);
    expect(new Set(events.map((event) => event.id)).size).toBe(3);
    await eventually(async () => expect(await outboxSize(kit.world)).toBe(0));
  });

  it('does not send again what the broker acknowledged when only the delete has to be repeated', async () => {
    await kit.world.admin.knex.raw('revoke delete on outbox from linli_messaging_relay');
    await startRelay();
    await change(kit.world, 'a');
    await eventually(async () => expect(await metric('relay_failures_total')).toBeGreaterThan(1));
    await kit.world.admin.knex.raw('grant delete on outbox to linli_messaging_relay');
    await eventually(async () => expect(await outboxSize(kit.world)).toBe(0));
    await change(kit.world, 'a');
    // The same aggregate, and so the same partition: whatever was sent twice lies before its second version.
    const events = await readTopic(kit.world, (seen) => seen.some((event) => event.version === 2));
    expect(versionsOf(events, 'a')).toEqual([1, 2]);
  });

  it('shares the lanes between two relays and takes over those of one that lost its database', async () => {
    const dying = openSystemDatabase({ url: kit.world.test.relayUrl, name: 'dying', log: silentLogger() });
    const first = await startRelay('first', { leaseMs: 1_000, database: dying });
    await eventually(async () => expect(await lanesOf('first')).toBe(16));
    await startRelay('second', { leaseMs: 1_000 });
    await eventually(async () => expect([await lanesOf('first'), await lanesOf('second')]).toEqual([8, 8]));
    const ids = Array.from({ length: 20 }, (_, index) => `k${index}`);
    for (const id of ids) await change(kit.world, id);
    await dying.close();
    for (const id of ids) await change(kit.world, id);
    await eventually(async () => expect(await lanesOf('second')).toBe(16));
    const events = await readTopic(kit.world, (seen) => ids.every((id) => versionsOf(seen, id).includes(2)));
    const firstSeen = new Map(events.map((event) => [event.id, event]).reverse() as [string, (typeof events)[number]][]);
    for (const id of ids) expect(versionsOf([...firstSeen.values()].reverse(), id)).toEqual([1, 2]);
    await first.stop();
  });

  it('neither publishes nor deletes after a freeze that outlasted its lease', async () => {
    await startRelay('frozen', { leaseMs: 1_000 });
    await eventually(async () => expect(await lanesOf('frozen')).toBe(16));
    await kit.world.admin.knex.transaction(async (lock) => {
      // The frozen relay stands before its read and cannot prolong its lease.
      await lock.raw('lock table outbox in access exclusive mode');
      await lock.raw(`select from outbox_relay where id like 'frozen/%' for update`);
      for (const version of upTo(5)) await insertRaw(lock, { aggregateId: 'a', version });
      await startRelay('next', { leaseMs: 1_000 });
      await eventually(async () => expect(await lanesOf('next')).toBe(16));
    });
    const events = await readTopic(kit.world, (seen) => seen.length >= 5);
    expect(versionsOf(events, 'a')).toEqual(upTo(5));
    expect(new Set(events.map((event) => event.source))).toEqual(new Set(['linli/next']));
  });

  it('takes lanes that become free also when its wall clock was set back', async () => {
    await startRelay('first', { leaseMs: 1_000 });
    await eventually(async () => expect(await lanesOf('first')).toBe(16));
    const second = await startRelay('second', { leaseMs: 1_000 });
    await eventually(async () => expect([await lanesOf('first'), await lanesOf('second')]).toEqual([8, 8]));
    const before = Date.now();
    const clock = jest.spyOn(Date, 'now').mockImplementation(() => before - 3_600_000);
    try {
      await second.stop();
      await eventually(async () => expect(await lanesOf('first')).toBe(16), { timeoutMs: 5_000 });
    } finally {
      clock.mockRestore();
    }
  });

  it('gives its lanes back when it stops, so that the next one need not wait', async () => {
    const relay = await startRelay('first', { leaseMs: 60_000 });
    await eventually(async () => expect(await lanesOf('first')).toBe(16));
    await relay.stop();
    expect(await lanesOf('first')).toBe(0);
    expect(await kit.world.admin.knex('outbox_relay')).toEqual([]);
    await startRelay('second');
    await change(kit.world, 'a');
    await readTopic(kit.world, (seen) => seen.length === 1);
  });

  it('is woken by a commit of its own process', async () => {
    const relay = await startRelay();
    kit.world.onCommit = () => relay.wake();
    await change(kit.world, 'warm');
    await eventually(async () => expect(await outboxSize(kit.world)).toBe(0));
    await change(kit.world, 'a');
    await eventually(async () => expect(await outboxSize(kit.world)).toBe(0), { timeoutMs: 400, everyMs: 5 });
  });

  it('carries trace and extensions in CloudEvents headers', async () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    await insertRaw(kit.world.admin.knex, { aggregateId: 'a', version: 7, headers: { ce_correlationid: 'c1' }, traceparent });
    await startRelay();
    const [event] = await readTopic(kit.world, (seen) => seen.length === 1);
    expect(event).toMatchObject({ source: 'linli/relay', type: counted, tenantId, aggregateId: 'a', version: 7, traceparent, key: `${tenantId}:a` });
  });
});

describe('poison in the outbox', () => {
  const large = Buffer.from(JSON.stringify({ note: 'x'.repeat(950_000) }));

  it.each([
    ['too large', { payload: large }, 'EVENT_TOO_LARGE'],
    ['with headers that are no text', { headers: { ce_bad: { nested: true } } }, 'HEADERS_MALFORMED'],
  ])('sets an event %s aside with all later ones of its key, and lets the other keys go on', async (_name, row, reason) => {
    for (const version of upTo(9)) {
      await insertRaw(kit.world.admin.knex, { aggregateId: 'busy', version, ...(version === 5 ? row : {}) });
      await insertRaw(kit.world.admin.knex, { aggregateId: 'other', version });
    }
    await startRelay();
    const events = await readTopic(kit.world, (seen) => versionsOf(seen, 'other').length === 9 && versionsOf(seen, 'busy').length === 4);
    expect(versionsOf(events, 'busy')).toEqual(upTo(4));
    await insertRaw(kit.world.admin.knex, { aggregateId: 'busy', version: 10 });
    await eventually(async () => expect(await listPoisoned(kit.world.system.knex)).toEqual([expect.objectContaining({ key: `${tenantId}:busy`, events: 6, reason })]));
    await eventually(async () => expect(await metric('outbox_poison_rows')).toBe(6));
    await kit.world.admin.knex('outbox_poison').update({ payload: Buffer.from('{}'), headers: '{}' });
    expect(await requeuePoisoned(kit.world.system.knex, { tenantId, topic: kit.world.topic, key: `${tenantId}:busy` })).toBe(6);
    const all = await readTopic(kit.world, (seen) => versionsOf(seen, 'busy').includes(10));
    expect(versionsOf(all, 'busy')).toEqual(upTo(10));
  });

  it('finds the one event that the broker refuses among many, and publishes the rest', async () => {
    const topic = uniqueName('internal.test.narrow.v1');
    const admin = testKafka(kit.world).admin();
    await admin.connect();
    // Narrow from birth: a limit that is set on a living topic is taken up some time after the answer.
    await admin.createTopics({ waitForLeaders: false, topics: [{ topic, numPartitions: 3, configEntries: [{ name: 'max.message.bytes', value: '20000' }] }] });
    await admin.disconnect();
    await createTopics(kit.world.brokers, { topics: [topic], partitions: 3 });
    for (const version of upTo(30)) {
      await insertRaw(kit.world.admin.knex, { aggregateId: 'a', version, topic, ...(version === 17 ? { payload: large.subarray(0, 50_000) } : {}) });
      await insertRaw(kit.world.admin.knex, { aggregateId: 'b', version, topic });
    }
    await startRelay();
    await eventually(async () => expect(await outboxSize(kit.world)).toBe(0), { timeoutMs: 15_000 });
    expect(await listPoisoned(kit.world.system.knex)).toEqual([expect.objectContaining({ key: `${tenantId}:a`, events: 14, reason: 'REFUSED_BY_BROKER' })]);
    const events = await readTopic({ ...kit.world, topic }, (seen) => versionsOf(seen, 'a').includes(16) && versionsOf(seen, 'b').includes(30));
    expect([...new Set(versionsOf(events, 'a'))]).toEqual(upTo(16));
    expect([...new Set(versionsOf(events, 'b'))]).toEqual(upTo(30));
  });

  it('refuses at the source what could never be published', async () => {
    const refuse = (event: Parameters<typeof enqueue>[1], reason: string) =>
      expect(kit.world.database.withTenant(scope, (tx) => enqueue(tx, event, kit.world.catalogue))).rejects.toMatchObject({ kind: 'internal', reason });
    const event = { type: counted, aggregateId: 'a', version: 1, payload: {} };
    await refuse({ ...event, payload: { note: 'x'.repeat(950_000) } }, 'EVENT_TOO_LARGE');
    await refuse({ ...event, type: 'constructor' }, 'EVENT_UNKNOWN');
    await refuse({ ...event, version: 0 }, 'EVENT_MALFORMED');
    await refuse({ ...event, aggregateId: 'no spaces' }, 'EVENT_MALFORMED');
    expect(await outboxSize(kit.world)).toBe(0);
  });
});

describe('outbox', () => {
  it('refuses a second event for one version: the aggregate was not locked', async () => {
    const event = { type: counted, aggregateId: 'a', version: 1, payload: {} };
    await kit.world.database.withTenant(scope, (tx) => enqueue(tx, event, kit.world.catalogue));
    await expect(kit.world.database.withTenant(scope, (tx) => enqueue(tx, event, kit.world.catalogue))).rejects.toMatchObject({ kind: 'internal' });
  });

  it('can be written but not read by the service itself', async () => {
    await change(kit.world, 'a');
    await expect(kit.world.database.withTenant(scope, async (tx) => tx('outbox').select())).rejects.toMatchObject({ kind: 'internal' });
  });

  it('reports how much waits and for how long', async () => {
    await change(kit.world, 'a');
    await change(kit.world, 'b');
    const relay = await startRelay('away', { brokers: ['127.0.0.1:1'] });
    await eventually(async () => expect(await metric('outbox_rows')).toBe(2));
    expect(await metric('outbox_oldest_age_seconds')).toBeGreaterThan(0);
    await relay.stop();
    await startRelay();
    await eventually(async () => expect(await metric('outbox_rows')).toBe(0));
    expect(await metric('outbox_oldest_age_seconds')).toBe(0);
    expect(await metric('relay_published_total')).toBe(2);
    expect(await metric('relay_produce_seconds_count')).toBeGreaterThan(0);
    expect(await metric('relay_lane_changes_total{change="claimed"')).toBeGreaterThan(0);
  });
});

async function metric(name: string): Promise<number> {
  const line = (await kit.world.metrics.expose()).split('\n').find((text) => text.startsWith(name));
  return Number(line?.split(' ').at(-1));
}
