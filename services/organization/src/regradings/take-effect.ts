import { systemCaller, type Caller } from '@linli/auth';
import { satisfyClock, type Alarm } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import { internal, notFound, type AppError } from '@linli/errors';
import { recordChanges } from '../changes';
import type { Deps } from '../deps';
import type { ClockHandler } from '../timing/clock-handlers';
import { unitCreated } from '../units/add-units';
import { unitClosed, unitRenamed } from '../units/change-unit';
import { handOver } from '../units/hand-over';
import { findByIds, takeEffectOnUnits } from '../units/plan-store';
import { regradingChange } from './record';
import type { Regrading } from './regrading';
import { listRegradedUnits, lockRegrading, releaseRegradedUnits, saveRegrading } from './store';

/**
 * The day has come: the tree has its dates since the plan was made; now the world is told, and what hangs on units that end
 * goes on elsewhere. Runs once, for the regrading is locked and leaves its state.
 */
export async function takeEffect(deps: Pick<Deps, 'now' | 'calendar'>, tx: Tx, { caller, regrading }: { caller: Caller; regrading: Regrading }): Promise<Regrading> {
  const { effectiveOn: day } = regrading;
  const now = deps.now();
  const effective: Regrading = { ...regrading, state: 'in_effect', endedAt: now, version: regrading.version + 1 };
  const kinds = new Map((await listRegradedUnits(tx, regrading.id)).map(({ unitId, regradedAs }) => [unitId, regradedAs]));
  const units = await takeEffectOnUnits(tx, regrading.id, day);
  const opened = units.filter(({ id }) => kinds.get(id) === 'opened');
  const ended = units.filter(({ id }) => kinds.get(id) === 'ended');
  const renamed = units.filter(({ id }) => kinds.get(id) === 'renamed');
  await releaseRegradedUnits(tx, regrading.id);
  await saveRegrading(tx, effective);
  const successors = new Map((await findByIds(tx, ended.flatMap(({ successorId }) => successorId ?? []), day)).map((unit) => [unit.id, unit]));
  const successions = ended.map((unit) => {
    const successor = successors.get(unit.successorId ?? '');
    if (successor === undefined) throw internal('SUCCESSOR_MISSING', 'a unit ended without a successor', { details: { unit: unit.id } });
    return { unit, successor };
  });
  await recordChanges(tx, caller, [
    ...opened.map((unit) => unitCreated(unit, now)),
    ...successions.map((succession) => unitClosed(succession, now)),
    ...renamed.map((unit) => unitRenamed(unit, now)),
    regradingChange(effective, { event: 'RegradingTookEffect', at: now }),
  ]);
  await handOver(deps, tx, { caller, ended: successions, day });
  return effective;
}

/** The clock of a planned regrading. After an outage it takes effect late, as of its day. */
export function regradingAlarms(deps: Pick<Deps, 'now' | 'calendar'>): ClockHandler {
  return {
    async alarms(tx: Tx, alarms: readonly Alarm[]) {
      const caller = systemCaller(tenantOf(tx), 'organization', []);
      for (const { clock } of alarms) {
        const regrading = await lockRegrading(tx, clock.subjectId);
        if (regrading === undefined) throw regradingNotFound();
        await satisfyClock(tx, { clockId: clock.id, at: deps.now() });
        if (regrading.state === 'planned') await takeEffect(deps, tx, { caller, regrading });
      }
    },
    // Hours are counted without a calendar, so nothing ever moves it.
    moved: () => Promise.resolve(),
  };
}

/** Also for a regrading outside the caller's scope, which must look the same. */
export function regradingNotFound(): AppError {
  return notFound('REGRADING_NOT_FOUND', 'there is no such regrading');
}
