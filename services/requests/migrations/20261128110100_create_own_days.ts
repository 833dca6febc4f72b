import { createOwnDayTables, dropOwnDayTables } from '@linli/clocks';
import type { Migration } from '@linli/db';

/** The days on which an office departs from the national calendar, as `organization` tells them. */
export const createOwnDays: Migration = { name: '20261128110100_create_own_days', up: createOwnDayTables, down: dropOwnDayTables };
