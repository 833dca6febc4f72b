import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { SystemDatabase } from '@linli/db';
import { failedPrecondition, notFound } from '@linli/errors';
import { blanked, leftOut } from './residents-part';

export interface ExportedTable {
  readonly table: string;
  readonly rows: number;
  readonly sha256: string;
}

interface Manifest {
  readonly service: 'organization';
  readonly tenantId: string;
  readonly tables: readonly ExportedTable[];
}

// How events travel, what was answered and the trail are the platform's own: `audit export` has the last.
const machinery = /^(outbox|parked|processed|dead_letter|answered|audit_|schema_migrations)/;
const rowsAtOnce = 5_000;

/**
 * Writes each table of the office as JSON lines in the order of its key, all as of one moment and without what is residents',
 * and `manifest.json` with their rows and hashes. @throws not_found TENANT_NOT_FOUND.
 */
export async function exportTenant({ knex }: SystemDatabase, tenantId: string, folder: string): Promise<ExportedTable[]> {
  await mkdir(folder, { recursive: true });
  const tables = await knex.transaction(
    async (trx) => {
      const known = await trx('tenants').where({ tenant_id: tenantId }).first<object | undefined>();
      if (known === undefined) throw notFound('TENANT_NOT_FOUND', 'there is no such office');
      const { rows } = await trx.raw<{ rows: { name: string; key: string[] }[] }>(
        `select table_class.relname as name, array_agg(attribute.attname::text order by array_position(index.indkey::int2[], attribute.attnum)) as key
           from pg_index index join pg_class table_class on table_class.oid = index.indrelid
           join pg_attribute attribute on attribute.attrelid = table_class.oid and attribute.attnum = any(index.indkey)
          where index.indisprimary and table_class.relnamespace = 'public'::regnamespace
            and exists (select from pg_attribute own where own.attrelid = table_class.oid and own.attname = 'tenant_id')
          group by table_class.relname order by table_class.relname`,
      );
      const exported: ExportedTable[] = [];
      for (const { name, key } of rows.filter((row) => !machinery.test(row.name) && leftOut[row.name] === undefined)) {
        const hash = createHash('sha256');
        const file = await open(path.join(folder, `${name}.jsonl`), 'w');
        let count = 0;
        try {
          await trx.raw(`declare exported no scroll cursor for select to_jsonb(t) as row from ?? t where tenant_id = ${quoted(tenantId)} order by ${key.map(() => '??').join(', ')}`, [name, ...key]);
          for (;;) {
            const page = await trx.raw<{ rows: { row: object }[] }>(`fetch ${rowsAtOnce} from exported`);
            if (page.rows.length === 0) break;
            const text = page.rows.map(({ row }) => `${JSON.stringify({ ...row, ...blanked[name] })}\n`).join('');
            hash.update(text);
            await file.write(text);
            count += page.rows.length;
          }
          await trx.raw('close exported');
        } finally {
          await file.close();
        }
        exported.push({ table: name, rows: count, sha256: hash.digest('hex') });
      }
      return exported;
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
  const manifest: Manifest = { service: 'organization', tenantId, tables };
  await writeFile(path.join(folder, 'manifest.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return tables;
}

/** Reads an export again: every line is a row of the office, and rows and hashes are those of the manifest. @throws failed_precondition EXPORT_DAMAGED. */
export async function checkExport(folder: string): Promise<void> {
  const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Manifest;
  for (const { table, rows, sha256 } of manifest.tables) {
    const hash = createHash('sha256');
    let count = 0;
    for await (const line of createInterface({ input: createReadStream(path.join(folder, `${table}.jsonl`), 'utf8') })) {
      hash.update(`${line}\n`);
      count += 1;
      if ((JSON.parse(line) as { tenant_id?: unknown }).tenant_id !== manifest.tenantId) throw damaged(table);
    }
    if (count !== rows || hash.digest('hex') !== sha256) throw damaged(table);
  }
}

function damaged(table: string): Error {
  return failedPrecondition('EXPORT_DAMAGED', 'the export is not what its manifest says', { details: { table } });
}

/** A cursor takes no parameters. The code of an office has no quotes, as its table's check says. */
function quoted(tenantId: string): string {
  return `'${tenantId.replace(/[^a-z0-9-]/g, '')}'`;
}
