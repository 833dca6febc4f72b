import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import type { Answer } from '../routing/route';
import { given, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

const meetingKinds = words('MEETING_KIND', organization.MeetingKind, ['congress', 'joint']);
export const meetingStates = words('MEETING_STATE', organization.MeetingState, ['scheduled', 'convened', 'minuted', 'resolutions_open', 'resolutions_done', 'called_off']);
export const callOffReasons = words('MEETING_CALL_OFF_REASON', organization.MeetingCallOffReason, ['no_quorum', 'host_unavailable', 'merged', 'mistake', 'committee_ended']);
export const presences = words('MEETING_PRESENCE', organization.MeetingPresence, ['attended', 'excused', 'absent']);
export const tags = words('TOGETHER_TAG', organization.TogetherTag, ['create', 'consult', 'build', 'serve', 'help']);
export const resolutionStates = words('RESOLUTION_STATE', organization.ResolutionState, ['open', 'delivered', 'withdrawn']);

export const meetingSchema = z
  .strictObject({
    id: z.string(),
    committeeId: z.string(),
    kind: meetingKinds.schema.optional(),
    unitId: z.string(),
    unitPath: z.string(),
    state: meetingStates.schema.optional(),
    themeZh: z.string().meta({ description: '服务主题' }),
    agenda: z.array(z.string()),
    tags: z.array(tags.schema).meta({ description: '五同：同创、同商、同建、同抓、同帮' }),
    scheduledOn: z.string(),
    convenedAt: time.optional(),
    callOffReason: callOffReasons.schema.optional(),
    hostMemberUnitId: z.string(),
    minutes: z.string().optional(),
    attendance: z.array(z.strictObject({ memberUnitId: z.string(), presence: presences.schema.optional() })),
    resolutionsOpen: z.int(),
    version: z.int(),
  })
  .meta({ id: 'Meeting' });

export const resolutionSchema = z
  .strictObject({
    id: z.string(),
    meetingId: z.string(),
    unitId: z.string(),
    unitPath: z.string(),
    state: resolutionStates.schema.optional(),
    textZh: z.string(),
    ownerMemberUnitId: z.string().optional(),
    ownerStaffId: z.string().optional(),
    dueOn: z.string(),
    overdueAt: time.optional(),
    deliveredAt: time.optional(),
    proof: z.string().optional(),
    reasonCode: z.string().optional().meta({ description: '撤回的事由代码' }),
    version: z.int(),
  })
  .meta({ id: 'Resolution' });

export function meetingToJson(meeting: organization.Meeting): z.input<typeof meetingSchema> {
  const { kind, state, minutes, convenedAt, callOffReason, attendance, ...rest } = meeting;
  return {
    ...rest,
    kind: meetingKinds.fromWire(kind),
    state: meetingStates.fromWire(state),
    tags: meeting.tags.flatMap((tag) => tags.fromWire(tag) ?? []),
    minutes: given(minutes),
    convenedAt: timeOf(convenedAt),
    callOffReason: callOffReasons.fromWire(callOffReason),
    attendance: attendance.map(({ memberUnitId, presence }) => ({ memberUnitId, presence: presences.fromWire(presence) })),
  };
}

export function answerMeeting({ meeting }: { meeting: organization.Meeting | undefined }): Answer<z.input<typeof meetingSchema>> {
  if (meeting === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: meetingToJson(meeting), version: meeting.version, location: `/v1/meetings/${meeting.id}` };
}

export function resolutionToJson(resolution: organization.Resolution): z.input<typeof resolutionSchema> {
  const { state, ownerMemberUnitId, ownerStaffId, overdueAt, deliveredAt, proof, reasonCode, ...rest } = resolution;
  return {
    ...rest,
    state: resolutionStates.fromWire(state),
    ownerMemberUnitId: given(ownerMemberUnitId),
    ownerStaffId: given(ownerStaffId),
    overdueAt: timeOf(overdueAt),
    deliveredAt: timeOf(deliveredAt),
    proof: given(proof),
    reasonCode: given(reasonCode),
  };
}

export function answerResolution({ resolution }: { resolution: organization.Resolution | undefined }): Answer<z.input<typeof resolutionSchema>> {
  if (resolution === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: resolutionToJson(resolution), version: resolution.version };
}
