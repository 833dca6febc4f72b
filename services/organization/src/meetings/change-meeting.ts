import { coversUnit, type Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { recordChanges, type Entry } from '../changes';
import { assertVersion } from '../version';
import { endWork, setWork, type Work } from '../work/store';
import type { Meeting, MeetingState } from './meeting';
import { meetingNotFound } from './rules';
import { lockMeeting, saveMeeting } from './store';

export interface MeetingRef {
  readonly meetingId: string;
  readonly version: number;
}

/** @throws not_found MEETING_NOT_FOUND, aborted VERSION_STALE. */
export async function lockForChange(tx: Tx, caller: Caller, ref: MeetingRef): Promise<Meeting> {
  const meeting = await lockMeeting(tx, ref.meetingId);
  if (meeting === undefined || !coversUnit(caller, 'organization.meeting.write', meeting.unitPath)) throw meetingNotFound();
  assertVersion(meeting, ref.version);
  return meeting;
}

export interface Outcome extends Pick<Entry, 'at' | 'code' | 'facts'> {
  /** After the change. */
  readonly meeting: Meeting;
  /** `convene` */
  readonly action: string;
  readonly event: string;
  readonly payload: object;
}

/** The changed meeting with its event, its line in the story and what waits for the office next. */
export async function recordMeeting(tx: Tx, caller: Caller, outcome: Outcome): Promise<void> {
  const { meeting, action, event, payload, at, code, facts = {} } = outcome;
  await saveMeeting(tx, meeting);
  await waitForNext(tx, meeting);
  const entry = { threadId: meeting.id, unitPath: meeting.unitPath, at, code, facts };
  await recordChanges(tx, caller, [{ action: `meeting.${action}`, objectType: 'meeting', id: meeting.id, version: meeting.version, event, payload, entry }]);
}

/** What the office does next; the open resolutions wait for their owners. */
const nextActions: Readonly<Record<MeetingState, string | undefined>> = {
  scheduled: 'convene',
  convened: 'record_minutes',
  minuted: 'adopt_resolutions',
  resolutions_open: undefined,
  resolutions_done: undefined,
  called_off: undefined,
};

export async function waitForNext(tx: Tx, meeting: Meeting): Promise<void> {
  const kind = 'organization.meeting';
  const action = nextActions[meeting.state];
  if (action === undefined) {
    await endWork(tx, kind, [meeting.id]);
    return;
  }
  const { id, themeZh, unitId, unitPath, version } = meeting;
  const work: Work = {
    kind,
    subjectId: id,
    number: '',
    action,
    titleZh: themeZh,
    unitId,
    unitPath,
    ownerId: undefined,
    permission: 'organization.meeting.write',
    dueAt: undefined,
    threadId: id,
    version,
  };
  await setWork(tx, [work]);
}
