import type { UnitScopes } from '@linli/auth';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { whereInScopes } from '../scope';
import type { Attendance, CallOffReason, Meeting, MeetingKind, MeetingState, TogetherTag } from './meeting';

export const meetingConstraints: ConstraintReasons = {
  meeting_attendance_pkey: { kind: 'already_exists', reason: 'ATTENDANCE_RECORDED', message: 'the attendance of the unit is recorded' },
};

interface MeetingRow {
  readonly id: string;
  readonly committee_id: string;
  readonly kind: MeetingKind;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly state: MeetingState;
  readonly theme_zh: string;
  readonly agenda: string[];
  readonly tags: TogetherTag[];
  readonly scheduled_on: string;
  readonly convened_at: Date | null;
  readonly call_off_reason: CallOffReason | null;
  readonly host_member_unit_id: string;
  readonly minutes: string;
  readonly resolutions_open: number;
  readonly version: number;
}

const columns = [
  'id', 'committee_id', 'kind', 'unit_id', 'unit_path', 'state', 'theme_zh', 'agenda', 'tags', 'scheduled_on', 'convened_at', 'call_off_reason',
  'host_member_unit_id', 'minutes', 'resolutions_open', 'version',
] as const;

export async function insertMeeting(tx: Tx, meeting: Meeting): Promise<void> {
  await tx('meetings').insert({ tenant_id: tenantOf(tx), ...toRow(meeting) });
}

export async function saveMeeting(tx: Tx, meeting: Meeting): Promise<void> {
  const { state, scheduled_on, host_member_unit_id, convened_at, call_off_reason, minutes, resolutions_open, version } = toRow(meeting);
  await tx('meetings')
    .where({ tenant_id: tenantOf(tx), id: meeting.id })
    .update({ state, scheduled_on, host_member_unit_id, convened_at, call_off_reason, minutes, resolutions_open, version });
}

export async function findMeeting(tx: Tx, id: string): Promise<Meeting | undefined> {
  const row = await tx('meetings').where({ tenant_id: tenantOf(tx), id }).first<MeetingRow | undefined>(columns);
  return row && toMeeting(row);
}

export async function lockMeeting(tx: Tx, id: string): Promise<Meeting | undefined> {
  const row = await tx('meetings').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<MeetingRow | undefined>(columns);
  return row && toMeeting(row);
}

/** Those of a committee that have not begun. Index: meetings_committee_idx. */
export async function lockScheduled(tx: Tx, committeeId: string): Promise<Meeting[]> {
  const rows = await tx('meetings').where({ tenant_id: tenantOf(tx), committee_id: committeeId, state: 'scheduled' }).orderBy('id').forUpdate().select<MeetingRow[]>(columns);
  return rows.map(toMeeting);
}

export interface MeetingFilter {
  readonly scopes: UnitScopes;
  readonly committeeId: string | undefined;
  readonly state: MeetingState | undefined;
  readonly beforeId: string | undefined;
  readonly limit: number;
}

/** The newest first. Indexes: meetings_committee_idx; of all committees the key. */
export async function listMeetings(tx: Tx, { scopes, committeeId, state, beforeId, limit }: MeetingFilter): Promise<Meeting[]> {
  const query = tx('meetings').where({ tenant_id: tenantOf(tx) }).orderBy('id', 'desc').limit(limit).select<MeetingRow[]>(columns);
  whereInScopes(query, 'unit_path', scopes);
  if (committeeId !== undefined) void query.where('committee_id', committeeId);
  if (state !== undefined) void query.where('state', state);
  if (beforeId !== undefined) void query.where('id', '<', beforeId);
  return (await query).map(toMeeting);
}

export async function insertAttendance(tx: Tx, meetingId: string, attendance: readonly Attendance[]): Promise<void> {
  await tx('meeting_attendance').insert(
    attendance.map(({ memberUnitId, presence }) => ({ tenant_id: tenantOf(tx), meeting_id: meetingId, member_unit_id: memberUnitId, presence })),
  );
}

export async function readAttendance(tx: Tx, meetingId: string): Promise<Attendance[]> {
  return tx('meeting_attendance')
    .where({ tenant_id: tenantOf(tx), meeting_id: meetingId })
    .orderBy('member_unit_id')
    .select<Attendance[]>({ memberUnitId: 'member_unit_id', presence: 'presence' });
}

function toRow(meeting: Meeting): MeetingRow {
  return {
    id: meeting.id,
    committee_id: meeting.committeeId,
    kind: meeting.kind,
    unit_id: meeting.unitId,
    unit_path: meeting.unitPath,
    state: meeting.state,
    theme_zh: meeting.themeZh,
    agenda: [...meeting.agenda],
    tags: [...meeting.tags],
    scheduled_on: meeting.scheduledOn,
    convened_at: meeting.convenedAt ?? null,
    call_off_reason: meeting.callOffReason ?? null,
    host_member_unit_id: meeting.hostMemberUnitId,
    minutes: meeting.minutes,
    resolutions_open: meeting.resolutionsOpen,
    version: meeting.version,
  };
}

function toMeeting(row: MeetingRow): Meeting {
  return {
    id: row.id,
    committeeId: row.committee_id,
    kind: row.kind,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    state: row.state,
    themeZh: row.theme_zh,
    agenda: row.agenda,
    tags: row.tags,
    scheduledOn: row.scheduled_on,
    convenedAt: row.convened_at ?? undefined,
    callOffReason: row.call_off_reason ?? undefined,
    hostMemberUnitId: row.host_member_unit_id,
    minutes: row.minutes,
    resolutionsOpen: row.resolutions_open,
    version: row.version,
  };
}
