import type { Migration } from '@linli/db';
import { createPlatform } from './20261124090000_create_platform';
import { createUnits } from './20261124091000_create_units';
import { createVaultKeys } from './20261124092000_create_vault';
import { createPersons } from './20261124093000_create_persons';
import { allowMarks } from './20261124095000_allow_marks_by_relay';
import { followSuccessors } from './20261128100000_follow_successors';

export const migrations: Migration[] = [createPlatform, createUnits, createVaultKeys, createPersons, allowMarks, followSuccessors];
