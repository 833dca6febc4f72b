import path from 'node:path';
import { acrossTenants } from '@linli/db';
import { testSchema } from '@linli/testing';
import { migrations } from '../src/index';

const schema = testSchema({ name: 'requests', migrations, snapshot: path.join(__dirname, '../schema.snapshot') });

it('takes over who is away, and back', async () => {
  const owner = schema.owner();
  const step = migrations.find(({ name }) => name.endsWith('_follow_absences'));
  const [from, until] = [new Date('2026-11-20T01:00:00Z'), new Date('2100-01-01T00:00:00Z')];
  const before = [
    { absent_from: from, absent_until: null, version: 1 },
    { absent_from: from, absent_until: until, version: 2 },
    { absent_from: null, absent_until: null, version: 3 },
  ];
  await owner.transaction(async (trx) => step?.down(trx));
  await acrossTenants(owner, ['directory_staff'], async () => {
    const facts = { tenant_id: 'xingsheng', id: owner.raw('uuidv7()'), owner_id: owner.raw('uuidv7()'), active: true, posts: '[]', standing_in: 'agent' };
    await owner('directory_staff').insert(before.map((row) => ({ ...facts, ...row })));
  });
  await owner.transaction(async (trx) => step?.up(trx));
  await acrossTenants(owner, ['directory_staff'], async () => {
    const rows = await owner('directory_staff').orderBy('version').select<{ absences: { from: string; until?: string }[] }[]>('absences');
    const times = rows.map(({ absences }) => absences.map((absence) => [new Date(absence.from), absence.until === undefined ? undefined : new Date(absence.until)]));
    expect(times).toEqual([[[from, undefined]], [[from, until]], []]);
  });
  await owner.transaction(async (trx) => step?.down(trx));
  await acrossTenants(owner, ['directory_staff'], async () => {
    expect(await owner('directory_staff').orderBy('version').select('absent_from', 'absent_until')).toEqual(before.map(({ version: _, ...times }) => times));
  });
  await owner.transaction(async (trx) => step?.up(trx));
});
