import { createClockMoveTable, dropClockMoveTable } from '@linli/clocks';
import type { Migration } from '@linli/db';

/** Which due times a change of the calendar moved, for the list of them. */
export const keepMoves: Migration = { name: '20261129180000_keep_moves', up: createClockMoveTable, down: dropClockMoveTable };
