import type { Database, SystemDatabase } from '@linli/db';
import { internal } from '@linli/errors';
import { addDays, instantAt, localDateOf } from './local-date';
import { deleteMoves, keptMovesRuleSet, tenantsWithMoves } from './move-store';
import { ruleSetAt } from './rule-sets';

const batchSize = 1_000;

/** Deletes, in every tenant, the moves that are older than the rule in force today lets them be kept; gives how many. Any number may run. */
export async function forgetMoves({ database, system, now }: { readonly database: Database; readonly system: SystemDatabase; readonly now: () => Date }): Promise<number> {
  let total = 0;
  for (const tenantId of await tenantsWithMoves(system.knex)) {
    let size: number;
    do {
      size = await database.withTenant({ tenantId }, async (tx) => {
        const { limit } = await ruleSetAt(tx, keptMovesRuleSet, localDateOf(now()));
        if (limit.unit !== 'calendar_days') throw internal('RETENTION_NOT_IN_DAYS', 'what is kept is kept for calendar days', { details: { ruleSet: keptMovesRuleSet } });
        return deleteMoves(tx, { before: instantAt(addDays(localDateOf(now()), -limit.amount), 0), most: batchSize });
      });
      total += size;
    } while (size === batchSize);
  }
  return total;
}
