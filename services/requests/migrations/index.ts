import type { Migration } from '@linli/db';
import { createPlatform } from './20261124090000_create_platform';
import { createTimers } from './20261124090500_create_timers';
import { createDirectory } from './20261124091000_create_directory';
import { createItems } from './20261124092000_create_items';
import { createMandates } from './20261124093000_create_mandates';
import { createCases } from './20261124094000_create_cases';
import { createCaseParts } from './20261124094100_create_case_parts';
import { createCaseEntries } from './20261124094200_create_case_entries';
import { createNumberSeries } from './20261124094300_create_number_series';
import { seedRuleSets } from './20261124094400_seed_rule_sets';
import { allowMarks } from './20261124095000_allow_marks_by_relay';
import { indexOpenWork } from './20261125090000_index_open_work';
import { createOwnDays } from './20261128110100_create_own_days';
import { followSuccessors } from './20261128100000_follow_successors';
import { keepMoves } from './20261129180000_keep_moves';
import * as followAbsences from './20261129181000_follow_absences';

export const migrations: Migration[] = [
  createPlatform,
  createTimers,
  createDirectory,
  createItems,
  createMandates,
  createCases,
  createCaseParts,
  createCaseEntries,
  createNumberSeries,
  seedRuleSets,
  allowMarks,
  indexOpenWork,
  createOwnDays,
  followSuccessors,
  keepMoves,
  followAbsences,
];
