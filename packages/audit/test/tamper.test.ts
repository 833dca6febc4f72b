import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { verifyAudit, type AuditFinding } from '../src/index';
import { useAuditDatabase } from './audit-database';
import { keyPair, office, otherOffice, useTrail } from './trail';

jest.setTimeout(30_000);

const db = useAuditDatabase();
const { time, keys, record, sealer, verify, exported, verifyFiles } = useTrail(db);
const { tenantId } = office;
const mine = `tenant_id = '${tenantId}'`;
const unseal = `update audit_entries set seq = null, prev_hash = null, hash = null, algorithm = null where ${mine}`;
const columns = 'at, actor, actor_kind, action, object_type, object_id, outcome, session_id, purpose, trace_id, details';

/** Twelve sealed entries, signed at the 6th and the 10th; and a second tenant that must stay clean. Gives the ids by place. */
async function sealTwelve(): Promise<string[]> {
  await record(6);
  await record(3, otherOffice);
  await sealer().sealOnce();
  time.advance(24 * 3_600_000);
  await record(4);
  await sealer().sealOnce();
  await record(2);
  await sealer().sealOnce();
  return idsByPlace();
}

async function idsByPlace(): Promise<string[]> {
  const rows = await db.system.knex<{ id: string; seq: number; tenant_id: string }>('audit_entries').where({ tenant_id: tenantId }).orderBy('seq');
  return rows.map(({ id }) => id);
}

async function sql(...statements: readonly string[]): Promise<void> {
  for (const statement of statements) await db.attacker.raw(statement);
}

/** The two ways to look: at the database, and without one at what was exported from it. */
async function bothWays(): Promise<AuditFinding[]> {
  const found = await verify();
  expect(await verifyFiles(await exported())).toEqual(found);
  return found;
}

/** A finding with the id of the entry that once stood at a place. */
interface Expected extends Omit<AuditFinding, 'tenantId' | 'entryId'> {
  readonly at?: number;
}

interface Attack {
  readonly name: string;
  readonly how: readonly string[];
  readonly found: readonly Expected[];
}

const forged = `select tenant_id, gen_random_uuid(), ${columns}`;
const insertColumns = `insert into audit_entries (tenant_id, id, ${columns}, seq, prev_hash, hash, algorithm)`;

const flips: readonly (readonly [string, string])[] = [
  ['action', `'case.decline'`], ['actor', `'somebody-else'`], ['actor_kind', `'system'`], ['object_type', `'person'`], ['object_id', `'x'`], ['outcome', `'denied'`],
  ['purpose', `'x'`], ['purpose', `''`], ['session_id', `'s'`], ['trace_id', `''`], ['at', `at + interval '1 microsecond'`],
  ['details', `'{"index": 99, "late": false}'`], ['details', `jsonb_set(details, '{index}', ((details ->> 'index') || '.0')::jsonb)`], ['details', `jsonb_set(details, '{late}', '"false"')`], ['details', `'[]'`],
  ['algorithm', `'sm3'`], ['algorithm', `'none'`], ['prev_hash', `''`],
];

const attacks: readonly Attack[] = [
  { name: 'nothing (the control)', how: [], found: [] },
  { name: 'a hash made to fit nothing', how: [`update audit_entries set hash = sha256('x') where ${mine} and seq = 4`], found: [{ seq: 4, at: 4, problem: 'changed' }, { seq: 5, at: 5, problem: 'unlinked' }] },
  { name: 'another id', how: [`update audit_entries set id = '01a20d80-0000-7000-8000-000000000000' where ${mine} and seq = 4`], found: [{ seq: 4, problem: 'changed' }] },
  { name: 'one dropped', how: [`delete from audit_entries where ${mine} and seq = 3`], found: [{ seq: 3, at: 4, problem: 'missing' }] },
  { name: 'several dropped', how: [`delete from audit_entries where ${mine} and seq in (3, 4, 5)`], found: [{ seq: 3, untilSeq: 5, at: 6, problem: 'missing' }] },
  { name: 'the first dropped', how: [`delete from audit_entries where ${mine} and seq = 1`], found: [{ seq: 1, at: 2, problem: 'missing' }] },
  {
    name: 'one dropped, the rest moved up',
    how: ['drop index audit_entries_seq', `delete from audit_entries where ${mine} and seq = 3`, `update audit_entries set seq = seq - 1 where ${mine} and seq > 3`],
    found: [{ seq: 3, at: 4, problem: 'unlinked' }, { seq: 3, untilSeq: 11, at: 4, problem: 'moved' }, { seq: 12, at: 12, problem: 'cut_tail' }, { seq: 1, untilSeq: 6, at: 7, problem: 'checkpoint_differs' }],
  },
  {
    name: 'one put in, the rest moved down',
    how: ['drop index audit_entries_seq', `update audit_entries set seq = seq + 1 where ${mine} and seq > 4`, `${insertColumns} ${forged}, 5, hash, sha256('x'), algorithm from audit_entries where ${mine} and seq = 4`],
    found: [
      { seq: 5, problem: 'changed' },
      { seq: 6, at: 5, problem: 'unlinked' },
      { seq: 6, untilSeq: 13, at: 5, problem: 'moved' },
      { seq: 13, problem: 'beyond_head' },
      { seq: 12, at: 11, problem: 'head_differs' },
      { seq: 1, untilSeq: 6, at: 5, problem: 'checkpoint_differs' },
    ],
  },
  {
    name: 'one put in beside another',
    how: ['drop index audit_entries_seq', `${insertColumns} select tenant_id, 'ffffffff-ffff-7fff-8fff-ffffffffffff', ${columns}, 5, prev_hash, hash, algorithm from audit_entries where ${mine} and seq = 5`],
    found: [{ seq: 5, problem: 'inserted' }],
  },
  {
    name: 'one put in at the end',
    how: [`${insertColumns} ${forged}, 13, hash, sha256('x'), algorithm from audit_entries where ${mine} and seq = 12`],
    found: [{ seq: 13, problem: 'changed' }, { seq: 13, problem: 'beyond_head' }],
  },
  {
    name: 'two that changed places',
    how: ['drop index audit_entries_seq', `update audit_entries set seq = case seq when 3 then 4 else 3 end where ${mine} and seq in (3, 4)`],
    found: [{ seq: 3, at: 4, problem: 'unlinked' }, { seq: 3, at: 4, problem: 'moved' }, { seq: 4, at: 3, problem: 'unlinked' }, { seq: 4, at: 3, problem: 'moved' }, { seq: 5, at: 5, problem: 'unlinked' }],
  },
  { name: 'a tail cut, the head left', how: [`delete from audit_entries where ${mine} and seq > 8`], found: [{ seq: 9, untilSeq: 12, at: 8, problem: 'cut_tail' }] },
  {
    name: 'a tail cut with its head, up to before the last checkpoint',
    how: [`delete from audit_entries where ${mine} and seq > 8`, `update audit_heads set seq = 8, hash = (select hash from audit_entries where ${mine} and seq = 8) where ${mine}`],
    found: [{ seq: 9, untilSeq: 10, at: 8, problem: 'cut_tail' }],
  },
  { name: 'the head moved back', how: [`update audit_heads set seq = 11 where ${mine}`], found: [{ seq: 12, problem: 'beyond_head' }, { seq: 11, at: 11, problem: 'head_differs' }] },
  { name: 'the head removed', how: [`delete from audit_heads where ${mine}`], found: [{ seq: 1, untilSeq: 12, problem: 'beyond_head' }] },
  { name: 'the head’s hash changed', how: [`update audit_heads set hash = sha256('x') where ${mine}`], found: [{ seq: 12, at: 12, problem: 'head_differs' }] },
  { name: 'a checkpoint removed', how: [`delete from audit_checkpoints where ${mine} and seq = 6`], found: [{ seq: 6, problem: 'checkpoint_missing' }] },
  { name: 'a checkpoint’s time changed', how: [`update audit_checkpoints set signed_at = signed_at + interval '1 microsecond' where ${mine} and seq = 6`], found: [{ seq: 6, problem: 'checkpoint_forged' }] },
  { name: 'a checkpoint’s place changed', how: [`update audit_checkpoints set seq = 7 where ${mine} and seq = 6`], found: [{ seq: 7, problem: 'checkpoint_forged' }, { seq: 6, problem: 'checkpoint_missing' }] },
  { name: 'a checkpoint of another tenant', how: [`update audit_checkpoints set jws = (select jws from audit_checkpoints where tenant_id = 'other' limit 1) where ${mine} and seq = 6`], found: [{ seq: 6, problem: 'checkpoint_forged' }] },
];

describe('an attacker with all rights on the database is found who', () => {
  it.each(flips)('changes %s to %s in a sealed entry', async (column, value) => {
    const ids = await sealTwelve();
    await sql(`update audit_entries set ${column} = ${value} where ${mine} and seq = 4`);
    // What an entry follows is both part of its content and its link.
    const unlinked = column === 'prev_hash' ? [{ tenantId, seq: 4, entryId: ids[3], problem: 'unlinked' }] : [];
    expect(await bothWays()).toEqual([...unlinked, { tenantId, seq: 4, entryId: ids[3], problem: 'changed' }]);
  });

  it.each(attacks)('leaves $name', async ({ how, found }) => {
    const before = await sealTwelve();
    await sql(...how);
    const expected = found.map(({ at, ...finding }) => ({ tenantId, ...finding, ...(at !== undefined && { entryId: before[at - 1] }) }));
    const actual = await bothWays();
    // An id that the attacker made is not known beforehand.
    const known = actual.map(({ entryId, ...finding }) => ({ ...finding, ...(entryId !== undefined && before.includes(entryId) && { entryId }) }));
    expect(known).toEqual(expected);
  });

  it('moves an entry to another tenant', async () => {
    const ids = await sealTwelve();
    await sql(`update audit_entries set tenant_id = 'third' where ${mine} and seq = 4`);
    expect(await bothWays()).toEqual([
      { tenantId: 'third', seq: 1, untilSeq: 3, entryId: ids[3], problem: 'missing' },
      { tenantId: 'third', seq: 4, entryId: ids[3], problem: 'changed' },
      { tenantId: 'third', seq: 1, untilSeq: 4, problem: 'beyond_head' },
      { tenantId, seq: 4, entryId: ids[4], problem: 'missing' },
    ]);
  });

  it('signs a checkpoint again with another key of the same name', async () => {
    await sealTwelve();
    await sql(`delete from audit_checkpoints where ${mine} and seq = 10`);
    time.advance(24 * 3_600_000);
    await sealer({ signingKey: keyPair('office-2026').signingKey }).sealOnce();
    expect(await bothWays()).toEqual([{ tenantId, seq: 12, problem: 'checkpoint_forged' }]);
    const other = keyPair('office-2026').jwks;
    expect((await verify({ checkpointKeys: other })).map(({ seq, problem }) => [seq, problem])).toEqual([[3, 'checkpoint_forged'], [6, 'checkpoint_forged'], [12, 'checkpoint_forged']]);
  });

  it('spells a signature’s bytes another way', async () => {
    await sealTwelve();
    const [mark] = await db.system.knex<{ jws: string; tenant_id: string; seq: number }>('audit_checkpoints').where({ tenant_id: tenantId, seq: 6 });
    const [head = '', payload = '', signature = ''] = (mark?.jws ?? '').split('.');
    // 64 bytes leave four bits of the last character unused.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const other = signature.slice(0, -1) + alphabet[alphabet.indexOf(signature.slice(-1)) ^ 1];
    expect(Buffer.from(other, 'base64url')).toEqual(Buffer.from(signature, 'base64url'));
    await db.attacker('audit_checkpoints').where({ tenant_id: tenantId, seq: 6 }).update({ jws: `${head}.${payload}.${other}` });
    expect(await bothWays()).toEqual([{ tenantId, seq: 6, problem: 'checkpoint_forged' }]);
  });

  it('builds the whole chain anew: by the signed checkpoint, and to the entry by an export kept elsewhere', async () => {
    const ids = await sealTwelve();
    const kept = await exported();
    await sql(`update audit_entries set action = 'case.decline' where ${mine} and seq = 7`, unseal, `delete from audit_heads where ${mine}`);
    await sealer({ signingKey: undefined }).sealOnce();
    const signed = { tenantId, seq: 7, untilSeq: 10, entryId: ids[9], problem: 'checkpoint_differs' };
    expect(await bothWays()).toEqual([signed]);
    const rewritten = { tenantId, seq: 7, entryId: ids[6], problem: 'rewritten' };
    expect(await verify({ earlierExport: kept })).toEqual([rewritten, signed]);
    expect(await verifyFiles(await exported(), { earlierExport: kept })).toEqual([rewritten, signed]);
  });

  it('builds it anew and signs it with a key of his own, or removes what was signed', async () => {
    const ids = await sealTwelve();
    const keptExport = await exported();
    const rows = await db.system.knex<{ jws: string; tenant_id: string }>('audit_checkpoints').where({ tenant_id: tenantId }).orderBy('seq');
    const keptCheckpoints = rows.map(({ jws }) => jws);
    await sql(unseal, `delete from audit_heads where ${mine}`, `delete from audit_checkpoints where ${mine}`, `delete from audit_entries where ${mine} and id = '${ids[1]}'`);
    await sealer({ signingKey: keyPair('office-2026').signingKey }).sealOnce();
    const anew = await idsByPlace();
    expect(await bothWays()).toEqual([{ tenantId, seq: 11, problem: 'checkpoint_forged' }]);
    await sql(`delete from audit_checkpoints where ${mine}`);
    // Without anything kept elsewhere this cannot be seen, and the README says so.
    expect(await bothWays()).toEqual([]);
    const gone = [6, 10].map((seq) => ({ tenantId, seq, problem: 'checkpoint_missing' }));
    const differs = { tenantId, seq: 1, untilSeq: 6, entryId: anew[5], problem: 'checkpoint_differs' };
    expect(await verify({ keptCheckpoints })).toEqual([...gone, differs]);
    expect(await verify({ earlierExport: keptExport })).toEqual([
      { tenantId, seq: 2, entryId: ids[1], problem: 'rewritten' },
    ]);
  });

  it('cuts the tail with its head beyond the last checkpoint: only by an export kept elsewhere', async () => {
    const ids = await sealTwelve();
    const kept = await exported();
    await sql(`delete from audit_entries where ${mine} and seq > 10`, `update audit_heads set seq = 10, hash = (select hash from audit_entries where ${mine} and seq = 10) where ${mine}`);
    expect(await bothWays()).toEqual([]);
    expect(await verify({ earlierExport: kept })).toEqual([{ tenantId, seq: 11, untilSeq: 12, entryId: ids[9], problem: 'cut_tail' }]);
  });

  it('removes a whole tenant: by anything kept elsewhere', async () => {
    await sealTwelve();
    const [kept] = await db.system.knex<{ jws: string; tenant_id: string; seq: number }>('audit_checkpoints').where({ tenant_id: tenantId, seq: 10 });
    for (const table of ['audit_entries', 'audit_heads', 'audit_checkpoints']) await sql(`delete from ${table} where ${mine}`);
    expect(await bothWays()).toEqual([]);
    const keptCheckpoints = [kept?.jws ?? ''];
    const found = [{ tenantId, seq: 10, problem: 'checkpoint_missing' }, { tenantId, seq: 1, untilSeq: 10, problem: 'cut_tail' }];
    expect(await verify({ keptCheckpoints })).toEqual(found);
    expect(await verifyFiles(await exported(), { keptCheckpoints })).toEqual(found);
    const foreign = keyPair('office-2026').jwks;
    expect(await verify({ tenantId, keptCheckpoints: [...keptCheckpoints, 'x'], checkpointKeys: foreign })).toEqual([
      { tenantId, seq: 10, problem: 'checkpoint_forged' },
      { tenantId: 'unknown', seq: 0, problem: 'checkpoint_forged' },
    ]);
  });

  it('changes entries of a few tenants among many', async () => {
    const tenants = Array.from({ length: 40 }, (_, index) => `office-${String(index).padStart(2, '0')}`);
    for (const tenant of tenants) await record(4, { ...office, tenantId: tenant });
    await sealer().sealOnce();
    expect(await bothWays()).toEqual([]);
    await sql(
      `update audit_entries set actor = 'x' where tenant_id = 'office-07' and seq = 2`,
      `delete from audit_entries where tenant_id = 'office-21' and seq = 3`,
      `update audit_heads set seq = 9 where tenant_id = 'office-39'`,
    );
    expect((await bothWays()).map(({ tenantId: tenant, seq, problem }) => [tenant, seq, problem])).toEqual([
      ['office-07', 2, 'changed'],
      ['office-21', 3, 'missing'],
      ['office-39', 5, 'cut_tail'],
    ]);
  });
});

describe('every single change', () => {
  const text = fc.constantFrom('actor', 'actor_kind', 'action', 'object_type', 'object_id', 'outcome', 'algorithm');
  const optional = fc.constantFrom('session_id', 'purpose', 'trace_id');
  const bytes = fc.constantFrom('prev_hash', 'hash');
  const mutation = fc.oneof(
    fc.tuple(text, fc.constantFrom(`|| 'x'`, `|| ' '`)).map(([column, tail]) => `${column} = ${column} ${tail}`),
    fc.tuple(text, fc.nat(3)).map(([column, at]) => `${column} = overlay(${column} placing chr(ascii(substr(${column}, ${at + 1}, 1)) + 1) from ${at + 1} for 1)`),
    optional.map((column) => `${column} = coalesce(${column}, '') || ''`),
    fc.tuple(bytes, fc.nat(31), fc.nat(7)).map(([column, at, bit]) => `${column} = set_bit(${column}, ${at * 8 + bit}, 1 - get_bit(${column}, ${at * 8 + bit}))`),
    fc.integer({ min: 1, max: 86_400_000_000 }).map((microseconds) => `at = at - interval '${microseconds} microseconds'`),
    fc.constantFrom(`details || '{"x": null}'`, `details - 'late'`, `jsonb_set(details, '{index}', ((details ->> 'index') || '.0')::jsonb)`, `'null'`, `to_jsonb(details::text)`).map((value) => `details = ${value}`),
    fc.constantFrom('id = gen_random_uuid()', 'seq = seq + 100', `tenant_id = 'other'`, `tenant_id = 'third'`),
  );

  it('of a row’s bytes is found, and at its place', async () => {
    const ids = await sealTwelve();
    await sql('alter table audit_entries drop constraint audit_entries_outcome_check', 'drop index audit_entries_seq');
    const property = fc.asyncProperty(fc.integer({ min: 1, max: 12 }), mutation, async (seq, change) => {
      const undone = new Error('undone');
      let found: AuditFinding[] = [];
      const attempt = db.attacker.transaction(async (trx) => {
        expect(await verifyAudit(trx, { checkpointKeys: keys.jwks })).toEqual([]);
        await trx.raw(`update audit_entries set ${change} where ${mine} and seq = ${seq}`);
        found = await verifyAudit(trx, { checkpointKeys: keys.jwks });
        throw undone;
      });
      await expect(attempt).rejects.toBe(undone);
      const isThere = (finding: AuditFinding) => finding.entryId === ids[seq - 1] || (finding.tenantId === tenantId && finding.seq <= seq && seq <= (finding.untilSeq ?? finding.seq));
      expect(found.some(isThere)).toBe(true);
    });
    await fc.assert(property, { numRuns: 80 });
    expect(await verify()).toEqual([]);
  });

  it('of an exported file’s bytes is found, and at its line', async () => {
    await sealTwelve();
    const folder = await exported();
    const file = path.join(folder, `${tenantId}.jsonl`);
    const original = await readFile(file);
    const property = fc.asyncProperty(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 }), async (at, mask) => {
      const changed = Buffer.from(original);
      changed[at] = (changed[at] ?? 0) ^ mask;
      await writeFile(file, changed);
      const found = await verifyFiles(folder);
      const line = original.subarray(0, at).toString().split('\n').length;
      const seq = line - 3; // after the head and two checkpoints
      expect(found.some((finding) => finding.line === line || seq < 1 || finding.seq === seq || finding.seq === seq + 1)).toBe(true);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  it('of an exported file’s lines is found', async () => {
    await sealTwelve();
    const folder = await exported();
    const file = path.join(folder, `${tenantId}.jsonl`);
    const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
    expect(lines).toHaveLength(15);
    const changes = lines.flatMap((line, at) => [
      { what: `line ${at + 1} removed`, left: lines.toSpliced(at, 1) },
      { what: `line ${at + 1} doubled`, left: lines.toSpliced(at, 0, line) },
      { what: `line ${at + 1} moved down`, left: lines.toSpliced(at, 2, lines[at + 1] ?? '{}', line) },
    ]);
    const unseen: string[] = [];
    for (const { what, left } of changes) {
      await writeFile(file, `${left.join('\n')}\n`);
      if ((await verifyFiles(folder)).length === 0) unseen.push(what);
    }
    // The last checkpoint: the next one would name it.
    expect(unseen).toEqual(['line 3 removed']);
    for (const [from, to] of [['"seq":5,', '"seq": 5,'], ['"case"', '"\\u0063ase"'], ['{"action"', '{"a":1,"action"'], ['"seq":5,', '"seq":5.0,']] as const) {
      await writeFile(file, `${lines.with(7, (lines[7] ?? '').replace(from, to)).join('\n')}\n`);
      expect(await verifyFiles(folder)).toMatchObject([{ line: 8, seq: 5, problem: 'malformed' }, { seq: 5, problem: 'missing' }]);
    }
    await writeFile(file, lines.join('\n'));
    expect(await verifyFiles(folder)).toMatchObject([{ line: 15, problem: 'malformed' }, { seq: 12, problem: 'cut_tail' }]);
    for (const name of [tenantId, 'other']) await rm(path.join(folder, `${name}.jsonl`));
    await expect(verifyFiles(folder)).rejects.toMatchObject({ reason: 'AUDIT_EXPORT_EMPTY' });
  });
});
