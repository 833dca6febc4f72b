import type { Layout } from './sheet-layout';

/** A sheet of a file. */
export interface FileSheet {
  /** In the order of the file. */
  readonly index: number;
  readonly title: string;
  /** Undefined for a sheet that is none of ours. */
  readonly layout: Layout | undefined;
}

/** One thing that is wrong in a file, by its place there. */
export interface SheetProblem {
  readonly sheet: FileSheet;
  /** From 1, as Excel counts. */
  readonly row: number;
  readonly column: number;
  /** The column's code; empty for what is no column of ours. */
  readonly field: string;
  readonly code: string;
}

export interface SheetProblems {
  note(problem: SheetProblem): void;
  /** The first 1,000. */
  readonly listed: readonly SheetProblem[];
  /** How many there are. */
  count(): number;
}

export const mostListed = 1_000;

export function createProblems(): SheetProblems {
  const listed: SheetProblem[] = [];
  let count = 0;
  return {
    note(problem) {
      count += 1;
      if (listed.length < mostListed) listed.push(problem);
    },
    listed,
    count: () => count,
  };
}

/** As somebody goes through the file: sheet by sheet, row by row, from left to right. */
export function inFileOrder(problems: readonly SheetProblem[]): SheetProblem[] {
  return [...problems].sort((a, b) => a.sheet.index - b.sheet.index || a.row - b.row || a.column - b.column);
}
