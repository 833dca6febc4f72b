import { randomUUID } from 'node:crypto';
import { openDatabase, openSystemDatabase } from '@linli/db';
import { aborted, failedPrecondition } from '@linli/errors';
import { captureLogger, eventually, silentLogger } from '@linli/testing';
import fc from 'fast-check';
import type { IHeaders } from 'kafkajs';
import { createConsumer, createRelay, createTail, discardParked, listDeadLetters, listParked, once, pruneProcessed, redriveParked, type IncomingEvent } from '../src';
import { encodeHeaders } from '../src/envelope';
import { change, counted, createProxy, effectHandlers, effects, ignored, relayOptions, scope, startConsumer, tenantId, testKafka, upTo, useWorld } from './support';

jest.setTimeout(90_000);

const kit = useWorld();


async function startRelay(): Promise<void> {
  const relay = createRelay(relayOptions(kit.world));
  kit.world.stops.push(() => relay.stop());
  kit.world.onCommit = () => relay.wake();
  await relay.start();
}

interface RawRecord {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers: IHeaders;
}

/** Puts records on the topic as anybody could who may write there. */
async function produce(records: readonly RawRecord[]): Promise<void> {
  const producer = testKafka(kit.world).producer();
  await producer.connect();
  // One by one: of a batch, kafkajs repeats everything when one partition of a new topic is not ready yet.
  for (const record of records) await producer.send({ topic: kit.world.topic, messages: [record] });
  await producer.disconnect();
}

function recordOf(aggregateId: string, version: number, facts: { id?: string; type?: string } = {}): RawRecord {
  const envelope = { id: facts.id ?? randomUUID(), source: 'linli/test', type: facts.type ?? counted, tenantId, aggregateId, version, time: new Date() };
  return { key: `${tenantId}:${aggregateId}`, value: '{}', headers: encodeHeaders(envelope) };
}

async function metric(name: string): Promise<number> {
  const line = (await kit.world.metrics.expose()).split('\n').find((text) => text.startsWith(name));
  return Number(line?.split(' ').at(-1));
}

function keyOf(aggregateId: string) {
  return { consumer: kit.group, tenantId, topic: kit.world.topic, key: `${tenantId}:${aggregateId}` };
}

describe('consumer', () => {
  it('applies every change once and in order, from the first event on', async () => {
    for (let index = 0; index < 5; index += 1) await change(kit.world, 'early');
    await startRelay();
    const consumer = await startConsumer(kit.world, kit.group);
    await eventually(() => expect(consumer.ready()).toBe(true));
    await Promise.all(['a', 'b', 'c'].map(async (id) => {
      for (let index = 0; index < 20; index += 1) await change(kit.world, id);
    }));
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ early: upTo(5), a: upTo(20), b: upTo(20), c: upTo(20) }));
    expect(await metric('consumer_events_total{outcome="applied"')).toBe(65);
    expect(await metric('consumer_delay_seconds_count')).toBe(65);
    await eventually(async () => expect(await metric('consumer_lag')).toBe(0));
  });

  it('gives a duplicate no second effect', async () => {
    const first = recordOf('a', 1);
    await produce([first, first, recordOf('a', 2), first]);
    await startConsumer(kit.world, kit.group);
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ a: [1, 2] }));
    await eventually(async () => expect(await metric('consumer_events_total{outcome="duplicate"')).toBe(2));
    await produce([first]);
    await eventually(async () => expect(await metric('consumer_events_total{outcome="duplicate"')).toBe(3));
    expect(await effects(kit.world, kit.group)).toEqual({ a: [1, 2] });
  });

  it('acknowledges nothing whose effect is not committed, so that the next process applies it', async () => {
    const proxy = await createProxy(kit.world.test.appUrl);
    const database = openDatabase({ url: proxy.url, name: 'cut', log: silentLogger() });
    await produce(upTo(10).map((version) => recordOf('a', version)));
    const first = await startConsumer(kit.world, kit.group, { database, spoil: ({ version }) => (version === 5 ? proxy.cut() : undefined) });
    await eventually(async () => expect(await metric('consumer_retries_total{cause="database"')).toBeGreaterThan(1));
    await first.stop();
    await database.close();
    const { a: before = [] } = await effects(kit.world, kit.group);
    expect(before.length).toBeLessThan(5);
    expect(before).toEqual(upTo(before.length));
    await startConsumer(kit.world, kit.group);
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ a: upTo(10) }));
  });

  it('keeps order and single effects while members come and go', async () => {
    await startRelay();
    const ids = Array.from({ length: 8 }, (_, index) => `k${index}`);
    const writing = Promise.all(ids.map(async (id) => {
      for (let index = 0; index < 50; index += 1) await change(kit.world, id);
    }));
    const first = await startConsumer(kit.world, kit.group);
    await eventually(async () => expect(Object.keys(await effects(kit.world, kit.group)).length).toBeGreaterThan(0));
    const second = await startConsumer(kit.world, kit.group);
    await eventually(() => expect(second.ready()).toBe(true));
    await first.stop();
    await startConsumer(kit.world, kit.group);
    await writing;
    const expected = Object.fromEntries(ids.map((id) => [id, upTo(50)]));
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual(expected), { timeoutMs: 20_000 });
  });

  it('skips and counts an event type that it does not know', async () => {
    await produce([recordOf('a', 1, { type: 'linli.test.v9.Unheard' }), recordOf('a', 2, { type: ignored }), recordOf('a', 3)]);
    await startConsumer(kit.world, kit.group);
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ a: [3] }));
    expect(await metric('consumer_events_total{outcome="skipped"')).toBe(2);
    expect(await listDeadLetters(kit.world.system)).toEqual([]);
  });

  it('waits for its own database as long as it takes, and neither parks nor passes over anything', async () => {
    const appProxy = await createProxy(kit.world.test.appUrl);
    const relayProxy = await createProxy(kit.world.test.relayUrl);
    const log = silentLogger();
    const database = openDatabase({ url: appProxy.url, name: 'cut', log });
    const system = openSystemDatabase({ url: relayProxy.url, name: 'cut', log });
    const consumer = await startConsumer(kit.world, kit.group, { database, system });
    await produce([recordOf('a', 1)]);
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ a: [1] }));
    await Promise.all([appProxy.cut(), relayProxy.cut()]);
    await produce([recordOf('a', 2), recordOf('b', 1), { key: null, value: null, headers: {} }, recordOf('a', 3)]);
    await eventually(async () => expect(await metric('consumer_retries_total{cause="database"')).toBeGreaterThan(4));
    expect(await effects(kit.world, kit.group)).toEqual({ a: [1] });
    await Promise.all([appProxy.mend(), relayProxy.mend()]);
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ a: upTo(3), b: [1] }));
    await eventually(async () => expect(await listDeadLetters(kit.world.system)).toHaveLength(1));
    expect(await listParked(kit.world.system)).toEqual([]);
    await consumer.stop();
    await Promise.all([database.close(), system.close()]);
    await Promise.all([appProxy.cut(), relayProxy.cut()]);
  });

  it('repeats a handler whose transaction lost against another, however often', async () => {
    let attempts = 0;
    await produce([recordOf('a', 1)]);
    await startConsumer(kit.world, kit.group, {
      spoil: () => {
        attempts += 1;
        if (attempts < 5) throw aborted('CONCURRENT_CHANGE', 'another change came in between');
      },
    });
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ a: [1] }));
    expect(await listParked(kit.world.system)).toEqual([]);
  });

  it('refuses a handler for an event that nobody sends', () => {
    const handlers = { 'linli.test.v1.Typo': async () => undefined };
    expect(() => createConsumer({ ...kit.world, group: kit.group, handlers, log: silentLogger() })).toThrow(expect.objectContaining({ reason: 'EVENT_UNKNOWN' }));
  });
});

describe('a poisoned key', () => {
  let isMended = false;
  beforeEach(() => (isMended = false));

  const spoil = ({ aggregateId, version }: { aggregateId: string; version: number }): void => {
    if (!isMended && aggregateId === 'bad' && version >= 2) throw failedPrecondition('CASE_CLOSED', 'a rule that says no');
  };

  async function parkBad(): Promise<RawRecord[]> {
    const bad = upTo(4).map((version) => recordOf('bad', version));
    await produce([...bad, ...upTo(4).map((version) => recordOf('good', version))]);
    await startConsumer(kit.world, kit.group, { spoil });
    await eventually(async () => expect(await listParked(kit.world.system, kit.group)).toEqual([expect.objectContaining({ ...keyOf('bad'), events: 3 })]));
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ bad: [1], good: upTo(4) }));
    return bad;
  }

  it('is parked after three attempts with all that follows, while other keys go on', async () => {
    await parkBad();
    const [summary] = await listParked(kit.world.system);
    expect(summary).toMatchObject({ eventType: counted, reason: 'CASE_CLOSED', attempts: 3, firstFailedAt: expect.any(Date) });
    expect(await metric('consumer_retries_total{cause="handler"')).toBe(3);
    await eventually(async () => expect(await metric('consumer_parked_keys')).toBe(1));
    await produce([recordOf('bad', 5)]);
    await eventually(async () => expect(await listParked(kit.world.system)).toEqual([expect.objectContaining({ events: 4 })]));
  });

  it('is re-driven in order, and flows again afterwards', async () => {
    await parkBad();
    const { catalogue } = kit.world;
    const handlers = effectHandlers(kit.group);
    expect(await redriveParked(kit.world.database, keyOf('bad'), { handlers, catalogue })).toEqual({ applied: 3 });
    expect(await effects(kit.world, kit.group)).toMatchObject({ bad: upTo(4) });
    expect(await listParked(kit.world.system)).toEqual([]);
    await produce([recordOf('good', 5)]);
    await eventually(async () => expect(await effects(kit.world, kit.group)).toMatchObject({ good: upTo(5) }));
  });

  it('stops a re-drive at the event that fails again, and can give that one up', async () => {
    const bad = await parkBad();
    const { catalogue } = kit.world;
    const stubborn = effectHandlers(kit.group, ({ version }) => {
      if (version === 3) throw failedPrecondition('CASE_PAUSED', 'another rule that says no');
    });
    expect(await redriveParked(kit.world.database, keyOf('bad'), { handlers: stubborn, catalogue })).toEqual({ applied: 1, stoppedBy: 'CASE_PAUSED' });
    expect(await listParked(kit.world.system)).toEqual([expect.objectContaining({ events: 2, reason: 'CASE_PAUSED', attempts: 1 })]);
    expect(await discardParked(kit.world.system, keyOf('bad'))).toBe(true);
    expect(await redriveParked(kit.world.database, keyOf('bad'), { handlers: stubborn, catalogue })).toEqual({ applied: 1 });
    expect(await discardParked(kit.world.system, keyOf('bad'))).toBe(false);
    expect(await effects(kit.world, kit.group)).toMatchObject({ bad: [1, 2, 4] });
    const [dead] = await kit.world.admin.knex<{ key: Buffer; headers: [string, string][] }>('dead_letter');
    expect(dead?.key.toString()).toBe(`${tenantId}:bad`);
    expect(Object.fromEntries(dead?.headers.map(([name, value]) => [name, Buffer.from(value, 'base64').toString()]) ?? [])).toEqual(bad[2]?.headers);
  });

  it('that is given up has no effect later, whether its repeat is parked already or comes afterwards', async () => {
    const [, second, third] = await parkBad();
    if (second === undefined || third === undefined) throw new Error('not parked');
    await produce([second, third]);
    await eventually(async () => expect(await listParked(kit.world.system)).toEqual([expect.objectContaining({ events: 5 })]));
    isMended = true;
    expect(await discardParked(kit.world.system, keyOf('bad'))).toBe(true);
    const { catalogue } = kit.world;
    expect(await redriveParked(kit.world.database, keyOf('bad'), { handlers: effectHandlers(kit.group), catalogue })).toEqual({ applied: 4 });
    await produce([second, recordOf('bad', 5)]);
    await eventually(async () => expect(await effects(kit.world, kit.group)).toMatchObject({ bad: [1, 3, 4, 5] }));
  });

  it.each([
    ['is queued behind the rest', 2],
    ['is applied right after the last', 4],
  ])('an event that arrives during a re-drive %s', async (_name, pausedAt) => {
    await parkBad();
    const { catalogue } = kit.world;
    const slow = effectHandlers(kit.group, async ({ version }) => {
      if (version !== pausedAt) return;
      await produce([recordOf('bad', 5)]);
      await eventually(async () => expect(await kit.world.admin.knex('pg_locks').where({ locktype: 'advisory', granted: false })).toHaveLength(1));
    });
    isMended = true;
    await redriveParked(kit.world.database, keyOf('bad'), { handlers: slow, catalogue });
    await eventually(async () => expect(await effects(kit.world, kit.group)).toMatchObject({ bad: upTo(5) }));
    expect(await listParked(kit.world.system)).toEqual([]);
  });

  it('says nothing of the payload in its logs', async () => {
    const { log, text } = captureLogger();
    await produce([{ ...recordOf('bad', 2), value: JSON.stringify({ note: '张三 13800138000' }) }, { key: 'x', value: '张三 13800138000', headers: {} }]);
    await startConsumer(kit.world, kit.group, { spoil, log });
    await eventually(async () => expect(await listParked(kit.world.system)).toHaveLength(1));
    await eventually(async () => expect(await listDeadLetters(kit.world.system)).toHaveLength(1));
    expect(text()).toContain('event parked');
    expect(text()).not.toMatch(/张三|13800138000/);
  });
});

describe('a mistake in a handler', () => {
  it('parks the key after three attempts, with its stack in the log, and is not taken for trouble with the database', async () => {
    const captured = captureLogger();
    await produce([recordOf('bad', 1), recordOf('good', 1)]);
    const spoil = ({ aggregateId }: { aggregateId: string }): void => {
      if (aggregateId === 'bad') throw new TypeError('units.at is not a function');
    };
    await startConsumer(kit.world, kit.group, { spoil, log: captured.log });
    await eventually(async () => expect(await listParked(kit.world.system)).toEqual([expect.objectContaining({ ...keyOf('bad'), reason: 'TypeError', attempts: 3 })]));
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ good: [1] }));
    expect(await metric('consumer_retries_total{cause="handler"')).toBe(3);
    const failed = captured.lines.filter(({ msg }) => msg === 'event handler failed');
    expect(failed).toHaveLength(3);
    expect(failed[0]?.['err']).toMatchObject({ type: 'TypeError', message: 'units.at is not a function', stack: expect.stringContaining('consumer.test.ts') });
  });
});

describe('hostile records', () => {
  it('become dead letters with their bytes and headers, and hold nothing up', async () => {
    const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));
    const name = fc.oneof(fc.string({ minLength: 1, maxLength: 20 }), fc.constantFrom('ce_id', 'ce_tenantid', '__proto__', 'constructor', 'a\u0000b'));
    const records = fc.sample(
      fc.record({ key: fc.option(bytes), value: fc.option(bytes), headers: fc.dictionary(name, bytes, { noNullPrototype: true }) }),
      { numRuns: 60, seed: 20_261_124 },
    );
    await produce(records.map((record) => ({ ...record, headers: record.headers })));
    const wrong = recordOf('a', 1);
    await produce([{ ...wrong, key: `${tenantId}:b` }, { ...wrong, headers: { ...wrong.headers, ce_tenantid: 'anothertenant' } }, recordOf('a', 1)]);
    await startConsumer(kit.world, kit.group);
    await eventually(async () => expect(await listDeadLetters(kit.world.system)).toHaveLength(62));
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ a: [1] }));
    const kept = await kit.world.admin.knex<{ key: Buffer | null; value: Buffer | null }>('dead_letter');
    const shape = (record: { key: Buffer | string | null; value: Buffer | string | null }) => `${hexOf(record.key)} ${hexOf(record.value)}`;
    expect(kept.map(shape).sort()).toEqual(expect.arrayContaining(records.map(shape).sort()));
    expect(await metric('consumer_events_total{outcome="dead"')).toBe(62);
  });

  it('park the key when the JSON is well-formed but the handler cannot take it', async () => {
    await produce([{ ...recordOf('a', 1), value: '{"unexpected":{"deep":[1,2,3]}}' }, recordOf('b', 1)]);
    const strict = (object: unknown): unknown => {
      if (Object.hasOwn(Object(object) as object, 'unexpected')) throw new RangeError('a field that the codec cannot take');
      return object;
    };
    const codec = { toJSON: (message: object) => message, fromJSON: strict };
    const catalogue = { [counted]: { topic: kit.world.topic, aggregateType: 'counter', codec } };
    await startConsumer(kit.world, kit.group, { catalogue });
    await eventually(async () => expect(await listParked(kit.world.system)).toEqual([expect.objectContaining({ key: `${tenantId}:a`, attempts: 3 })]));
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ b: [1] }));
  });
});

describe('once', () => {
  it('is true for one of two concurrent transactions, and for the other when the first rolls back', async () => {
    const id = randomUUID();
    const both = await Promise.all([1, 2].map(() => kit.world.database.withTenant(scope, (tx) => once(tx, kit.group, id))));
    expect(both.sort()).toEqual([false, true]);
    const other = randomUUID();
    await expect(kit.world.database.withTenant(scope, async (tx) => {
      expect(await once(tx, kit.group, other)).toBe(true);
      throw new Error('no effect');
    })).rejects.toThrow();
    expect(await kit.world.database.withTenant(scope, (tx) => once(tx, kit.group, other))).toBe(true);
    expect(await kit.world.database.withTenant({ tenantId: 'yunhe' }, (tx) => once(tx, kit.group, other))).toBe(true);
  });

  it('forgets only marks that are old enough', async () => {
    await kit.world.database.withTenant(scope, (tx) => once(tx, kit.group, randomUUID()));
    await kit.world.admin.knex.raw(`insert into processed_event (tenant_id, consumer, event_id, processed_at)
      select ?, ?, gen_random_uuid(), now() - interval '40 days' from generate_series(1, 12000)`, [tenantId, kit.group]);
    expect(await pruneProcessed(kit.world.system)).toBe(12_000);
    expect(await kit.world.admin.knex('processed_event')).toHaveLength(1);
  });
});

describe('live tail', () => {
  it('hands every event from now on to every process, and passes over what is no event', async () => {
    await produce([recordOf('before', 1)]);
    const seen: Record<string, IncomingEvent<unknown>[]> = { one: [], two: [] };
    const tails = ['one', 'two'].map((name) =>
      createTail({ brokers: kit.world.brokers, clientId: name, topics: [kit.world.topic], catalogue: kit.world.catalogue, log: silentLogger(), onEvent: (event) => seen[name]?.push(event) }),
    );
    for (const tail of tails) {
      kit.world.stops.push(() => tail.stop());
      await tail.start();
    }
    await eventually(() => expect(tails.every((tail) => tail.ready())).toBe(true));
    await produce([{ key: 'hostile', value: null, headers: {} }, ...upTo(10).map((version) => recordOf('a', version))]);
    await eventually(() => {
      for (const events of Object.values(seen)) expect(events.map(({ aggregateId, version }) => [aggregateId, version])).toEqual(upTo(10).map((version) => ['a', version]));
    });
  });
});

function hexOf(bytes: Buffer | string | null): string {
  return bytes === null ? 'null' : Buffer.from(bytes).toString('hex');
}
