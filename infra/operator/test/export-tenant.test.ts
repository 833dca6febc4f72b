import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSystemDatabase } from '@linli/db';
import { migrations } from '@linli/organization';
import { createTestDatabase, silentLogger } from '@linli/testing';
import { checkExport, exportTenant } from '../src/export-tenant';

it('an export holds one office’s rows, as its manifest says, and says when it is damaged', async () => {
  const database = await createTestDatabase({ name: 'organization', migrations });
  const system = openSystemDatabase({ url: database.adminUrl, name: 'test', log: silentLogger(), poolSize: 1 });
  try {
    for (const id of ['xingsheng', 'baihe']) {
      await system.knex('tenants').insert({ tenant_id: id, name_zh: '街道', region: '', city: '', district: '', time_zone: 'Asia/Shanghai', suspended: false, version: 1 });
    }
    const folder = mkdtempSync(path.join(tmpdir(), 'linli-export-'));
    const tables = await exportTenant(system, 'xingsheng', folder);
    expect(tables.filter(({ rows }) => rows > 0).map(({ table, rows }) => [table, rows])).toEqual([['tenants', 1]]);
    expect(tables.map(({ table }) => table)).toEqual(expect.arrayContaining(['units', 'unit_names', 'staff', 'posts', 'role_grants', 'work_items', 'thread_entries']));
    expect(tables.map(({ table }) => table)).not.toEqual(expect.arrayContaining(['outbox']));
    expect(JSON.parse(readFileSync(path.join(folder, 'tenants.jsonl'), 'utf8'))).toMatchObject({ tenant_id: 'xingsheng', name_zh: '街道' });
    await checkExport(folder);
    appendFileSync(path.join(folder, 'units.jsonl'), '{"tenant_id":"xingsheng"}\n');
    await expect(checkExport(folder)).rejects.toMatchObject({ reason: 'EXPORT_DAMAGED' });
    await expect(exportTenant(system, 'nowhere', folder)).rejects.toMatchObject({ reason: 'TENANT_NOT_FOUND' });
  } finally {
    await system.close();
    await database.drop();
  }
});
