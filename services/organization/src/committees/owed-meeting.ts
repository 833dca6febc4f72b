import { systemCaller, type Caller } from '@linli/auth';
import { cancelClock, daysBetween, findClocks, instantAt, localDateOf, lockClock, satisfyClock, startClock, type Alarm, type Clock, type LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { tenantOf, type Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Deps } from '../deps';
import type { ClockHandler } from '../timing/clock-handlers';
import { setWork } from '../work/store';
import type { Committee } from './committee';
import { periodAfter, periodOf, type Period } from './periods';
import { assertThere, committeeNotFound } from './seats';
import { findCommittee, lockCommittee, meetingRuleAt, saveCommittee } from './store';

export const owedMeetingClock = 'organization.owed_meeting';

type Timed = Pick<Deps, 'now' | 'calendar'>;

/** The meeting that a committee owes next: the one of its open clock. */
export interface OwedMeeting extends Period {
  readonly citation: string;
}

/** A new committee owes what is left of this period; founded on its last day, the next one. */
export async function oweFirstMeeting(deps: Timed, tx: Tx, committee: Committee): Promise<OwedMeeting> {
  const now = deps.now();
  const day = localDateOf(now);
  const rule = await meetingRuleAt(tx, committee.kind, day);
  const period = periodOf(rule.period, day);
  return day < period.until ? oweMeeting(deps, tx, { committee, period, at: now }) : oweMeetingAfter(deps, tx, { committee, period });
}

/** The period is over or its meeting was held: the next one is owed. */
async function oweMeetingAfter(deps: Timed, tx: Tx, { committee, period }: { committee: Committee; period: Period }): Promise<OwedMeeting> {
  const { period: kind } = await meetingRuleAt(tx, committee.kind, period.until);
  const next = periodAfter(kind, period);
  return oweMeeting(deps, tx, { committee, period: next, at: instantAt(next.from, 0) });
}

async function oweMeeting(deps: Timed, tx: Tx, { committee, period, at }: { committee: Committee; period: Period; at: Date }): Promise<OwedMeeting> {
  const { citation } = await meetingRuleAt(tx, committee.kind, period.from);
  const limit = { unit: 'calendar_days', roll: 'none', amount: daysBetween(localDateOf(at), period.until) } as const;
  const clock = await startClock(tx, deps.calendar, {
    kind: owedMeetingClock,
    subjectType: 'organization.committee',
    subjectId: committee.id,
    ruleSet: { limit, citation },
    at,
    alarms: ['breached'],
  });
  await waitForMeeting(tx, committee, clock);
  return owedBy(clock);
}

export async function findOwedMeeting(tx: Tx, committeeId: string): Promise<OwedMeeting | undefined> {
  const clock = (await findClocks(tx, committeeId)).find(isOwed);
  return clock && owedBy(clock);
}

/** The committee changed: what waits names its new version. */
export async function refreshWork(tx: Tx, committee: Committee): Promise<void> {
  const clock = (await findClocks(tx, committee.id)).find(isOwed);
  if (clock !== undefined) await waitForMeeting(tx, committee, clock);
}

/** A meeting begins: with it what was owed in its period is held. A further one in the same period changes nothing. @throws failed_precondition COMMITTEE_ENDED. */
export async function holdOwedMeeting(deps: Timed, tx: Tx, { committeeId, caller, at }: { committeeId: string; caller: Caller; at: Date }): Promise<void> {
  const day = localDateOf(at);
  const committee = await findCommittee(tx, committeeId);
  if (committee !== undefined) assertThere(committee);
  const owed = await settlePassed(deps, tx, { committeeId, caller, day });
  if (day < owed.period.from) return;
  await satisfyClock(tx, { clockId: owed.clock.id, at });
  await oweMeetingAfter(deps, tx, { committee: owed.committee, period: owed.period });
}

/** Records the periods that ended without a meeting before `day`; gives the open one, its clock and committee locked in this order, as the scanner does. */
async function settlePassed(deps: Timed, tx: Tx, { committeeId, caller, day }: { committeeId: string; caller: Caller; day: LocalDate }) {
  for (;;) {
    const clock = await lockClock(tx, { kind: owedMeetingClock, subjectId: committeeId });
    const committee = await lockCommittee(tx, committeeId);
    if (committee === undefined) throw committeeNotFound();
    const period = owedBy(clock);
    if (day <= period.until) return { clock, committee, period };
    await missMeeting(deps, tx, { clock, committee, caller });
  }
}

/** What the clocks of owed meetings bring about: the period ended without one, and the next is owed. */
export function owedMeetingAlarms(deps: Timed): ClockHandler {
  return {
    async alarms(tx: Tx, alarms: readonly Alarm[]) {
      const caller = systemCaller(tenantOf(tx), 'organization', []);
      for (const { clock } of alarms) {
        const committee = await lockCommittee(tx, clock.subjectId);
        if (committee === undefined) throw committeeNotFound();
        await missMeeting(deps, tx, { clock, committee, caller });
      }
    },
    // Periods are calendar days, which no year's arrangement moves.
    moved: () => Promise.resolve(),
  };
}

/** It cannot be made up: the clock is taken away, and the committee's story keeps that it was missed. */
async function missMeeting(deps: Timed, tx: Tx, { clock, committee, caller }: { clock: Clock; committee: Committee; caller: Caller }): Promise<void> {
  const at = deps.now();
  const period = owedBy(clock);
  await cancelClock(tx, { clockId: clock.id, at });
  const missed = { ...committee, version: committee.version + 1 };
  await saveCommittee(tx, missed);
  await oweMeetingAfter(deps, tx, { committee: missed, period });
  const facts = { period_from: period.from, period_until: period.until };
  const payload = organization.CommitteeMeetingMissed.fromPartial({ committeeId: missed.id, periodFrom: period.from, periodUntil: period.until });
  await recordChanges(tx, caller, [
    {
      action: 'committee.miss_meeting',
      objectType: 'committee',
      id: missed.id,
      version: missed.version,
      event: 'CommitteeMeetingMissed',
      payload,
      entry: { threadId: missed.id, unitPath: missed.unitPath, at, code: 'meeting_missed', facts },
    },
  ]);
}

async function waitForMeeting(tx: Tx, committee: Committee, clock: Clock): Promise<void> {
  await setWork(tx, [
    {
      kind: 'organization.committee',
      subjectId: committee.id,
      number: '',
      action: 'hold_meeting',
      titleZh: committee.nameZh,
      unitId: committee.unitId,
      unitPath: committee.unitPath,
      ownerId: undefined,
      permission: 'organization.meeting.write',
      dueAt: clock.dueAt,
      threadId: committee.id,
      version: committee.version,
    },
  ]);
}

function owedBy({ startedAt, dueAt, citation }: Clock): OwedMeeting {
  return { from: localDateOf(startedAt), until: localDateOf(dueAt), citation };
}

/** The clock of the meeting that is owed. */
export function isOwed({ kind, endedAt }: Clock): boolean {
  return kind === owedMeetingClock && endedAt === undefined;
}
