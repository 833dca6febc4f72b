import { cancelClock } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { endWork } from '../work/store';
import { covenantKind, filingClock } from './covenant';
import { findUnfiledAt } from './store';

/** What did not follow a unit that ended is in force no more, so that nobody owes its filing. Its rows stay as they are, for the office to read. */
export async function endCovenants(tx: Tx, { unitIds, now }: { readonly unitIds: readonly string[]; readonly now: Date }): Promise<void> {
  const unfiled = await findUnfiledAt(tx, unitIds);
  for (const id of unfiled) await cancelClock(tx, { kind: filingClock, subjectId: id, at: now });
  await endWork(tx, covenantKind, unfiled);
}
