import type { organization } from '@linli/contracts';
import { z } from 'zod';
import { nothing, route, type ApiRoute, type Call } from '../routing/route';
import { code, day, id, nextPageToken, optionalId, page, text } from '../wire/fields';
import { answerMeeting, answerResolution, callOffReasons, meetingSchema, meetingStates, meetingToJson, presences, resolutionSchema, resolutionStates, resolutionToJson, tags } from './json';

const byId = z.strictObject({ id });

interface Change<B extends z.ZodType> {
  readonly rpc: string;
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly body: B;
  readonly act: (at: { meetingId: string; version: number }, body: z.output<B>, call: Call) => Promise<{ meeting: organization.Meeting | undefined }>;
}

/** A change of a meeting, which answers with it as it then is. */
function change<B extends z.ZodType>({ rpc, body, act, ...rest }: Change<B>): ApiRoute {
  return route({
    ...rest,
    method: 'post',
    tag: 'party',
    calls: `organization.v1.MeetingService/${rpc}`,
    changes: true,
    params: byId,
    body,
    response: meetingSchema,
    handle: async (input, call) => answerMeeting(await act({ meetingId: input.params.id, version: input.version }, input.body, call)),
  });
}

const meetings: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/meetings',
    name: 'listMeetings',
    summary: '会议列表（不含纪要与出席）',
    tag: 'party',
    calls: 'organization.v1.MeetingService/ListMeetings',
    query: z.strictObject({ committeeId: optionalId, state: meetingStates.schema.optional(), ...page }),
    response: z.strictObject({ meetings: z.array(meetingSchema), nextPageToken }),
    handle: async ({ query: { state, ...rest } }, { clients, options }) => {
      const found = await clients.meetings.listMeetings({ ...rest, state: meetingStates.toWireOrNone(state) }, options);
      return { body: { meetings: found.meetings.map(meetingToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/meetings',
    name: 'scheduleMeeting',
    summary: '安排会议：一个服务主题',
    tag: 'party',
    calls: 'organization.v1.MeetingService/ScheduleMeeting',
    creates: true,
    body: z.strictObject({
      committeeId: id,
      themeZh: text(100),
      agenda: z.array(text(200)).max(20).optional(),
      tags: z.array(tags.schema).max(5).optional(),
      scheduledOn: day,
      hostMemberUnitId: optionalId.meta({ description: '缺省为当年轮值单位' }),
    }),
    response: meetingSchema,
    handle: async ({ body: { agenda = [], tags: together = [], ...rest }, requestId }, { clients, options }) =>
      answerMeeting(await clients.meetings.scheduleMeeting({ ...rest, agenda, tags: together.map(tags.toWire), requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/meetings/{id}',
    name: 'getMeeting',
    summary: '一次会议',
    tag: 'party',
    calls: 'organization.v1.MeetingService/GetMeeting',
    params: byId,
    response: meetingSchema,
    handle: async ({ params }, { clients, options }) => answerMeeting(await clients.meetings.getMeeting({ meetingId: params.id }, options)),
  }),
  change({
    rpc: 'RescheduleMeeting',
    path: '/v1/meetings/{id}:reschedule',
    name: 'rescheduleMeeting',
    summary: '开会前改期；改到另一年的，由那一年的轮值单位主持',
    body: z.strictObject({ scheduledOn: day }),
    act: (at, body, { clients, options }) => clients.meetings.rescheduleMeeting({ ...at, ...body }, options),
  }),
  change({
    rpc: 'CallOffMeeting',
    path: '/v1/meetings/{id}:callOff',
    name: 'callOffMeeting',
    summary: '开会前取消；应开的会仍须另开',
    body: z.strictObject({ reason: callOffReasons.schema.exclude(['committee_ended']) }),
    act: (at, { reason }, { clients, options }) => clients.meetings.callOffMeeting({ ...at, reason: callOffReasons.toWire(reason) }, options),
  }),
  change({
    rpc: 'ConveneMeeting',
    path: '/v1/meetings/{id}:convene',
    name: 'conveneMeeting',
    summary: '开会',
    body: nothing,
    act: (at, _body, { clients, options }) => clients.meetings.conveneMeeting(at, options),
  }),
  change({
    rpc: 'RecordAttendance',
    path: '/v1/meetings/{id}:recordAttendance',
    name: 'recordAttendance',
    summary: '登记各单位出席（每单位一次）',
    body: z.strictObject({ attendance: z.array(z.strictObject({ memberUnitId: id, presence: presences.schema })).min(1).max(100) }),
    act: (at, { attendance }, { clients, options }) =>
      clients.meetings.recordAttendance({ ...at, attendance: attendance.map(({ memberUnitId, presence }) => ({ memberUnitId, presence: presences.toWire(presence) })) }, options),
  }),
  change({
    rpc: 'RecordMinutes',
    path: '/v1/meetings/{id}:recordMinutes',
    name: 'recordMinutes',
    summary: '记纪要（须已登记全部出席）',
    body: z.strictObject({ minutes: text(2_000) }),
    act: (at, body, { clients, options }) => clients.meetings.recordMinutes({ ...at, ...body }, options),
  }),
  change({
    rpc: 'AdoptResolutions',
    path: '/v1/meetings/{id}:adoptResolutions',
    name: 'adoptResolutions',
    summary: '通过决议，各定责任人与期限；没有决议则会议结束',
    body: z.strictObject({
      resolutions: z
        .array(
          z.strictObject({
            textZh: text(1_000),
            ownerMemberUnitId: optionalId,
            ownerStaffId: optionalId.meta({ description: '与成员单位二者填一' }),
            dueOn: day,
          }),
        )
        .max(50),
    }),
    act: (at, body, { clients, options }) => clients.meetings.adoptResolutions({ ...at, ...body }, options),
  }),
];

const resolutions: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/resolutions',
    name: 'listResolutions',
    summary: '会议决议列表',
    tag: 'party',
    calls: 'organization.v1.MeetingService/ListResolutions',
    query: z.strictObject({ meetingId: optionalId, state: resolutionStates.schema.optional(), ...page }),
    response: z.strictObject({ resolutions: z.array(resolutionSchema), nextPageToken }),
    handle: async ({ query: { state, ...rest } }, { clients, options }) => {
      const found = await clients.meetings.listResolutions({ ...rest, state: resolutionStates.toWireOrNone(state) }, options);
      return { body: { resolutions: found.resolutions.map(resolutionToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/resolutions/{id}',
    name: 'getResolution',
    summary: '一项决议',
    tag: 'party',
    calls: 'organization.v1.MeetingService/GetResolution',
    params: byId,
    response: resolutionSchema,
    handle: async ({ params }, { clients, options }) => answerResolution(await clients.meetings.getResolution({ resolutionId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/resolutions/{id}:deliver',
    name: 'deliverResolution',
    summary: '决议办结，附证明',
    tag: 'party',
    calls: 'organization.v1.MeetingService/DeliverResolution',
    changes: true,
    params: byId,
    body: z.strictObject({ proof: text(1_000) }),
    response: resolutionSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerResolution(await clients.meetings.deliverResolution({ resolutionId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/resolutions/{id}:withdraw',
    name: 'withdrawResolution',
    summary: '撤回未办结的决议',
    tag: 'party',
    calls: 'organization.v1.MeetingService/WithdrawResolution',
    changes: true,
    params: byId,
    body: z.strictObject({ reasonCode: code.meta({ description: '事由代码' }) }),
    response: resolutionSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerResolution(await clients.meetings.withdrawResolution({ resolutionId: params.id, version, ...body }, options)),
  }),
];

export const meetingRoutes: readonly ApiRoute[] = [...meetings, ...resolutions];
