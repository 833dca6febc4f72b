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

/** The rows as lines, so that a difference shows just the rows that differ, ready to be judged and written down. */
export function linesOf({ rows }: Pick<Table, 'rows'>): string[] {
  return [...rows].map(([row, cells]) => [row, ...cells].join(' ')).sort();
}

/** Eight at a time: a whole table at once would measure the machine's patience and not the answers. */
export async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Map<number, R>();
  const waiting = [...items.entries()];
  async function takeNext(): Promise<void> {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) results.set(next[0], await work(next[1]));
  }
  await Promise.all(Array.from({ length: 8 }, takeNext));
  return [...results].sort(([a], [b]) => a - b).map(([, result]) => result);
}
