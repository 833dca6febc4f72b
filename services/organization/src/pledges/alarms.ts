import { systemCaller } from '@linli/auth';
import type { Alarm, Clock } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import type { Deps } from '../deps';
import type { ClockHandler } from '../timing/clock-handlers';
import { saveStep, type Step } from './change';
import { oweMonth } from './progress';
import { monthAfter, pledgeNotFound, type SystemAction } from './rules';
import { lockProject } from './store';
import { findOldestDue, findProgressById, updateProgress } from './store-parts';

type Alarming = Pick<Deps, 'now' | 'calendar'>;

/** A month's report did not come: said in public, and the next month is owed beside it. */
export function progressAlarms(deps: Alarming): ClockHandler {
  return {
    async alarms(tx, alarms) {
      for (const { clock } of alarms) await missMonth(deps, tx, clock);
    },
    moved: countedInCalendarDays,
  };
}

async function missMonth(deps: Alarming, tx: Tx, clock: Clock): Promise<void> {
  const progress = await findProgressById(tx, clock.subjectId);
  if (progress === undefined) throw pledgeNotFound();
  const step = await systemStep(deps, tx, { projectId: progress.projectId, action: 'miss_progress' });
  await updateProgress(tx, { ...progress, state: 'missed' });
  await oweMonth(tx, deps.calendar, { projectId: progress.projectId, month: monthAfter(progress.month), now: step.at });
  const { month, dueAt } = progress;
  const changed = { progressDueAt: await findOldestDue(tx, progress.projectId) };
  await saveStep(tx, step, { changed, event: 'PledgeProgressMissed', detail: { month, dueAt }, facts: { month, due_at: dueAt.toISOString() } });
}

/** The promised day is over and the work is not done. */
export function dueDayAlarms(deps: Alarming): ClockHandler {
  return {
    alarms: async (tx: Tx, alarms: readonly Alarm[]) => {
      for (const { clock } of alarms) {
        const step = await systemStep(deps, tx, { projectId: clock.subjectId, action: 'fall_overdue' });
        const dueDay = step.found.promise?.dueDay ?? '';
        await saveStep(tx, step, { changed: { overdue: true }, event: 'PledgeProjectOverdue', detail: { dueDay }, facts: { due_day: dueDay } });
      }
    },
    moved: countedInCalendarDays,
  };
}

/** @throws not_found PLEDGE_PROJECT_NOT_FOUND. */
async function systemStep({ now }: Pick<Deps, 'now'>, tx: Tx, { projectId, action }: { readonly projectId: string; readonly action: SystemAction }): Promise<Step> {
  const found = await lockProject(tx, projectId);
  if (found === undefined) throw pledgeNotFound();
  return { caller: systemCaller(tenantOf(tx), 'organization', []), found, action, at: now() };
}

/** No working calendar moves a limit that counts every day. */
function countedInCalendarDays(): Promise<void> {
  return Promise.resolve();
}
