import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { callOffReasons, meetingKinds, meetingStates, presences, resolutionStates, togetherTags, type Attendance, type Meeting, type Resolution } from './meeting';

export const meetingKindOnWire = wireEnum('MEETING_KIND', organization.MeetingKind, meetingKinds);
export const meetingStateOnWire = wireEnum('MEETING_STATE', organization.MeetingState, meetingStates);
export const callOffReasonOnWire = wireEnum('MEETING_CALL_OFF_REASON', organization.MeetingCallOffReason, callOffReasons);
export const presenceOnWire = wireEnum('MEETING_PRESENCE', organization.MeetingPresence, presences);
export const tagOnWire = wireEnum('TOGETHER_TAG', organization.TogetherTag, togetherTags);
export const resolutionStateOnWire = wireEnum('RESOLUTION_STATE', organization.ResolutionState, resolutionStates);

export function attendanceToWire({ memberUnitId, presence }: Attendance): organization.MeetingAttendance {
  return { memberUnitId, presence: presenceOnWire.toWire(presence) };
}

export function meetingToWire(meeting: Meeting, attendance: readonly Attendance[]): organization.Meeting {
  return {
    ...meeting,
    kind: meetingKindOnWire.toWire(meeting.kind),
    state: meetingStateOnWire.toWire(meeting.state),
    agenda: [...meeting.agenda],
    tags: meeting.tags.map(tagOnWire.toWire),
    convenedAt: meeting.convenedAt,
    callOffReason: meeting.callOffReason === undefined ? organization.MeetingCallOffReason.MEETING_CALL_OFF_REASON_UNSPECIFIED : callOffReasonOnWire.toWire(meeting.callOffReason),
    attendance: attendance.map(attendanceToWire),
  };
}

export function resolutionToWire(resolution: Resolution): organization.Resolution {
  const { ownerMemberUnitId = '', ownerStaffId = '', state, overdueAt, deliveredAt, ...rest } = resolution;
  return { ...rest, ownerMemberUnitId, ownerStaffId, state: resolutionStateOnWire.toWire(state), overdueAt, deliveredAt };
}
