import { instantAt, type LocalDate } from '@linli/clocks';
import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import { resultOf, type Quorum } from '../quorum/quorum';
import { toldCheck } from '../small-figures';
import type { Month, PledgeState, ResidentCheck, Vote } from './pledge-project';

export const actions = ['screen', 'select', 'promise', 'start', 'report_progress', 'complete', 'record_check', 'close', 'delay', 'change', 'drop'] as const;
export type Action = (typeof actions)[number];
/** What clocks do. */
export type SystemAction = 'miss_progress' | 'fall_overdue';

/** In which state what may happen, and the state it leads to. What is not here is refused. */
export const transitions: Readonly<Record<PledgeState, Readonly<Partial<Record<Action | SystemAction, PledgeState>>>>> = {
  collected: { screen: 'screened', drop: 'dropped' },
  screened: { select: 'selected', drop: 'dropped' },
  selected: { promise: 'pledged', drop: 'dropped' },
  pledged: { start: 'running', delay: 'pledged', change: 'pledged', drop: 'dropped', fall_overdue: 'pledged' },
  running: { report_progress: 'running', complete: 'completed', delay: 'delayed', change: 'running', drop: 'dropped', miss_progress: 'running', fall_overdue: 'running' },
  delayed: { report_progress: 'delayed', complete: 'completed', delay: 'delayed', change: 'delayed', drop: 'dropped', miss_progress: 'delayed', fall_overdue: 'delayed' },
  // Residents who find it undone send it back: with a reason and a new day, in public.
  completed: { record_check: 'resident_checked', delay: 'delayed' },
  resident_checked: { close: 'closed', delay: 'delayed' },
  closed: {},
  dropped: {},
};

/** @throws failed_precondition PLEDGE_STATE_FORBIDS { state, action }. */
export function targetOf(state: PledgeState, action: Action | SystemAction): PledgeState {
  const target = transitions[state][action];
  if (target === undefined) {
    throw failedPrecondition('PLEDGE_STATE_FORBIDS', 'the project’s state does not allow this', { details: { state, action } });
  }
  return target;
}

/** Also for a project outside the caller's scope, which must look the same. */
export function pledgeNotFound(): AppError {
  return notFound('PLEDGE_PROJECT_NOT_FOUND', 'there is no such pledge project');
}

/** @throws failed_precondition PLEDGE_QUORUM_MISSING, PLEDGE_NOT_CARRIED. */
export function assertCarried(vote: Pick<Vote, 'entitled' | 'present' | 'inFavour'>, quorum: Quorum): void {
  const result = resultOf(vote, quorum);
  const details = { entitled: String(vote.entitled), present: String(vote.present), inFavour: String(vote.inFavour) };
  if (result === 'no_quorum') throw failedPrecondition('PLEDGE_QUORUM_MISSING', 'too few representatives took part', { details });
  if (result === 'not_adopted') throw failedPrecondition('PLEDGE_NOT_CARRIED', 'the representatives did not vote for it', { details });
}

/** In hundredths, rounded to the nearest; undefined for so few that a score could be somebody's. */
export function averageScore(check: Pick<ResidentCheck, 'examiners' | 'scoreCounts'> | undefined): number | undefined {
  if (check === undefined || toldCheck(check) === undefined) return undefined;
  const sum = check.scoreCounts.reduce((total, count, index) => total + count * (index + 1), 0);
  return Math.round((sum * 100) / check.examiners);
}

export function monthOf(day: LocalDate): Month {
  return day.slice(0, 7);
}

export function monthAfter(month: Month): Month {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}

/** The last instant of the month: from then on its report is owed. */
export function endOfMonth(month: Month): Date {
  return new Date(instantAt(`${monthAfter(month)}-01`, 0).getTime() - 1);
}
