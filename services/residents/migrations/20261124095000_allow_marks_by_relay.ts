import type { Migration } from '@linli/db';
import { allowMarksByRelay, forbidMarksByRelay } from '@linli/messaging';

/** An event that the operator gives up counts as applied. */
export const allowMarks: Migration = { name: '20261124095000_allow_marks_by_relay', up: allowMarksByRelay, down: forbidMarksByRelay };
