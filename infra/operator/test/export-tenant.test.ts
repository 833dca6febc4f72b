import { appendFileSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openSystemDatabase, type SystemDatabase } from '@linli/db';
import { migrations } from '@linli/organization';
import { createTestDatabase, silentLogger } from '@linli/testing';
import { checkExport, exportTenant } from '../src/export-tenant';
import { blanked, leftOut } from '../src/residents-part';

const office = { name_zh: '街道', region: '', city: '', district: '', time_zone: 'Asia/Shanghai', suspended: false, version: 1 };
const newFolder = () => mkdtempSync(path.join(tmpdir(), 'linli-export-'));

async function withDatabase(work: (system: SystemDatabase) => Promise<void>): Promise<void> {
  const database = await createTestDatabase({ name: 'organization', migrations });
  const system = openSystemDatabase({ url: database.adminUrl, name: 'test', log: silentLogger(), poolSize: 1 });
  try {
    for (const id of ['xingsheng', 'baihe']) await system.knex('tenants').insert({ tenant_id: id, ...office });
    await work(system);
  } finally {
    await system.close();
    await database.drop();
  }
}

it('an export holds one office’s rows, as its manifest says, and says when it is damaged', () =>
  withDatabase(async (system) => {
    const folder = newFolder();
    const tables = await exportTenant(system, 'xingsheng', folder);
    expect(tables.filter(({ rows }) => rows > 0).map(({ table, rows }) => [table, rows])).toEqual([['tenants', 1]]);
    expect(tables.map(({ table }) => table)).toEqual(expect.arrayContaining(['units', 'unit_names', 'staff', 'posts', 'role_grants', 'work_items', 'thread_entries']));
    expect(tables.map(({ table }) => table)).not.toEqual(expect.arrayContaining(['outbox']));
    expect(JSON.parse(readFileSync(path.join(folder, 'tenants.jsonl'), 'utf8'))).toMatchObject({ tenant_id: 'xingsheng', name_zh: '街道' });
    await checkExport(folder);
    appendFileSync(path.join(folder, 'units.jsonl'), '{"tenant_id":"xingsheng"}\n');
    await expect(checkExport(folder)).rejects.toMatchObject({ reason: 'EXPORT_DAMAGED' });
    await expect(exportTenant(system, 'nowhere', folder)).rejects.toMatchObject({ reason: 'TENANT_NOT_FOUND' });
  }));

it('an export holds nothing of residents: neither their words nor their ids', () =>
  withDatabase(async (system) => {
    const [id, resident, words, at] = ['0191d000-0000-7000-8000-00000000000a', '0191d000-0000-7000-8000-00000000000b', '三楼漏水', new Date()];
    const topic = { id, unit_id: id, unit_path: '/a/', text_zh: words, source: 'resident', resident_id: resident, state: 'collected', title_zh: '', answer_zh: '' };
    // The rows that these belong to are not what is asked here.
    await system.knex.raw('set session_replication_role = replica');
    await system.knex('topics').insert({ tenant_id: 'xingsheng', ...topic, answer_due_at: at, overdue: false, created_at: at, updated_at: at, version: 1 });
    await system.knex('decision_voters').insert({ tenant_id: 'xingsheng', decision_id: id, voter_id: resident, voted: true });
    await system.knex.raw('set session_replication_role = origin');
    const folder = newFolder();
    await exportTenant(system, 'xingsheng', folder);
    expect(JSON.parse(readFileSync(path.join(folder, 'topics.jsonl'), 'utf8'))).toMatchObject({ id, state: 'collected', text_zh: '', resident_id: null });
    for (const file of readdirSync(folder)) expect(readFileSync(path.join(folder, file), 'utf8')).not.toMatch(new RegExp(`${words}|${resident}`));
    await checkExport(folder);
  }));

/** What is called as residents' words or ids are. */
const residents = /resident|worker|voter|person|household_id|raised_by|opinion|follow_up|linked_case|^text_zh$/;
/** Of these the words are the office's own, or what it told everybody. */
const officesWords = ['covenants', 'decisions', 'dual_reviews', 'dual_tasks', 'needs', 'publications', 'resolutions'].map((table) => `${table}.text_zh`);

it('the list of what is residents’ is that of the schema', () =>
  withDatabase(async (system) => {
    const exported = new Set((await exportTenant(system, 'xingsheng', newFolder())).map(({ table }) => table));
    const columns = await system.knex('information_schema.columns').where({ table_schema: 'public' }).select<{ table: string; column: string; type: string }[]>({ table: 'table_name', column: 'column_name', type: 'data_type' });
    const all = new Set(columns.map(({ table, column }) => `${table}.${column}`));
    const blank = Object.entries(blanked).flatMap(([table, row]) => Object.keys(row).map((column) => `${table}.${column}`));
    const found = columns.filter(({ table, column, type }) => exported.has(table) && ['text', 'uuid'].includes(type) && residents.test(column)).map(({ table, column }) => `${table}.${column}`);
    expect(found.filter((name) => !blank.includes(name) && !officesWords.includes(name))).toEqual([]);
    expect([...blank, ...officesWords, ...Object.keys(leftOut).map((table) => `${table}.tenant_id`)].filter((name) => !all.has(name))).toEqual([]);
    expect(Object.keys(leftOut).filter((table) => exported.has(table))).toEqual([]);
  }));
