import { openSystemDatabase, type SystemDatabase } from '@linli/db';
import { createTestDatabase, silentLogger, type TestDatabase } from '@linli/testing';
import { laneCount } from '../src/lane';
import { readBatch } from '../src/outbox-store';
import { migrations } from './support';

let test: TestDatabase;
let relay: SystemDatabase;
let admin: SystemDatabase;
const lanes = Array.from({ length: laneCount }, (_, lane) => lane);

beforeAll(async () => {
  test = await createTestDatabase({ name: 'messaging', migrations });
  const log = silentLogger();
  relay = openSystemDatabase({ url: test.relayUrl, name: 'plan-relay', log, poolSize: 1 });
  admin = openSystemDatabase({ url: test.adminUrl, name: 'plan-admin', log });
});

afterAll(async () => {
  await Promise.all([relay.close(), admin.close()]);
  await test.drop();
});

/** A plan is kept as long as its connection lives, and a relay looks at an empty outbox most of its life. */
it('a relay that saw an empty outbox for long reads a full one by its index', async () => {
  await admin.knex.raw('vacuum (analyze) outbox');
  for (let look = 0; look < 10; look += 1) expect(await readBatch(relay.knex, lanes, 500)).toEqual([]);
  await admin.knex.raw(
    `insert into outbox (tenant_id, event_id, lane, topic, key, aggregate_type, aggregate_id, aggregate_version, event_type, payload)
     select 'xingsheng', gen_random_uuid(), n % ?, 't', 'xingsheng:' || n, 'counter', n::text, 1, 'linli.test.v1.Counted', '{}' from generate_series(1, 20000) n`,
    [laneCount],
  );
  expect(await readBatch(relay.knex, lanes, 500)).toHaveLength(500);
  const { rows: prepared } = await relay.knex.raw<{ rows: { name: string; values: number }[] }>(
    `select name, cardinality(parameter_types) as values from pg_prepared_statements where statement like 'with head as%'`,
  );
  const [{ name, values } = { name: '', values: 0 }] = prepared;
  const given = Array.from({ length: values }, (_, index) => (index < 2 * laneCount && index % 2 === 0 ? index / 2 : 500));
  const { rows: plan } = await relay.knex.raw<{ rows: { 'QUERY PLAN': string }[] }>(`explain execute "${name}"(${given.join(', ')})`);
  const text = plan.map((row) => row['QUERY PLAN']).join('\n');
  expect(text.match(/Index Scan using outbox_lane_id_idx/g)).toHaveLength(laneCount);
  expect(text).toContain('Merge Append');
  expect(text).not.toMatch(/Seq Scan on outbox|-> +Sort/);
});
