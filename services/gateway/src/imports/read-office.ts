import type { organization } from '@linli/contracts';
import { invalidArgument } from '@linli/errors';
import type { z } from 'zod';
import { scopes } from '../grants/grant-json';
import { kinds } from '../units/routes';
import { camelCase } from '../wire/fields';
import { readWorkbook } from '../xlsx/read-workbook';
import { createTableReader, type ReadRow, type Table } from './read-table';
import { grantsLayout, layouts, notesSheet, postsLayout, staffLayout, unitsLayout } from './sheet-layout';
import { createProblems, type SheetProblem, type SheetProblems } from './sheet-problems';

type PostTable = Table<z.output<typeof postsLayout.schema>>;
type GrantTable = Table<z.output<typeof grantsLayout.schema>>;

interface Tables {
  readonly units: Table<z.output<typeof unitsLayout.schema>>;
  readonly staff: Table<z.output<typeof staffLayout.schema>>;
  readonly posts: PostTable;
  readonly grants: GrantTable;
}

/** A row of 人员 with those of 岗位 and 授权 that name it. */
interface Person {
  readonly row: Tables['staff']['rows'][number];
  readonly posts: PostTable['rows'][number][];
  readonly grants: GrantTable['rows'][number][];
}

export interface ReadOffice {
  /** What could be read, for ImportOrganization. */
  readonly rows: Pick<organization.ImportOrganizationRequest, 'units' | 'staff' | 'unreadUnits' | 'unreadStaff'>;
  readonly problems: SheetProblems;
  /** False when a sheet or all rows of one were passed over: whatever names those rows would be called wrong too. */
  readonly isWhole: boolean;
  /** Where in the file something is that the service found wrong with `rows`. */
  locate(problem: organization.ImportProblem): SheetProblem;
}

/**
 * An office from a workbook: the sheets 单位, 人员, 岗位 and 授权, in any order, none of which must be there.
 * @throws invalid_argument WORKBOOK_*: a file of which nothing is read.
 */
export async function readOffice(bytes: Buffer): Promise<ReadOffice> {
  const problems = createProblems();
  const tables = await readTables(bytes, problems);
  const { isWhole } = tables;
  const people = isWhole ? peopleOf(tables, problems) : [];
  return {
    rows: {
      units: tables.units.rows.map(({ data: { kind, ...unit } }) => ({ ...unit, kind: kinds.toWire(kind) })),
      staff: people.map(({ row, posts, grants }) => ({
        ...row.data,
        posts: posts.map(({ data }) => data),
        grants: grants.map(({ data: { scope, ...grant } }) => ({ ...grant, scope: scopes.toWire(scope) })),
      })),
      unreadUnits: [...tables.units.unreadCodes],
      unreadStaff: [...tables.staff.unreadCodes],
    },
    problems,
    isWhole,
    locate: (problem) => locate(problem, tables, people),
  };
}

async function readTables(bytes: Buffer, problems: SheetProblems): Promise<Tables & { readonly isWhole: boolean }> {
  const tables = {
    units: createTableReader(unitsLayout, problems),
    staff: createTableReader(staffLayout, problems),
    posts: createTableReader(postsLayout, problems),
    grants: createTableReader(grantsLayout, problems),
  };
  let [index, passedOver] = [0, 0];
  await readWorkbook(bytes, ({ name, hidden }) => {
    index += 1;
    const layout = layouts.find((one) => isNameOf(one, name));
    const sheet = { index, title: name, layout };
    // What nobody sees must not come in unseen; and a sheet of ours that is passed over would be missed.
    if (layout !== undefined && hidden) throw invalidArgument('WORKBOOK_SHEET_HIDDEN', 'a sheet that would be read is hidden', { details: { sheet: layout.title } });
    if (hidden || isNameOf(notesSheet, name)) return undefined;
    const take = layout && tables[layout.code].begin(sheet);
    if (take === undefined) {
      passedOver += 1;
      problems.note({ sheet, row: 1, column: 1, field: '', code: layout === undefined ? 'unknown_sheet' : 'duplicate_sheet' });
    }
    return take;
  });
  return { ...tables, isWhole: passedOver === 0 && Object.values(tables).every((table) => table.isWhole()) };
}

function isNameOf({ code, title }: { readonly code: string; readonly title: string }, name: string): boolean {
  return name.trim() === title || name.trim().toLowerCase() === code;
}

/** Posts and grants at their people. A row that names nobody of 人员 is a problem, unless that person's own row was not read. */
function peopleOf({ staff, posts, grants }: Tables, problems: SheetProblems): Person[] {
  const people = staff.rows.map((row): Person => ({ row, posts: [], grants: [] }));
  // Of two with one code the first: the service says that the second is there twice.
  const byCode = new Map(people.toReversed().map((person) => [person.row.data.code, person]));
  const unread = new Set(staff.unreadCodes);
  function personOf(table: PostTable | GrantTable, { number, data: { staffCode } }: ReadRow<{ readonly staffCode: string }>): Person | undefined {
    const person = byCode.get(staffCode);
    if (person === undefined && !unread.has(staffCode)) problems.note({ ...table.placeOf('staffCode'), row: number, field: 'staffCode', code: 'unknown' });
    return person;
  }
  for (const row of posts.rows) personOf(posts, row)?.posts.push(row);
  for (const row of grants.rows) personOf(grants, row)?.grants.push(row);
  return people;
}

/** `posts[1].unit_code` of the third person is in that person's second row of 岗位. */
function locate({ sheet, row, field, code }: organization.ImportProblem, tables: Tables, people: readonly Person[]): SheetProblem {
  const [, list, index = '', inner = ''] = /^(posts|grants)\[(\d+)\](?:\.(\w+))?$/.exec(field) ?? [];
  const person = people[row];
  if (sheet === 'staff' && (list === 'posts' || list === 'grants')) {
    // A whole row that is wrong is pointed at by its first cell.
    const name = inner === '' ? 'staffCode' : camelCase(inner);
    return { ...tables[list].placeOf(name), row: person?.[list][Number(index)]?.number ?? 1, field: name, code };
  }
  const name = camelCase(field);
  const table = sheet === 'units' ? tables.units : tables.staff;
  return { ...table.placeOf(name), row: (sheet === 'units' ? tables.units.rows[row] : person?.row)?.number ?? 1, field: name, code };
}
