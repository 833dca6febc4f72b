import { systemCaller } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import type { Deps } from '../deps';
import type { OnUnitSucceeded } from '../directory/events';
import type { Case } from './case';
import { recordChanges } from './change';
import { moveCases, moveTasks, type Moving } from './store-succession';

const batchSize = 100;

/**
 * A unit has closed: the cases there that are open or may be reopened, those that it decides, and tasks that it owes, are its
 * successor's from now on; set-based in batches, each case with its next version, its entry and its event. Mandates stay where
 * they were signed.
 */
export function succeedUnit(deps: Pick<Deps, 'now'>): OnUnitSucceeded {
  return async (tx, { from, to }) => {
    const batch = { from, to, at: deps.now(), limit: batchSize };
    const moves = [
      (part: Moving) => moveCases(tx, 'unit', part),
      (part: Moving) => moveCases(tx, 'handler_unit', part),
      (part: Moving) => moveTasks(tx, part),
    ];
    let total = 0;
    for (const move of moves) {
      let moved: Case[];
      do {
        moved = await move(batch);
        await recordMoved(tx, moved, to.id);
        total += moved.length;
      } while (moved.length === batchSize);
    }
    return total;
  };
}

async function recordMoved(tx: Tx, moved: readonly Case[], unitId: string): Promise<void> {
  const cause = 'unit_succeeded';
  const outcome = { event: 'CaseReassigned', detail: { cause }, facts: { cause, unit_id: unitId } } as const;
  await recordChanges(tx, systemCaller(tenantOf(tx), 'requests', []), moved.map((after) => ({ after, action: 'change_unit', at: after.updatedAt, outcome })));
}
