import { randomUUID } from 'node:crypto';
import type { Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { eventually } from '@linli/testing';
import type { Message } from 'kafkajs';
import { listDeadLetters, listParked, redriveParked, type IncomingEvent } from '../src';
import { encodeHeaders } from '../src/envelope';
import { counted, effectHandlers, effects, startConsumer, tenantId, testKafka, upTo, useWorld, type Counted } from './support';

jest.setTimeout(90_000);

const kit = useWorld();

function recordOf(aggregateId: string, version: number, tenant = tenantId): Message {
  const envelope = { id: randomUUID(), source: 'linli/test', type: counted, tenantId: tenant, aggregateId, version, time: new Date() };
  return { key: `${tenant}:${aggregateId}`, value: '{}', headers: encodeHeaders(envelope), partition: 0 };
}

/** All at once into one partition, so that a consumer meets them together. */
async function produceTogether(messages: readonly Message[]): Promise<void> {
  const producer = testKafka(kit.world).producer({ maxInFlightRequests: 1 });
  await producer.connect();
  await producer.send({ topic: kit.world.topic, messages: [...messages] });
  await producer.disconnect();
}

async function metric(name: string): Promise<number> {
  const line = (await kit.world.metrics.expose()).split('\n').find((text) => text.startsWith(name));
  return Number(line?.split(' ').at(-1));
}

/** The marks of one transaction carry one time. */
async function transactions(): Promise<number> {
  const times: unknown[] = await kit.world.admin.knex('processed_event').where({ consumer: kit.group }).distinct('processed_at');
  return times.length;
}

/** Versions 1 to `versions` of each, those of the aggregates by turns. */
function byTurns(ids: readonly string[], versions: number): Message[] {
  return upTo(versions).flatMap((version) => ids.map((id) => recordOf(id, version)));
}

describe('events that wait', () => {
  it('are applied together, in order, in far fewer transactions', async () => {
    await produceTogether(byTurns(['a', 'b', 'c'], 100));
    await startConsumer(kit.world, kit.group);
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ a: upTo(100), b: upTo(100), c: upTo(100) }));
    expect(await transactions()).toBeLessThan(60);
    expect(await metric('consumer_events_total{outcome="applied"')).toBe(300);
    expect(await metric('consumer_delay_seconds_count')).toBe(300);
    await eventually(async () => expect(await metric('consumer_lag')).toBe(0));
  });

  it('of several tenants are each applied as their own', async () => {
    const messages = upTo(60).map((version) => recordOf(`of-${version % 3}`, version, ['xingsheng', 'yunhe', 'heping'][version % 3]));
    await produceTogether(messages);
    await startConsumer(kit.world, kit.group);
    await eventually(async () => expect(await kit.world.admin.knex('effects').where({ consumer: kit.group })).toHaveLength(60));
    const rows = await kit.world.admin.knex<{ tenant_id: string; aggregate_id: string }>('effects').distinct('tenant_id', 'aggregate_id').orderBy('aggregate_id');
    expect(rows).toEqual([
      { tenant_id: 'xingsheng', aggregate_id: 'of-0' },
      { tenant_id: 'yunhe', aggregate_id: 'of-1' },
      { tenant_id: 'heping', aggregate_id: 'of-2' },
    ]);
    expect(await metric('consumer_retries_total')).toBeNaN();
  });

  it('have one effect each, though some come twice among them and some came before', async () => {
    const messages = byTurns(['a', 'b'], 40);
    await produceTogether(messages.slice(0, 30));
    await startConsumer(kit.world, kit.group);
    await eventually(async () => expect(await metric('consumer_events_total{outcome="applied"')).toBe(30));
    await produceTogether([...messages, ...messages.slice(50)]);
    await eventually(async () => expect(await metric('consumer_events_total{outcome="duplicate"')).toBe(60));
    expect(await effects(kit.world, kit.group)).toEqual({ a: upTo(40), b: upTo(40) });
    expect(await metric('consumer_events_total{outcome="applied"')).toBe(80);
  });

  it('lose nothing when one of them fails: it alone is parked, with what follows it', async () => {
    let isMended = false;
    const spoil = ({ aggregateId, version }: IncomingEvent<Counted>): void => {
      if (!isMended && aggregateId === 'bad' && version === 20) throw failedPrecondition('CASE_CLOSED', 'a rule that says no');
    };
    const hostile = { key: 'x', value: 'no event', partition: 0 };
    await produceTogether([...byTurns(['a', 'bad', 'b'], 20), hostile, ...byTurns(['c', 'd'], 20), recordOf('bad', 21)]);
    await startConsumer(kit.world, kit.group, { spoil });
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ a: upTo(20), bad: upTo(19), b: upTo(20), c: upTo(20), d: upTo(20) }));
    await eventually(async () => expect(await listParked(kit.world.system)).toEqual([expect.objectContaining({ events: 2, attempts: 3, reason: 'CASE_CLOSED' })]));
    expect(await listDeadLetters(kit.world.system)).toHaveLength(1);
    expect(await metric('consumer_retries_total{cause="handler"')).toBe(3);
    isMended = true;
    await produceTogether(upTo(40).flatMap((version) => [recordOf('bad', version + 21), recordOf('e', version)]));
    await eventually(async () => expect(await effects(kit.world, kit.group)).toMatchObject({ bad: upTo(19), e: upTo(40) }));
    await eventually(async () => expect(await listParked(kit.world.system)).toEqual([expect.objectContaining({ events: 42 })]));
  });

  it('are handed in a row to a handler that takes several, each with its payload, and one by one when it fails', async () => {
    const handed: number[][] = [];
    const apart = effectHandlers(kit.group)[counted];
    const all = async (tx: Tx, events: readonly IncomingEvent<Counted>[]): Promise<void> => {
      handed.push(events.map(({ version }) => version));
      for (const event of events) await apart?.(tx, event);
      if (events.some(({ version, payload }) => version === 40 && payload.note === 'of 40')) throw failedPrecondition('CASE_CLOSED', 'a rule that says no');
    };
    await produceTogether(byTurns(['a'], 45).map((record, index) => ({ ...record, value: JSON.stringify({ note: `of ${index + 1}` }) })));
    await startConsumer(kit.world, kit.group, { handlers: { [counted]: { all } } });
    await eventually(async () => expect(await listParked(kit.world.system)).toEqual([expect.objectContaining({ events: 6, attempts: 3 })]));
    expect(await effects(kit.world, kit.group)).toEqual({ a: upTo(39) });
    for (const versions of handed) expect(versions).toEqual(upTo(versions.at(-1) ?? 0).slice(-versions.length));
    expect(Math.max(...handed.map((versions) => versions.length))).toBeGreaterThan(3);
    expect(handed.filter((versions) => versions.includes(40)).slice(-3)).toEqual([[40], [40], [40]]);
    const { database, catalogue } = kit.world;
    const mended = { [counted]: { all: async (tx: Tx, events: readonly IncomingEvent<Counted>[]) => Promise.all(events.map((event) => apart?.(tx, event))).then(() => undefined) } };
    expect(await redriveParked(database, { consumer: kit.group, tenantId, topic: kit.world.topic, key: `${tenantId}:a` }, { handlers: mended, catalogue })).toEqual({ applied: 6 });
    expect(await effects(kit.world, kit.group)).toEqual({ a: upTo(45) });
  });

  it('are few at a time while their effects are slow, so that nobody waits long for their locks', async () => {
    await produceTogether(byTurns(['a'], 30));
    const slow = async (): Promise<void> => void (await kit.world.admin.knex.raw('select pg_sleep(0.04)'));
    await startConsumer(kit.world, kit.group, { spoil: slow });
    await eventually(async () => expect(await effects(kit.world, kit.group)).toEqual({ a: upTo(30) }));
    const { rows } = await kit.world.admin.knex.raw<{ rows: { most: number }[] }>(
      'select max(count)::int as most from (select count(*) from processed_event where consumer = ? group by processed_at) transactions',
      [kit.group],
    );
    expect(rows[0]?.most).toBeLessThanOrEqual(4);
  });
});
