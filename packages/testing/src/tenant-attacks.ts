import { escapeIdentifier, escapeLiteral } from 'pg';
import { insertOf, type TenantTable } from './tenant-rows';

export interface Statement {
  readonly text: string;
  readonly values?: unknown[];
}

/** What the server made of a statement: rows and their number, or the SQLSTATE that it refused with. */
export interface Outcome {
  readonly count: number;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly refused?: string;
}

/** Something that a program under one tenant's setting tries with another's rows. */
export interface Attack {
  readonly name: string;
  statement(table: TenantTable, sides: Sides): Statement;
  /** Whether nothing leaked and nothing was done. */
  harmless(outcome: Outcome, sides: Sides): boolean;
}

export interface Sides {
  readonly own: string;
  readonly foreign: string;
  /** The serial of one of the other's rows; none of one's own has it. */
  readonly foreignSerial: number;
  /** How many rows each side has in the table. */
  readonly each: number;
}

/** A serial that no row of anybody has. */
export const freshSerial = 90;

const insufficientPrivilege = '42501';

const nothing = ({ count, rows, refused }: Outcome): boolean => refused !== undefined || (count === 0 && rows.length === 0);
const ownOnly = ({ count, rows, refused }: Outcome, { own, each }: Sides): boolean =>
  refused !== undefined || (count === each && rows.every((row) => row['tenant_id'] === own));
const forbidden = ({ refused }: Outcome): boolean => refused === insufficientPrivilege;

function at(table: TenantTable): string {
  return escapeIdentifier(table.name);
}

function foreignRow({ foreign }: Sides): string {
  return `tenant_id = ${escapeLiteral(foreign)}`;
}

function keyOf(table: TenantTable): string {
  return table.key.map(escapeIdentifier).join(', ');
}

const reads: readonly Attack[] = [
  { name: 'select all', statement: (table) => ({ text: `select * from ${at(table)}` }), harmless: ownOnly },
  { name: "select the other's", statement: (table, sides) => ({ text: `select * from ${at(table)} where ${foreignRow(sides)}` }), harmless: nothing },
  {
    name: 'ask whether there is one',
    statement: (table, sides) => ({ text: `select 1 where exists (select from ${at(table)} where ${foreignRow(sides)})` }),
    harmless: nothing,
  },
  { name: "lock the other's", statement: (table, sides) => ({ text: `select * from ${at(table)} where ${foreignRow(sides)} for update` }), harmless: nothing },
  {
    // A filter that fails on a hidden row would tell of it, were it asked before the policy.
    name: 'stumble over a hidden row',
    statement: (table, sides) => ({ text: `select * from ${at(table)} where 1 / (case when ${foreignRow(sides)} then 0 else 1 end) = 1` }),
    harmless: ({ count, refused }, { each }) => refused === undefined && count === each,
  },
  { name: 'copy all out', statement: (table) => ({ text: `copy ${at(table)} to stdout` }), harmless: ({ count, refused }, { each }) => refused !== undefined || count === each },
  {
    name: "copy the other's out",
    statement: (table, sides) => ({ text: `copy (select * from ${at(table)} where ${foreignRow(sides)}) to stdout` }),
    harmless: nothing,
  },
];

const changes: readonly Attack[] = [
  { name: 'update all', statement: (table) => ({ text: `update ${at(table)} set tenant_id = tenant_id returning *` }), harmless: ownOnly },
  {
    name: "update the other's",
    statement: (table, sides) => ({ text: `update ${at(table)} set tenant_id = tenant_id where ${foreignRow(sides)} returning *` }),
    harmless: nothing,
  },
  {
    name: "take the other's",
    statement: (table, sides) => ({ text: `update ${at(table)} set tenant_id = ${escapeLiteral(sides.own)} where ${foreignRow(sides)} returning *` }),
    harmless: nothing,
  },
  {
    name: 'give a row away',
    statement: (table, sides) => ({ text: `update ${at(table)} set tenant_id = ${escapeLiteral(sides.foreign)} returning *` }),
    harmless: forbidden,
  },
  { name: 'delete all', statement: (table) => ({ text: `delete from ${at(table)} returning *` }), harmless: ownOnly },
  { name: "delete the other's", statement: (table, sides) => ({ text: `delete from ${at(table)} where ${foreignRow(sides)} returning *` }), harmless: nothing },
  {
    name: "merge away the other's",
    statement: (table, sides) => ({
      text: `merge into ${at(table)} as t using (values (${escapeLiteral(sides.foreign)})) as v (tenant_id) on t.tenant_id = v.tenant_id when matched then delete`,
    }),
    harmless: nothing,
  },
  { name: 'empty the table', statement: (table) => ({ text: `truncate ${at(table)} cascade` }), harmless: forbidden },
];

const inserts: readonly Attack[] = [
  ...[false, true].map((bare): Attack => ({
    name: `insert ${bare ? 'a bare row' : 'a row'} for the other`,
    statement: (table, { foreign }) => insertOf(table, { tenant: foreign, serial: freshSerial, bare }),
    harmless: forbidden,
  })),
  {
    name: "insert under the other's key",
    statement: (table, { foreign, foreignSerial }) => insertOf(table, { tenant: foreign, serial: foreignSerial }),
    harmless: forbidden,
  },
  {
    name: "insert under the other's key unless there is one",
    statement: (table, { foreign, foreignSerial }) => more(insertOf(table, { tenant: foreign, serial: foreignSerial }), 'on conflict do nothing'),
    harmless: forbidden,
  },
  {
    name: "upsert the other's",
    statement: (table, { foreign, foreignSerial }) =>
      more(insertOf(table, { tenant: foreign, serial: foreignSerial }), `on conflict (${keyOf(table)}) do update set tenant_id = excluded.tenant_id returning *`),
    harmless: forbidden,
  },
  { name: 'copy rows in', statement: (table) => ({ text: `copy ${at(table)} from stdin` }), harmless: ({ refused }) => refused === '0A000' || refused === insufficientPrivilege },
];

/** Every way that SQL has to read and write a table, tried on another tenant's rows. */
export const attacks: readonly Attack[] = [...reads, ...changes, ...inserts];

/** An insert whose answer must be the same whether or not another tenant has the row that it speaks of. */
export interface Probe {
  readonly name: string;
  statement(table: TenantTable, choice: { readonly tenant: string; readonly like: string; readonly serial: number }): Statement;
}

/** Keys that clash, and references that hold, only where the other tenant has such a row. */
export const probes: readonly Probe[] = [
  { name: 'unique values and references', statement: (table, choice) => more(insertOf(table, choice), 'returning tenant_id') },
  {
    name: 'an upsert over unique values',
    statement: (table, choice) => more(insertOf(table, choice), `on conflict (${keyOf(table)}) do update set tenant_id = excluded.tenant_id returning tenant_id`),
  },
  { name: 'an insert that yields to unique values', statement: (table, choice) => more(insertOf(table, choice), 'on conflict do nothing returning tenant_id') },
];

function more({ text, values }: { text: string; values: unknown[] }, tail: string): Statement {
  return { text: `${text} ${tail}`, values };
}
