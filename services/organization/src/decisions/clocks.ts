import { systemCaller } from '@linli/auth';
import type { Clock } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import type { Deps } from '../deps';
import type { ClockHandler, ClockHandlers } from '../timing/clock-handlers';
import { saveStep, type Events, type Step } from './change';
import type { Decision } from './decision';
import { decisionNotFound } from './rules';
import { lockDecision } from './store';

export const countClock = 'organization.decision_count';
export const publicationClock = 'organization.decision_publication';

/** The limits for counting a vote and for publishing what was decided: passed, or moved with the working calendar. */
export function decisionAlarms(deps: Pick<Deps, 'now'>): ClockHandlers {
  return {
    [countClock]: handlerOf(deps, { due: 'countDueAt', overdue: 'DecisionCountOverdue', moved: 'DecisionCountDueMoved', detail: (dueAt) => ({ dueAt }) }),
    [publicationClock]: handlerOf(deps, { due: 'publicationDueAt', overdue: 'DecisionPublicationOverdue', moved: 'DecisionPublicationDueMoved', detail: (dueAt) => ({ dueAt }) }),
  };
}

interface Owed<Overdue extends keyof Events, Moved extends keyof Events> {
  /** Where the decision says until when. */
  readonly due: keyof Decision & `${string}DueAt`;
  readonly overdue: Overdue;
  readonly moved: Moved;
  readonly detail: (dueAt: Date) => Omit<Events[Overdue], 'decision'> & Omit<Events[Moved], 'decision'>;
}

function handlerOf<Overdue extends keyof Events, Moved extends keyof Events>(deps: Pick<Deps, 'now'>, owed: Owed<Overdue, Moved>): ClockHandler {
  const { due, overdue, moved, detail } = owed;
  async function take(tx: Tx, clock: Clock): Promise<Omit<Step, 'action'>> {
    const found = await lockDecision(tx, clock.subjectId);
    if (found === undefined) throw decisionNotFound();
    return { caller: systemCaller(tenantOf(tx), 'organization', []), found, at: deps.now() };
  }
  return {
    async alarms(tx, alarms) {
      for (const { clock } of alarms) {
        const { dueAt } = clock;
        const step = { ...(await take(tx, clock)), action: 'fall_overdue' as const };
        await saveStep(tx, step, { changed: {}, event: overdue, detail: detail(dueAt), facts: { due_at: dueAt.toISOString() } });
      }
    },
    async moved(tx, { clock }) {
      const { dueAt } = clock;
      const step = { ...(await take(tx, clock)), action: 'move_due' as const };
      await saveStep(tx, step, { changed: { [due]: dueAt }, event: moved, detail: detail(dueAt), facts: { due_at: dueAt.toISOString() } });
    },
  };
}
