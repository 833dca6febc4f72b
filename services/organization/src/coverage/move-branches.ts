import type { Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { newId, type Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Succession } from '../units/hand-over';
import type { Branch } from './branch';
import { branchDissolved, branchEstablished } from './change-branch';
import { endBranchesAt, insertBranches } from './store';

/**
 * A branch ends with its unit, so that the map of earlier days stays as it was; where the unit goes on elsewhere, the same
 * branch begins there on that day.
 */
export async function moveBranches(
  tx: Tx,
  caller: Caller,
  { ended, day, now }: { readonly ended: readonly Succession[]; readonly day: LocalDate; readonly now: Date },
): Promise<void> {
  const successors = new Map(ended.map(({ unit, successor }) => [unit.id, successor]));
  const gone = await endBranchesAt(tx, [...successors.keys()], day);
  const begun = gone.flatMap((branch): Branch[] => {
    const successor = successors.get(branch.unitId);
    if (successor?.continuesId !== branch.unitId) return [];
    return [{ ...branch, id: newId(now.getTime()), unitId: successor.id, unitPath: successor.path, validFrom: day, validTo: undefined, version: 1 }];
  });
  await insertBranches(tx, begun);
  await recordChanges(tx, caller, [...gone.map((branch) => branchDissolved(branch, now)), ...begun.map((branch) => branchEstablished(branch, now))]);
}
