import path from 'node:path';
import { testSchema } from '@linli/testing';
import { migrations } from '../src/index';

const schema = testSchema({ name: 'organization', migrations, snapshot: path.join(__dirname, '../schema.snapshot') });

it('puts the tenant first in every key and index of its own tables', async () => {
  const own = ['tenants', 'units', 'staff', 'posts', 'roles', 'role_grants', 'api_clients'];
  const indexes = await schema.owner()('pg_indexes').whereIn('tablename', own).select<{ indexdef: string }[]>('indexdef');
  expect(indexes.length).toBeGreaterThanOrEqual(own.length);
  for (const { indexdef } of indexes) expect(indexdef).toMatch(/\(tenant_id[,)]/);
});
