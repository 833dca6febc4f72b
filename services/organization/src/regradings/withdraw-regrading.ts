import { coversUnit, type Caller } from '@linli/auth';
import { cancelClock } from '@linli/clocks';
import { failedPrecondition } from '@linli/errors';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { erasePlanned } from '../units/plan-store';
import { assertVersion } from '../version';
import { regradingClock } from './clock-kind';
import { regradingChange } from './record';
import type { RegradedUnit, Regrading } from './regrading';
import { deleteRegradedUnits, listRegradedUnits, lockRegrading, saveRegrading } from './store';
import { regradingNotFound } from './take-effect';

/** @throws not_found REGRADING_NOT_FOUND, aborted VERSION_STALE, failed_precondition REGRADING_ENDED, REGRADING_DUE. */
export async function withdrawRegrading(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  input: { readonly regradingId: string; readonly version: number },
): Promise<Regrading> {
  return deps.db.withTenant(caller, async (tx) => {
    const regrading = await lockRegrading(tx, input.regradingId);
    if (regrading === undefined || !coversUnit(caller, 'organization.unit.write', regrading.unitPath)) throw regradingNotFound();
    assertVersion(regrading, input.version);
    assertWithdrawable(regrading, today(deps));
    const now = deps.now();
    const withdrawn: Regrading = { ...regrading, state: 'withdrawn', endedAt: now, version: regrading.version + 1 };
    const units = await listRegradedUnits(tx, regrading.id);
    const idsOf = (kind: RegradedUnit['regradedAs']) => units.filter(({ regradedAs }) => regradedAs === kind).map(({ unitId }) => unitId);
    await deleteRegradedUnits(tx, regrading.id);
    await erasePlanned(tx, { opened: idsOf('opened'), ended: idsOf('ended'), renamed: idsOf('renamed'), day: regrading.effectiveOn });
    await saveRegrading(tx, withdrawn);
    await cancelClock(tx, { kind: regradingClock, subjectId: regrading.id, at: now });
    await recordChanges(tx, caller, [regradingChange(withdrawn, { event: 'RegradingWithdrawn', at: now })]);
    return withdrawn;
  });
}

function assertWithdrawable({ state, effectiveOn }: Regrading, day: string): void {
  if (state !== 'planned') throw failedPrecondition('REGRADING_ENDED', 'the regrading is in effect or withdrawn', { details: { state } });
  if (effectiveOn <= day) throw failedPrecondition('REGRADING_DUE', 'the day of the regrading has come');
}
