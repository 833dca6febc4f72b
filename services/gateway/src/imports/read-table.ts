import { invalidArgument } from '@linli/errors';
import type { z } from 'zod';
import { tryRead } from '../routing/validate';
import type { Cell, CellValue, Row } from '../xlsx/read-rows';
import type { Column, Layout } from './sheet-layout';
import type { FileSheet, SheetProblem, SheetProblems } from './sheet-problems';

export interface ReadRow<Data> {
  /** From 1, as Excel counts. */
  readonly number: number;
  readonly data: Data;
}

/** One sheet as it was read; without rows when the file has none of it. */
export interface Table<Data> {
  readonly rows: readonly ReadRow<Data>[];
  /** What rows that could not be read have as their code. */
  readonly unreadCodes: readonly string[];
  /** Where a field of a row is: in the row's first column when the sheet has none of that field. */
  placeOf(field: string): Pick<SheetProblem, 'sheet' | 'column'>;
}

export interface TableReader<Data> extends Table<Data> {
  /** Gives what takes the rows of the file's sheet, the titles first; undefined when there was such a sheet before. @throws invalid_argument WORKBOOK_ROWS_TOO_MANY. */
  begin(sheet: FileSheet): ((row: Row) => void) | undefined;
  /** False when a column that is needed was not there, so that no row was read. */
  isWhole(): boolean;
}

const mostRows = 50_000;
const longestCode = 64;

/** Reads the rows of one sheet by its layout, noting everything that is wrong with a cell by itself. */
export function createTableReader<Schema extends z.ZodType>(layout: Layout<Schema>, problems: SheetProblems): TableReader<z.output<Schema>> {
  const rows: ReadRow<z.output<Schema>>[] = [];
  const unreadCodes: string[] = [];
  let sheet: FileSheet | undefined;
  let titles: Titles | undefined;

  function placeOf(field: string): Pick<SheetProblem, 'sheet' | 'column'> {
    return { sheet: sheet ?? { index: 0, title: layout.title, layout }, column: titles?.columnOf(field) ?? 1 };
  }

  function readRow({ number, cells }: Row, { columns, unknown }: Titles): void {
    const values: Record<string, unknown> = {};
    const wrong = new Set<string>();
    const note = (field: string, code: string, column: number): void => {
      wrong.add(field);
      problems.note({ ...placeOf(field), row: number, column, field, code });
    };
    for (const cell of cells) {
      const column = columns.get(cell.column);
      if (column === undefined) {
        if (!unknown.has(cell.column)) note('', 'no_column', cell.column);
      } else if ('problem' in cell.value) note(column.code, cell.value.problem, cell.column);
      else values[column.code] = wordOf(column, cell.value);
    }
    const read = tryRead(layout.schema, values);
    if ('data' in read && wrong.size === 0) {
      rows.push({ number, data: read.data });
      return;
    }
    for (const { field, code } of 'violations' in read ? read.violations : []) if (!wrong.has(field)) note(field, code, placeOf(field).column);
    const { code } = values;
    if (typeof code === 'string' && code.length <= longestCode) unreadCodes.push(code);
  }

  return {
    rows,
    unreadCodes,
    placeOf,
    isWhole: () => titles?.isWhole !== false,
    begin(begun) {
      if (sheet !== undefined) return undefined;
      sheet = begun;
      let count = 0;
      return (row) => {
        if (titles === undefined) {
          titles = readTitles(layout, row, (place) => problems.note({ sheet: begun, row: row.number, ...place }));
          return;
        }
        count += 1;
        if (count > mostRows) throw invalidArgument('WORKBOOK_ROWS_TOO_MANY', 'a sheet has too many rows', { details: { sheet: begun.title, limit: String(mostRows) } });
        // Without a column that is needed, every row would be wrong in the same way.
        if (titles.isWhole) readRow(row, titles);
      };
    },
  };
}

interface Titles {
  readonly columns: ReadonlyMap<number, Column>;
  /** Columns whose titles are no titles of ours, which was said once. */
  readonly unknown: ReadonlySet<number>;
  readonly isWhole: boolean;
  columnOf(field: string): number;
}

type Place = Pick<SheetProblem, 'column' | 'field' | 'code'>;

function readTitles(layout: Layout, { cells }: Row, note: (place: Place) => void): Titles {
  const columns = new Map<number, Column>();
  const numbers = new Map<string, number>();
  const unknown = new Set<number>();
  for (const { column: number, value } of cells) {
    const column = layout.columns.find((one) => isTitleOf(one, value));
    if (column !== undefined && !numbers.has(column.code)) {
      columns.set(number, column);
      numbers.set(column.code, number);
      continue;
    }
    unknown.add(number);
    note({ column: number, field: column?.code ?? '', code: column === undefined ? 'unknown_column' : 'duplicate' });
  }
  const missing = layout.columns.filter(({ code, needed }) => needed && !numbers.has(code));
  for (const { code } of missing) note({ column: 1, field: code, code: 'missing_column' });
  const first = numbers.get(layout.columns[0]?.code ?? '') ?? 1;
  return { columns, unknown, isWhole: missing.length === 0, columnOf: (field) => numbers.get(field) ?? first };
}

function isTitleOf({ code, title }: Column, value: CellValue): boolean {
  return 'text' in value && (value.text === title || value.text.toLowerCase() === code.toLowerCase());
}

/** `网格` → `grid`, TRUE → `yes`; what is no word of the column stays as it is and is refused by its schema. */
function wordOf({ words }: Column, value: Exclude<Cell['value'], { readonly problem: unknown }>): unknown {
  if ('flag' in value) return words === undefined ? value.flag : value.flag ? 'yes' : 'no';
  if (words === undefined) return value.text;
  return Object.keys(words).find((word) => words[word] === value.text) ?? value.text.toLowerCase();
}
