import { organization } from '@linli/contracts';
import { newId } from '@linli/db';
import { createTopics, enqueue } from '@linli/messaging';
import { eventually, testBrokers } from '@linli/testing';
import { apply, register, startRegistry, type Registry } from './support';

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
  await apply(registry, { ...event, type: 'linli.organization.v1.UnitClosed', version: 3, payload: { unitId: id, validTo: '2026-12-01' } });
  await apply(registry, { ...event, type: 'linli.organization.v1.UnitClosed', version: 2, payload: { unitId: id, validTo: '2020-01-01' } });
  await apply(registry, { ...event, type, version: 1, payload: created(id) });
  expect(await registry.knex('units').where({ id }).first()).toMatchObject({ path: `/${id}/`, version: '3' });
  await register(registry, { unitId: id });
});
