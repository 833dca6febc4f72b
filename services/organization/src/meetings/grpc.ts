import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { ownersFor } from '../staff/owners-for';
import { readCode } from '../fields';
import { adoptResolutions, type ResolutionDraft } from './adopt-resolutions';
import { callOffMeeting, rescheduleMeeting } from './change-schedule';
import { deliverResolution, mayDo, withdrawResolution } from './change-resolution';
import { conveneMeeting, recordAttendance, recordMinutes } from './hold-meeting';
import type { Attendance, Meeting } from './meeting';
import { findResolution, listResolutions } from './resolution-store';
import { meetingNotFound, resolutionNotFound } from './rules';
import { scheduleMeeting } from './schedule-meeting';
import { findMeeting, listMeetings, readAttendance } from './store';
import { callOffReasonOnWire, meetingStateOnWire, meetingToWire, presenceOnWire, resolutionStateOnWire, resolutionToWire, tagOnWire } from './wire';

const read = 'organization.meeting.read';
const readResolution = 'organization.resolution.read';
const most = { agenda: 20, attendance: 100, resolutions: 50 };

export function meetingService(deps: Deps): organization.MeetingServiceImplementation<RpcContext> {
  const refOf = ({ meetingId, version }: { meetingId: string; version: number }) => ({ meetingId: readUuid(meetingId, 'meeting_id'), version });
  return {
    async scheduleMeeting(request, { caller }) {
      if (request.agenda.length > most.agenda) throw violation('agenda', 'too_many');
      if (request.scheduledOn === '') throw violation('scheduled_on', 'required');
      const meeting = await scheduleMeeting(deps, caller, {
        request: requestKey(caller, organization.ScheduleMeetingRequest, request),
        committeeId: readUuid(request.committeeId, 'committee_id'),
        themeZh: requireText(request.themeZh, 'theme_zh', { max: 100 }),
        agenda: request.agenda.map((item, index) => requireText(item, `agenda[${index}]`, { max: 200 })),
        tags: [...new Set(request.tags.map((tag, index) => tagOnWire.fromWire(tag, `tags[${index}]`)))],
        scheduledOn: readDay(request.scheduledOn, 'scheduled_on', today(deps)),
        hostMemberUnitId: request.hostMemberUnitId === '' ? undefined : readUuid(request.hostMemberUnitId, 'host_member_unit_id'),
      });
      return { meeting: meetingToWire(meeting, []) };
    },
    async rescheduleMeeting(request, { caller }) {
      if (request.scheduledOn === '') throw violation('scheduled_on', 'required');
      return answer(deps, caller, await rescheduleMeeting(deps, caller, { ...refOf(request), scheduledOn: readDay(request.scheduledOn, 'scheduled_on', today(deps)) }));
    },
    async callOffMeeting(request, { caller }) {
      const reason = callOffReasonOnWire.fromWire(request.reason, 'reason');
      if (reason === 'committee_ended') throw violation('reason', 'unlisted');
      return answer(deps, caller, await callOffMeeting(deps, caller, { ...refOf(request), reason }));
    },
    async conveneMeeting(request, { caller }) {
      return answer(deps, caller, await conveneMeeting(deps, caller, refOf(request)));
    },
    async recordAttendance(request, { caller }) {
      return answer(deps, caller, await recordAttendance(deps, caller, { ...refOf(request), attendance: readAttendanceList(request.attendance) }));
    },
    async recordMinutes(request, { caller }) {
      return answer(deps, caller, await recordMinutes(deps, caller, { ...refOf(request), minutes: requireText(request.minutes, 'minutes', { max: 2_000 }) }));
    },
    async adoptResolutions(request, { caller }) {
      if (request.resolutions.length > most.resolutions) throw violation('resolutions', 'too_many');
      return answer(deps, caller, await adoptResolutions(deps, caller, { ...refOf(request), drafts: request.resolutions.map(readDraft) }));
    },
    async getMeeting(request, { caller }) {
      const id = readUuid(request.meetingId, 'meeting_id');
      return deps.db.withTenant(caller, async (tx) => {
        const meeting = await findMeeting(tx, id);
        if (meeting === undefined || !coversUnit(caller, read, meeting.unitPath)) throw meetingNotFound();
        return { meeting: meetingToWire(meeting, await readAttendance(tx, id)) };
      });
    },
    listMeetings: (request, { caller }) => meetingPage(deps, caller, request),
    async deliverResolution(request, { caller }) {
      const resolutionId = readUuid(request.resolutionId, 'resolution_id');
      const proof = requireText(request.proof, 'proof', { max: 1_000 });
      return { resolution: resolutionToWire(await deliverResolution(deps, caller, { resolutionId, version: request.version, proof })) };
    },
    async withdrawResolution(request, { caller }) {
      const resolutionId = readUuid(request.resolutionId, 'resolution_id');
      const reasonCode = readCode(request.reasonCode, 'reason_code');
      return { resolution: resolutionToWire(await withdrawResolution(deps, caller, { resolutionId, version: request.version, reasonCode })) };
    },
    async getResolution(request, { caller }) {
      const id = readUuid(request.resolutionId, 'resolution_id');
      const resolution = await deps.db.withTenant(caller, async (tx) => {
        const found = await findResolution(tx, id);
        return found !== undefined && (await mayDo(tx, caller, { permission: readResolution, resolution: found, now: deps.now() })) ? found : undefined;
      });
      if (resolution === undefined) throw resolutionNotFound();
      return { resolution: resolutionToWire(resolution) };
    },
    listResolutions: (request, { caller }) => resolutionPage(deps, caller, request),
  };
}

async function meetingPage(deps: Deps, caller: Caller, request: organization.ListMeetingsRequest): Promise<organization.ListMeetingsResponse> {
  const limit = compactLimit(request.pageSize);
  const committeeId = request.committeeId === '' ? undefined : readUuid(request.committeeId, 'committee_id');
  const state = meetingStateOnWire.fromWireOrNone(request.state, 'state');
  const context = { list: 'meetings', tenant: caller.tenantId, caller: caller.subject, committeeId, state };
  const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, (tx) => listMeetings(tx, { scopes: unitScopes(caller, read), committeeId, state, beforeId, limit: limit + 1 }));
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  const meetings = shown.map((meeting) => meetingToWire({ ...meeting, minutes: '' }, []));
  return { meetings, nextPageToken };
}

async function resolutionPage(deps: Deps, caller: Caller, request: organization.ListResolutionsRequest): Promise<organization.ListResolutionsResponse> {
  const limit = compactLimit(request.pageSize);
  const meetingId = request.meetingId === '' ? undefined : readUuid(request.meetingId, 'meeting_id');
  const state = resolutionStateOnWire.fromWireOrNone(request.state, 'state');
  const context = { list: 'resolutions', tenant: caller.tenantId, caller: caller.subject, meetingId, state };
  const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const scopes = unitScopes(caller, readResolution);
  const found = await deps.db.withTenant(caller, async (tx) => {
    const ownerIds = await ownersFor(tx, caller, { permission: readResolution, now: deps.now() });
    return listResolutions(tx, { scopes, ownerIds, meetingId, state, afterId, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  return { resolutions: shown.map(resolutionToWire), nextPageToken };
}

async function answer(deps: Deps, caller: Caller, meeting: Meeting): Promise<{ meeting: organization.Meeting }> {
  const attendance = await deps.db.withTenant(caller, (tx) => readAttendance(tx, meeting.id));
  return { meeting: meetingToWire(meeting, attendance) };
}

/** Each unit once. */
function readAttendanceList(list: readonly organization.MeetingAttendance[]): Attendance[] {
  if (list.length === 0) throw violation('attendance', 'required');
  if (list.length > most.attendance) throw violation('attendance', 'too_many');
  const attendance = list.map(({ memberUnitId, presence }, index) => ({
    memberUnitId: readUuid(memberUnitId, `attendance[${index}].member_unit_id`),
    presence: presenceOnWire.fromWire(presence, `attendance[${index}].presence`),
  }));
  const again = attendance.findIndex(({ memberUnitId }, index) => attendance.findIndex((other) => other.memberUnitId === memberUnitId) < index);
  if (again >= 0) throw violation(`attendance[${again}].member_unit_id`, 'duplicate');
  return attendance;
}

function readDraft({ textZh, ownerMemberUnitId, ownerStaffId, dueOn }: organization.ResolutionDraft, index: number): ResolutionDraft {
  const field = (name: string) => `resolutions[${index}].${name}`;
  if ((ownerMemberUnitId === '') === (ownerStaffId === '')) throw violation(field('owner_staff_id'), 'one_of_two');
  if (dueOn === '') throw violation(field('due_on'), 'required');
  return {
    textZh: requireText(textZh, field('text_zh'), { max: 1_000 }),
    ownerMemberUnitId: ownerMemberUnitId === '' ? undefined : readUuid(ownerMemberUnitId, field('owner_member_unit_id')),
    ownerStaffId: ownerStaffId === '' ? undefined : readUuid(ownerStaffId, field('owner_staff_id')),
    dueOn: readDay(dueOn, field('due_on'), ''),
  };
}
