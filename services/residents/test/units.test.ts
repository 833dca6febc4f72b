import { organization } from '@linli/contracts';
import { newId } from '@linli/db';
import { createTopics, enqueue } from '@linli/messaging';
import { eventually, testBrokers } from '@linli/testing';
import { addUnit, apply, register, startRegistry, type Place, type Registry } from './support';

let registry: Registry;
const tenantId = 'xingsheng';
const type = 'linli.organization.v1.UnitCreated';

beforeAll(async () => {
  const brokers = testBrokers();
  await createTopics(brokers);
  registry = await startRegistry({ brokers });
}, 30_000);

afterAll(() => registry.stop(), 30_000);

function created(id: string): organization.UnitCreated {
  return organization.UnitCreated.fromPartial({ unitId: id, kind: organization.UnitKind.UNIT_KIND_GRID, path: `/${id}/`, code: id, validFrom: '2026-01-01' });
}

function closed(unitId: string, validTo: string, successor?: Place): organization.UnitClosed {
  return organization.UnitClosed.fromPartial({ unitId, validTo, ...(successor && { successorId: successor.id, successorPath: successor.path }) });
}

it('a unit heard of on the topic takes people in', async () => {
  const id = newId();
  // From this service's own outbox, in the place of organization's.
  await registry.app.deps.db.withTenant({ tenantId }, (tx) => enqueue(tx, { type, aggregateId: id, version: 1, payload: created(id) }));
  const person = await eventually(() => register(registry, { unitId: id }), { timeoutMs: 40_000, everyMs: 200 });
  await eventually(async () => expect(await registry.knex('outbox')).toEqual([]), { timeoutMs: 20_000 });
  expect(person.unitPath).toBe(`/${id}/`);
}, 70_000);

it('a repeated or late event changes nothing', async () => {
  const id = newId();
  const event = { tenantId, aggregateId: id };
  await apply(registry, { ...event, type, version: 1, payload: created(id) });
  await apply(registry, { ...event, type: 'linli.organization.v1.UnitClosed', version: 3, payload: closed(id, '2026-12-01') });
  await apply(registry, { ...event, type: 'linli.organization.v1.UnitClosed', version: 2, payload: closed(id, '2020-01-01') });
  await apply(registry, { ...event, type, version: 1, payload: created(id) });
  expect(await registry.knex('units').where({ id }).first()).toMatchObject({ path: `/${id}/`, version: '3' });
  await register(registry, { unitId: id });
});

it('people of a unit that closed go to the one that takes over, however many', async () => {
  const [old, next] = [await addUnit(registry), await addUnit(registry)];
  const person = await register(registry, { unitId: old.id });
  const row: Record<string, unknown> = (await registry.knex('persons').where({ id: person.id }).first()) ?? {};
  await registry.knex.batchInsert('persons', Array.from({ length: 1_200 }, () => ({ ...row, id: newId(), phone_index: null, phone_sealed: null })), 200);
  const event = { type: 'linli.organization.v1.UnitClosed', tenantId, aggregateId: old.id, version: 2, payload: closed(old.id, '2026-12-01', next) };
  await apply(registry, event);
  expect(await registry.knex('persons').where({ unit_id: old.id })).toEqual([]);
  const moved = await registry.knex('persons').where({ unit_id: next.id }).select<{ unit_path: string; version: number }[]>('unit_path', 'version');
  expect(moved).toHaveLength(1_201);
  expect(new Set(moved.map(({ unit_path, version }) => `${unit_path} ${version}`))).toEqual(new Set([`${next.path} 2`]));
  // Who is told of the closing again, by a restatement, moves nobody twice.
  await apply(registry, { ...event, version: 3 });
  expect(await registry.knex('persons').where({ unit_id: next.id, version: 2 })).toHaveLength(1_201);
});

it('people go to the end of the line when the next unit had closed already', async () => {
  const [first, second, third] = [await addUnit(registry), await addUnit(registry), await addUnit(registry)];
  const person = await register(registry, { unitId: first.id });
  const close = (unit: Place, successor: Place) =>
    apply(registry, { type: 'linli.organization.v1.UnitClosed', tenantId, aggregateId: unit.id, version: 2, payload: closed(unit.id, '2026-12-01', successor) });
  await close(second, third);
  await close(first, second);
  expect(await registry.knex('persons').where({ id: person.id }).first()).toMatchObject({ unit_id: third.id, unit_path: third.path });
});
