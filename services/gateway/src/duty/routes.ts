import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { dateOf, day, id, instant, nextPageToken, optionalDay, optionalId, page, queryCount } from '../wire/fields';
import { dutyKinds, dutyParts, gapSchema, gapToJson, onCallSchema, rosterSchema, rosterToJson, slotSchema, slotToJson } from './json';

const onId = z.strictObject({ id });
const kinds = z.array(dutyKinds.schema).max(4);

function answerRoster({ roster }: { roster: organization.DutyRoster | undefined }): Answer<z.input<typeof rosterSchema>> {
  if (roster === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: rosterToJson(roster), version: roster.version };
}

function slotOf(slot: organization.DutySlot | undefined): organization.DutySlot {
  if (slot === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return slot;
}

function answerSlot(answer: { slot: organization.DutySlot | undefined }): Answer<z.input<typeof slotSchema>> {
  const slot = slotOf(answer.slot);
  return { body: slotToJson(slot), version: slot.version };
}

const rosters: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/duty-rosters',
    name: 'listDutyRosters',
    summary: '排班的单位',
    tag: 'duty',
    calls: 'organization.v1.DutyService/ListDutyRosters',
    query: z.strictObject(page),
    response: z.strictObject({ rosters: z.array(rosterSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.duty.listDutyRosters(query, options);
      return { body: { rosters: found.rosters.map(rosterToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/duty-rosters',
    name: 'openDutyRoster',
    summary: '单位开始排班：缺岗会提前告知',
    tag: 'duty',
    calls: 'organization.v1.DutyService/OpenDutyRoster',
    creates: true,
    body: z.strictObject({ unitId: id, kinds: kinds.min(1) }),
    response: rosterSchema,
    handle: async ({ body: { unitId, kinds: kept }, requestId }, { clients, options }) =>
      answerRoster(await clients.duty.openDutyRoster({ requestId, unitId, kinds: kept.map(dutyKinds.toWire) }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/duty-rosters/{id}:change',
    name: 'changeDutyRoster',
    summary: '改变须有人值班的时段；都不要则不再排班',
    tag: 'duty',
    calls: 'organization.v1.DutyService/ChangeDutyRoster',
    changes: true,
    params: onId,
    body: z.strictObject({ kinds }),
    response: rosterSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerRoster(await clients.duty.changeDutyRoster({ rosterId: params.id, version, kinds: body.kinds.map(dutyKinds.toWire) }, options)),
  }),
];

const reads: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/duty-slots',
    name: 'getDutyPlan',
    summary: '值班表：一个单位的，按日期；缺省为今天起七天，至多 92 天',
    tag: 'duty',
    calls: 'organization.v1.DutyService/GetDutyPlan',
    query: z.strictObject({ unitId: id, fromDay: optionalDay, toDay: optionalDay }),
    response: z.strictObject({ slots: z.array(slotSchema) }),
    handle: async ({ query }, { clients, options }) => ({ body: { slots: (await clients.duty.getDutyPlan(query, options)).slots.map(slotToJson) } }),
  }),
  route({
    method: 'get',
    path: '/v1/duty-slots:onCall',
    name: 'getDuty',
    summary: '此时谁在值班：A 岗不在则为 B 岗',
    tag: 'duty',
    calls: 'organization.v1.DutyService/GetDuty',
    query: z.strictObject({ unitId: id, at: instant.optional().meta({ description: '缺省为现在' }) }),
    response: z.strictObject({ onCall: z.array(onCallSchema) }),
    handle: async ({ query: { unitId, at } }, { clients, options }) => {
      const { onCall } = await clients.duty.getDuty({ unitId, at: dateOf(at) }, options);
      return { body: { onCall: onCall.map(({ slot, actingId, standIn }) => ({ slot: slotToJson(slotOf(slot)), standIn, ...(actingId === '' ? {} : { actingId }) })) } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/duty-gaps',
    name: 'getDutyGaps',
    summary: '缺岗：今后若干天中没有 A 岗或 B 岗的时段',
    tag: 'duty',
    calls: 'organization.v1.DutyService/GetDutyGaps',
    query: z.strictObject({ unitId: id, days: queryCount(92).meta({ description: '向前看的天数，今天在内；缺省按规则' }) }),
    response: z.strictObject({ gaps: z.array(gapSchema) }),
    handle: async ({ query }, { clients, options }) => ({ body: { gaps: (await clients.duty.getDutyGaps(query, options)).gaps.map(gapToJson) } }),
  }),
];

const changes: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/duty-slots',
    name: 'planDuty',
    summary: '排班：一段日期，各组轮流；全部排上或全部不排',
    tag: 'duty',
    calls: 'organization.v1.DutyService/PlanDuty',
    creates: true,
    body: z.strictObject({ unitId: id, fromDay: optionalDay, toDay: day, kinds: kinds.min(1), pairs: z.array(z.strictObject({ aId: id, bId: id })).min(1).max(60) }),
    response: z.strictObject({ slots: z.array(slotSchema) }),
    handle: async ({ body: { kinds: planned, ...rest }, requestId }, { clients, options }) => {
      const { slots } = await clients.duty.planDuty({ ...rest, requestId, kinds: planned.map(dutyKinds.toWire) }, options);
      return { body: { slots: slots.map(slotToJson) } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/duty-slots/{id}:reassign',
    name: 'reassignDuty',
    summary: '换人；不填的不变',
    tag: 'duty',
    calls: 'organization.v1.DutyService/ReassignDuty',
    changes: true,
    params: onId,
    body: z.strictObject({ aId: optionalId, bId: optionalId }),
    response: slotSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerSlot(await clients.duty.reassignDuty({ slotId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/duty-slots/{id}:swap',
    name: 'swapDuty',
    summary: '两人对调',
    tag: 'duty',
    calls: 'organization.v1.DutyService/SwapDuty',
    changes: true,
    params: onId,
    body: z.strictObject({ part: dutyParts.schema, otherSlotId: id, otherVersion: z.int().min(1), otherPart: dutyParts.schema }),
    response: z.strictObject({ slot: slotSchema, other: slotSchema }),
    handle: async ({ params, body, version }, { clients, options }) => {
      const swap = { ...body, part: dutyParts.toWire(body.part), otherPart: dutyParts.toWire(body.otherPart) };
      const { slot, other } = await clients.duty.swapDuty({ slotId: params.id, version, ...swap }, options);
      return { body: { slot: slotToJson(slotOf(slot)), other: slotToJson(slotOf(other)) }, version: slotOf(slot).version };
    },
  }),
  route({
    method: 'post',
    path: '/v1/duty-slots/{id}:cancel',
    name: 'cancelDuty',
    summary: '取消一次值班',
    tag: 'duty',
    calls: 'organization.v1.DutyService/CancelDuty',
    changes: true,
    params: onId,
    body: z.strictObject({}),
    response: slotSchema,
    handle: async ({ params, version }, { clients, options }) => answerSlot(await clients.duty.cancelDuty({ slotId: params.id, version }, options)),
  }),
];

export const dutyRoutes: readonly ApiRoute[] = [...rosters, ...reads, ...changes];
