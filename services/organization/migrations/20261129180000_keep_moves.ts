import { createClockMoveTable, dropClockMoveTable } from '@linli/clocks';

export const name = '20261129180000_keep_moves';

/** Which due times a change of the calendar moved, for the list of them. */
export { createClockMoveTable as up, dropClockMoveTable as down };
