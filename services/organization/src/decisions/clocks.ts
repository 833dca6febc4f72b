import { systemCaller } from '@linli/auth';
import type { Clock } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import type { Deps } from '../deps';
import type { ClockHandler, ClockHandlers } from '../timing/clock-handlers';
import { saveStep, type Events, type Step } from './change';
import type { Decision, PublishedTwice } from './decision';
import { decisionNotFound } from './rules';
import { lockDecision } from './store';

export const countClock = 'organization.decision_count';
export const publicationClock = 'organization.decision_publication';
/** For what was withdrawn, by the rule set of the first publication: of the decision and of its outcome, which may be owed at one time. */
export const againClocks = { decision: 'organization.decision_republication', outcome: 'organization.outcome_republication' } as const;

/** The limits for counting a vote and for publishing what was decided: passed, or moved with the working calendar. */
export function decisionAlarms(deps: Pick<Deps, 'now'>): ClockHandlers {
  const publishing = { overdue: 'DecisionPublicationOverdue', moved: 'DecisionPublicationDueMoved' } as const;
  const again = (of: PublishedTwice) =>
    handlerOf(deps, {
      ...publishing,
      detail: (dueAt) => ({ dueAt, outcome: of === 'outcome' }),
      change: ({ owedAgain }, dueAt) => ({ owedAgain: { ...owedAgain, [of]: dueAt } }),
    });
  return {
    [countClock]: handlerOf(deps, { overdue: 'DecisionCountOverdue', moved: 'DecisionCountDueMoved', detail: (dueAt) => ({ dueAt }), change: (_found, countDueAt) => ({ countDueAt }) }),
    [publicationClock]: handlerOf(deps, { ...publishing, detail: (dueAt) => ({ dueAt, outcome: false }), change: (_found, publicationDueAt) => ({ publicationDueAt }) }),
    [againClocks.decision]: again('decision'),
    [againClocks.outcome]: again('outcome'),
  };
}

interface Owed<Overdue extends keyof Events, Moved extends keyof Events> {
  readonly overdue: Overdue;
  readonly moved: Moved;
  readonly detail: (dueAt: Date) => Omit<Events[Overdue], 'decision'> & Omit<Events[Moved], 'decision'>;
  /** Where the decision says until when. */
  readonly change: (found: Decision, dueAt: Date) => Partial<Decision>;
}

function handlerOf<Overdue extends keyof Events, Moved extends keyof Events>(deps: Pick<Deps, 'now'>, owed: Owed<Overdue, Moved>): ClockHandler {
  const { overdue, moved, detail, change } = owed;
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
      await saveStep(tx, step, { changed: change(step.found, dueAt), event: moved, detail: detail(dueAt), facts: { due_at: dueAt.toISOString() } });
    },
  };
}
