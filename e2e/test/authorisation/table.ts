import { readFileSync } from 'node:fs';
import path from 'node:path';

/** What is expected of each column's caller, by the row's name; one sign for each ownership. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: ReadonlyMap<string, readonly string[]>;
}

/** Reads a table of this folder: a line of columns, then a line a row; `#` begins a remark. */
export function readTable(name: string): Table {
  const lines = readFileSync(path.join(__dirname, name), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter(Boolean)
    .map((line) => line.split(/\s+/));
  const [columns = [], ...rows] = lines;
  for (const [row = '', ...cells] of rows) if (cells.length !== columns.length) throw new Error(`${name}: ${row} has ${cells.length} cells of ${columns.length}`);
  const names = rows.map(([row = '']) => row);
  if (new Set(names).size !== names.length) throw new Error(`${name}: a row is there twice`);
  return { columns, rows: new Map(rows.map(([row = '', ...cells]) => [row, cells])) };
}

/** A table as it is written, for comparison and for the first draft of a new row. */
export function writeTable({ columns, rows }: Table): string {
  const all = [['', ...columns], ...[...rows].map(([row, cells]) => [row, ...cells])];
  const widths = all[0]?.map((_cell, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n');
}
