import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

// 党员档案, 发展对象, 政审, 介绍人, 转正: whoever is in the party, wants to be, or was asked about, is nowhere.
const words =
  /party_?member|applicant|candidate|probation|sponsor|introducer|political|development_file|dossier|ideolog|self_criticism|member_name|member_phone|person_id|subject_id/i;

/** Capabilities of regional party building. */
const own = ['member_unit', 'committee', 'meeting', 'joint_project', 'coverage', 'instructor', 'dual_report'];
const tables = /^(member_units|committees|committee_seats|rotation_places|host_swaps|rotation_terms|meeting_rules|meetings|meeting_attendance|resolutions|needs|resources|joint_project|branches|development_counts|instructor|dual_)/;

it('no field of party building is about a person in the party', () => {
  const folder = path.join(__dirname, '../../../proto/linli/organization/v1');
  const files = readdirSync(folder).filter((name) => own.some((noun) => name.startsWith(noun)));
  expect(files).toHaveLength(own.length * 3);
  const fields = files.flatMap((name) => [...readFileSync(path.join(folder, name), 'utf8').matchAll(/^ +(?:repeated |optional )?[\w.]+ (\w+) = \d+/gm)].map(([, field = '']) => `${name} ${field}`));
  expect(fields.length).toBeGreaterThan(200);
  expect(fields.filter((field) => words.test(field.split(' ')[1] ?? ''))).toEqual([]);
});

it('nor is a column', () => {
  const columns = readFileSync(path.join(__dirname, '../schema.snapshot'), 'utf8').split('\n').flatMap((line) => /^(\w+)\.(\w+) /.exec(line)?.slice(1, 3).join(' ') ?? []);
  const party = columns.filter((column) => tables.test(column));
  expect(party.length).toBeGreaterThan(100);
  expect(party.filter((column) => words.test(column.split(' ')[1] ?? ''))).toEqual([]);
});
