import { createHash } from 'node:crypto';
import { escapeIdentifier, type Client } from 'pg';

interface Column {
  readonly name: string;
  /** As `format_type` says it. */
  readonly type: string;
  readonly nullable: boolean;
  /** Refers to a table that all tenants share. */
  readonly shared: boolean;
}

/** A table of tenants' rows, as the catalogue knows it. */
export interface TenantTable {
  readonly name: string;
  readonly columns: readonly Column[];
  readonly key: readonly string[];
}

/** One row: the `serial`-th of a tenant. Rows of one tenant and serial refer to each other in every table. */
export interface RowChoice {
  readonly tenant: string;
  readonly serial: number;
  /** Whether columns that may be null are left so. */
  readonly bare?: boolean;
  /** The tenant that the other columns speak of; the row's own when absent. */
  readonly like?: string;
}

/** Every table with a `tenant_id`, however it was made: a new one is in without being named anywhere. */
export async function findTenantTables(admin: Client): Promise<TenantTable[]> {
  const { rows } = await admin.query<{ name: string; columns: Column[]; key: string[] }>(
    `select c.relname as name,
            (select json_agg(json_build_object(
                      'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'nullable', not a.attnotnull,
                      'shared', exists (
                        select from pg_constraint f
                         where f.contype = 'f' and f.conrelid = c.oid and a.attnum = any (f.conkey)
                           and not exists (select from pg_attribute t where t.attrelid = f.confrelid and t.attname = 'tenant_id'))
                    ) order by a.attnum)
               from pg_attribute a
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and a.attidentity = '') as columns,
            (select array_agg(a.attname::text order by array_position(i.indkey::int2[], a.attnum))
               from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey::int2[])
              where i.indrelid = c.oid and i.indisprimary) as key
       from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
      order by c.relname`,
  );
  return rows;
}

/** `insert into t (…) values (…)` of one row, with its values as parameters. */
export function insertOf(table: TenantTable, choice: RowChoice): { text: string; values: unknown[] } {
  const columns = table.columns.filter((column) => !column.nullable || (!column.shared && choice.bare !== true));
  const names = columns.map(({ name }) => escapeIdentifier(name)).join(', ');
  const places = columns.map((_column, at) => `$${at + 1}`).join(', ');
  return { text: `insert into ${escapeIdentifier(table.name)} (${names}) values (${places})`, values: columns.map((column) => valueOf(column, choice)) };
}

function valueOf({ name, type }: Column, { tenant, serial, like = tenant }: RowChoice): unknown {
  if (name === 'tenant_id') return tenant;
  const word = `${like}-${serial}`;
  switch (type) {
    case 'text':
      return word;
    case 'uuid':
      return uuidOf(word);
    case 'smallint':
    case 'integer':
    case 'bigint':
      return serial;
    case 'boolean':
      return true;
    case 'date':
      return '2026-03-02';
    case 'timestamp with time zone':
      return '2026-03-02T08:00:00Z';
    case 'bytea':
      return Buffer.from(word);
    case 'json':
    case 'jsonb':
      return JSON.stringify({ word });
    case 'text[]':
      return [word];
    case 'integer[]':
      return [serial];
    case 'box':
      return `(${serial},${serial}),(${serial},${serial})`;
    case 'int4multirange':
      return `{[${serial},${serial + 1})}`;
    default:
      throw new Error(`the test kit knows no value of type ${type}, which ${name} has`);
  }
}

function uuidOf(word: string): string {
  const hex = createHash('sha256').update(word).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `7${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
}
