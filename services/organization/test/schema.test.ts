import path from 'node:path';
import { acrossTenants } from '@linli/db';
import { testSchema } from '@linli/testing';
import { migrations } from '../src/index';

const schema = testSchema({ name: 'organization', migrations, snapshot: path.join(__dirname, '../schema.snapshot') });

it('puts the tenant first in every key and index of its own tables', async () => {
  const own = ['tenants', 'units', 'staff', 'posts', 'roles', 'role_grants', 'api_clients'];
  const indexes = await schema.owner()('pg_indexes').whereIn('tablename', own).select<{ indexdef: string }[]>('indexdef');
  expect(indexes.length).toBeGreaterThanOrEqual(own.length);
  for (const { indexdef } of indexes) expect(indexdef).toMatch(/\(tenant_id[,)]/);
});

it('takes the absence of each person over into a table of its own, and back', async () => {
  const owner = schema.owner();
  const step = migrations.find(({ name }) => name.endsWith('_note_absences'));
  const columns = ['code', 'absent_from', 'absent_until'] as const;
  const [from, until] = [new Date('2026-11-20T01:00:00Z'), new Date('2100-01-01T00:00:00Z')];
  const before = [
    { code: 'away', absent_from: from, absent_until: null },
    { code: 'later', absent_from: until, absent_until: new Date('2100-02-01T00:00:00Z') },
    { code: 'there', absent_from: null, absent_until: null },
  ];
  await owner.transaction(async (trx) => step?.down(trx));
  await acrossTenants(owner, ['tenants', 'staff'], async () => {
    await owner('tenants').insert({ tenant_id: 'xingsheng', name_zh: '兴胜街道', region: '', city: '', district: '', time_zone: 'Asia/Shanghai', suspended: false, version: 1 });
    await owner('staff').insert(before.map((row) => ({ ...row, tenant_id: 'xingsheng', id: owner.raw('uuidv7()'), name: '职员', work_phone: '', active: true, version: 1 })));
  });
  await owner.transaction(async (trx) => step?.up(trx));
  await acrossTenants(owner, ['staff', 'absences'], async () => {
    const rows = await owner('absences as a').join('staff as s', 's.id', 'a.staff_id').orderBy('code').select('code', 'absent_from', 'absent_until', 'stand_in_id');
    expect(rows).toEqual(before.slice(0, 2).map((row) => ({ ...row, stand_in_id: null })));
    // What is over is nothing that a person had.
    await owner.raw(`insert into absences (tenant_id, id, staff_id, absent_from, absent_until) select tenant_id, uuidv7(), id, timestamptz '2026-01-01', timestamptz '2026-01-02' from staff`);
  });
  await owner.transaction(async (trx) => step?.down(trx));
  await acrossTenants(owner, ['staff'], async () => {
    expect(await owner('staff').orderBy('code').select(columns)).toEqual(before);
  });
  await owner.transaction(async (trx) => step?.up(trx));
});
