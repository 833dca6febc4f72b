import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

export type Cell = string | number | boolean | null;

const chunkRows = 500;

export interface Target {
  readonly client: Client;
  readonly table: string;
  readonly columns: readonly string[];
}

/** Writes rows with COPY as fast as the server takes them; memory holds a few hundred rows, whatever their number. */
export async function copyRows({ client, table, columns }: Target, rows: Iterable<readonly Cell[]>): Promise<void> {
  await pipeline(Readable.from(chunksOf(rows)), client.query(copyFrom(`copy ${table} (${columns.join(', ')}) from stdin`)));
}

function* chunksOf(rows: Iterable<readonly Cell[]>): Generator<string> {
  let chunk: string[] = [];
  for (const row of rows) {
    chunk.push(row.map(asText).join('\t'));
    if (chunk.length < chunkRows) continue;
    yield `${chunk.join('\n')}\n`;
    chunk = [];
  }
  if (chunk.length > 0) yield `${chunk.join('\n')}\n`;
}

function asText(cell: Cell): string {
  if (cell === null) return '\\N';
  return typeof cell === 'string' ? cell.replace(/[\\\t\n\r]/g, (sign) => ({ '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' })[sign] ?? sign) : String(cell);
}
