import { cancelClock, satisfyClock, startClock, type Calendar } from '@linli/clocks';
import { newId, type Tx } from '@linli/db';
import type { Month, PledgeProgress } from './pledge-project';
import { endOfMonth, monthAfter } from './rules';
import { findProgress, insertProgress, listProgress, updateProgress } from './store-parts';

export const progressClock = 'organization.pledge_progress';

/** From now on the month is owed, by a clock of its own that begins when the month ends. A month that fell away is owed again; of one that was reported, the next. */
export async function oweMonth(tx: Tx, calendar: Calendar, { projectId, month, now }: { readonly projectId: string; readonly month: Month; readonly now: Date }): Promise<PledgeProgress> {
  const known = await findProgress(tx, projectId, month);
  if (known?.state === 'reported' || known?.state === 'missed') return oweMonth(tx, calendar, { projectId, month: monthAfter(month), now });
  const id = known?.id ?? newId(now.getTime());
  const { dueAt } = await startClock(tx, calendar, {
    kind: progressClock,
    subjectType: 'organization.pledge_progress',
    subjectId: id,
    ruleSet: { id: progressClock },
    at: endOfMonth(month),
    alarms: ['due'],
  });
  const owed: PledgeProgress = { id, projectId, month, state: 'owed', dueAt, percent: 0, spentFen: 0, noteZh: '', wordsWithdrawn: false, reportedAt: undefined, reportedBy: undefined };
  if (known === undefined) await insertProgress(tx, owed);
  else await updateProgress(tx, owed);
  return owed;
}

/** The work has ended: what was not due yet falls away; what was missed stays missed. */
export async function waiveMonths(tx: Tx, projectId: string, at: Date): Promise<void> {
  const owed = (await listProgress(tx, projectId)).find(({ state }) => state === 'owed');
  if (owed === undefined) return;
  await updateProgress(tx, { ...owed, state: 'waived' });
  await cancelClock(tx, { kind: progressClock, subjectId: owed.id, at });
}

export async function settleMonth(tx: Tx, progress: PledgeProgress, at: Date): Promise<void> {
  await updateProgress(tx, progress);
  await satisfyClock(tx, { kind: progressClock, subjectId: progress.id, at });
}
