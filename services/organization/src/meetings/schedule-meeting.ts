import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { findHost, holdCommittee, isSeated } from '../committees/look-up';
import { today } from '../days';
import type { Deps } from '../deps';
import { waitForNext } from './change-meeting';
import { kindOfCommittee, type Meeting } from './meeting';
import { insertMeeting } from './store';
import { meetingKindOnWire } from './wire';

export interface ScheduleMeeting extends Pick<Meeting, 'committeeId' | 'themeZh' | 'agenda' | 'tags' | 'scheduledOn'> {
  readonly request: RequestKey;
  /** Undefined: whoever hosts that year by the rotation. */
  readonly hostMemberUnitId: string | undefined;
}

/**
 * @throws not_found COMMITTEE_NOT_FOUND; invalid_argument for a day gone by;
 *   failed_precondition MEETING_WITHOUT_HOST, MEETING_HOST_NOT_SEATED.
 */
export async function scheduleMeeting(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { request, ...facts }: ScheduleMeeting): Promise<Meeting> {
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const committee = await holdCommittee(tx, facts.committeeId, (path) => coversUnit(caller, 'organization.meeting.write', path));
      if (facts.scheduledOn < today(deps)) throw violation('scheduled_on', 'in_past');
      const { unitId, unitPath } = committee;
      const at = deps.now();
      const meeting: Meeting = {
        ...facts,
        id: newId(at.getTime()),
        kind: kindOfCommittee[committee.kind],
        unitId,
        unitPath,
        state: 'scheduled',
        convenedAt: undefined,
        callOffReason: undefined,
        hostMemberUnitId: await hostFor(tx, facts),
        minutes: '',
        resolutionsOpen: 0,
        version: 1,
      };
      await insertMeeting(tx, meeting);
      await waitForNext(tx, meeting);
      const { id, committeeId, scheduledOn } = meeting;
      const payload = organization.MeetingScheduled.fromPartial({ meetingId: id, committeeId, kind: meetingKindOnWire.toWire(meeting.kind), unitId, scheduledOn });
      const entry = { threadId: id, unitPath, at, code: 'scheduled', facts: { scheduled_on: scheduledOn } };
      await recordChanges(tx, caller, [{ action: 'meeting.schedule', objectType: 'meeting', id, version: 1, event: 'MeetingScheduled', payload, entry }]);
      return meeting;
    }),
  );
}

/** A named host, or who hosts that year. @throws failed_precondition MEETING_WITHOUT_HOST, MEETING_HOST_NOT_SEATED. */
export async function hostFor(tx: Tx, { committeeId, scheduledOn, hostMemberUnitId }: Pick<ScheduleMeeting, 'committeeId' | 'scheduledOn' | 'hostMemberUnitId'>): Promise<string> {
  const host = hostMemberUnitId ?? (await findHost(tx, committeeId, Number(scheduledOn.slice(0, 4))));
  if (host === undefined) throw failedPrecondition('MEETING_WITHOUT_HOST', 'no rotation says who hosts, and no host is named');
  if (!(await isSeated(tx, { committeeId, memberUnitId: host, day: scheduledOn }))) throw failedPrecondition('MEETING_HOST_NOT_SEATED', 'the host holds no seat that day');
  return host;
}
