import { readAddress } from './cell-address';
import { fromCellText } from './cell-text';
import type { Package } from './open-package';
import type { Attributes } from './parse-xml';
import type { Style } from './read-styles';
import { damaged } from './refusals';
import { createTextReader } from './text-reader';

/** What a cell holds: a text, a flag, or what is wrong with it. A number is its digits. */
export type CellValue = { readonly text: string } | { readonly flag: boolean } | { readonly problem: CellProblem };
export type CellProblem = 'formula' | 'date' | 'not_whole' | 'wrong_type' | 'too_long';

export interface Cell {
  /** From 1, as Excel counts. */
  readonly column: number;
  readonly value: CellValue;
}

export interface Row {
  /** From 1, as Excel counts. */
  readonly number: number;
  /** Those that hold something, from left to right. */
  readonly cells: readonly Cell[];
}

interface Workbook {
  readonly strings: readonly (string | undefined)[];
  readonly styles: readonly Style[];
  /** Gets each row that holds something, from top to bottom. */
  readonly take: (row: Row) => void;
}

/** One cell as it is written. */
interface Written {
  readonly column: number;
  readonly type: string;
  readonly style: Style | undefined;
  hasFormula: boolean;
  /** Of `v`. */
  plain: string;
}

const lastRow = 1_048_576;
// A stored value is a number, or a text that has no string table; both are shorter.
const longestPlain = 32_767;

/** Reads one sheet. A row or cell out of order, or twice, is no sheet of Excel's: which would count? */
export async function readRows(parts: Package, part: string, workbook: Workbook): Promise<void> {
  const text = createTextReader();
  let row = { number: 0, cells: [] as Cell[] };
  let lastColumn = 0;
  let cell: Written | undefined;
  let inPlain = false;
  await parts.parse(part, {
    open(name, attributes) {
      if (name === 'row') {
        row = { number: rowNumber(attributes, row.number), cells: [] };
        lastColumn = 0;
      } else if (name === 'c') {
        lastColumn = columnOf(attributes, { row: row.number, lastColumn });
        const { t = 'n', s } = attributes;
        cell = { column: lastColumn, type: t, style: s === undefined ? undefined : workbook.styles[Number(s)], hasFormula: false, plain: '' };
        text.begin();
      } else if (cell !== undefined) {
        if (name === 'f') cell.hasFormula = true;
        inPlain = name === 'v';
        text.open(name);
      }
    },
    text(piece) {
      if (cell === undefined) return;
      if (!inPlain) text.text(piece);
      else if (cell.plain.length <= longestPlain) cell.plain += piece;
    },
    close(name) {
      text.close(name);
      if (name === 'v') inPlain = false;
      else if (name === 'c' && cell !== undefined) {
        const value = valueOf(cell, text.take(), workbook.strings);
        if (value !== undefined) row.cells.push({ column: cell.column, value });
        cell = undefined;
      } else if (name === 'row' && row.cells.length > 0) workbook.take(row);
    },
  });
}

function rowNumber({ r }: Attributes, last: number): number {
  const number = r === undefined ? last + 1 : Number(r);
  if (!Number.isInteger(number) || number <= last || number > lastRow) throw damaged();
  return number;
}

function columnOf({ r }: Attributes, { row, lastColumn }: { row: number; lastColumn: number }): number {
  if (r === undefined) return lastColumn + 1;
  const address = readAddress(r);
  if (address === undefined || address.row !== row || address.column <= lastColumn) throw damaged();
  return address.column;
}

/** Undefined for a cell that holds nothing. A formula is one whatever it gave the last time. */
function valueOf(cell: Written, inline: string | undefined, strings: Workbook['strings']): CellValue | undefined {
  if (cell.hasFormula) return { problem: 'formula' };
  switch (cell.type) {
    case 's':
      return cell.plain === '' ? undefined : textValue(stringAt(strings, cell.plain));
    case 'inlineStr':
      return textValue(inline);
    case 'str':
      return textValue(cell.plain);
    case 'b':
      return cell.plain === '' ? undefined : { flag: cell.plain === '1' };
    case 'n':
      return cell.plain === '' ? undefined : numberValue(cell.plain, cell.style);
    case 'd':
      return { problem: 'date' };
    default:
      return { problem: 'wrong_type' };
  }
}

function stringAt(strings: Workbook['strings'], plain: string): string | undefined {
  const index = Number(plain);
  if (!Number.isInteger(index) || index < 0 || index >= strings.length) throw damaged();
  return strings[index];
}

function textValue(written: string | undefined): CellValue | undefined {
  if (written === undefined) return { problem: 'too_long' };
  const text = fromCellText(written);
  return text === '' ? undefined : { text };
}

/** Codes and telephone numbers are often typed as numbers: a whole one is its digits, as its style shows them. */
function numberValue(plain: string, style: Style | undefined): CellValue {
  if (style?.isDate === true) return { problem: 'date' };
  const number = Number(plain);
  if (!Number.isSafeInteger(number)) return { problem: 'not_whole' };
  const digits = String(Math.abs(number)).padStart(style?.digits ?? 1, '0');
  return { text: number < 0 ? `-${digits}` : digits };
}
