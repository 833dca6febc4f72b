import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { code, given, id, nextPageToken, optionalDay, optionalId, optionalText, page, someOf, text, workPhone } from '../wire/fields';
import { words } from '../wire/words';

const kinds = words('MEMBER_UNIT_KIND', organization.MemberUnitKind, ['government', 'institution', 'enterprise', 'social_organisation', 'property_company', 'community']);
const onMemberUnit = z.strictObject({ id });

const memberUnitSchema = z
  .strictObject({
    id: z.string(),
    code: z.string(),
    nameZh: z.string(),
    kind: kinds.schema.optional(),
    unitId: z.string().meta({ description: '所属街道或社区' }),
    unitPath: z.string(),
    contactName: z.string().optional().meta({ description: '单位联络人' }),
    contactPhone: z.string().optional(),
    joinedOn: z.string(),
    leftOn: z.string().optional().meta({ description: '不含当日；缺省表示仍在' }),
    version: z.int(),
  })
  .meta({ id: 'MemberUnit' });

type MemberUnitJson = z.input<typeof memberUnitSchema>;

function memberUnitToJson(memberUnit: organization.MemberUnit): MemberUnitJson {
  const { kind, contactName, contactPhone, leftOn, ...rest } = memberUnit;
  return { ...rest, kind: kinds.fromWire(kind), contactName: given(contactName), contactPhone: given(contactPhone), leftOn: given(leftOn) };
}

function answerMemberUnit({ memberUnit }: { memberUnit: organization.MemberUnit | undefined }): Answer<MemberUnitJson> {
  if (memberUnit === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: memberUnitToJson(memberUnit), version: memberUnit.version, location: `/v1/member-units/${memberUnit.id}` };
}

export const memberUnitRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/member-units',
    name: 'listMemberUnits',
    summary: '成员单位列表',
    tag: 'party',
    calls: 'organization.v1.MemberUnitService/ListMemberUnits',
    query: z.strictObject({
      underUnitId: optionalId.meta({ description: '该单位及以下' }),
      asOf: optionalDay.meta({ description: '该日在册的；缺省为今天' }),
      ...page,
    }),
    response: z.strictObject({ memberUnits: z.array(memberUnitSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.memberUnits.listMemberUnits(query, options);
      return { body: { memberUnits: found.memberUnits.map(memberUnitToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/member-units',
    name: 'joinMemberUnit',
    summary: '成员单位加入',
    tag: 'party',
    calls: 'organization.v1.MemberUnitService/JoinMemberUnit',
    creates: true,
    body: z.strictObject({ code, nameZh: text(100), kind: kinds.schema, unitId: id, contactName: optionalText(60), contactPhone: workPhone, joinedOn: optionalDay.meta({ description: '缺省为今天' }) }),
    response: memberUnitSchema,
    handle: async ({ body: { kind, ...rest }, requestId }, { clients, options }) =>
      answerMemberUnit(await clients.memberUnits.joinMemberUnit({ ...rest, kind: kinds.toWire(kind), requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/member-units/{id}',
    name: 'getMemberUnit',
    summary: '一个成员单位',
    tag: 'party',
    calls: 'organization.v1.MemberUnitService/GetMemberUnit',
    params: onMemberUnit,
    response: memberUnitSchema,
    handle: async ({ params }, { clients, options }) => answerMemberUnit(await clients.memberUnits.getMemberUnit({ memberUnitId: params.id }, options)),
  }),
  route({
    method: 'patch',
    path: '/v1/member-units/{id}',
    name: 'updateMemberUnit',
    summary: '更改成员单位的名称、联络人',
    tag: 'party',
    calls: 'organization.v1.MemberUnitService/UpdateMemberUnit',
    changes: true,
    params: onMemberUnit,
    body: someOf({ nameZh: text(100).optional(), contactName: text(60).optional(), contactPhone: workPhone.optional() }),
    response: memberUnitSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerMemberUnit(await clients.memberUnits.updateMemberUnit({ memberUnitId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/member-units/{id}:leave',
    name: 'leaveMemberUnit',
    summary: '成员单位退出（须已无席位、无未完成的决议和共建项目；提供的资源随之撤回，双报到随之结束）',
    tag: 'party',
    calls: 'organization.v1.MemberUnitService/LeaveMemberUnit',
    changes: true,
    params: onMemberUnit,
    body: z.strictObject({ leftOn: optionalDay.meta({ description: '自该日起不在；缺省为今天' }) }),
    response: memberUnitSchema,
    handle: async ({ params, body, version }, { clients, options }) =>
      answerMemberUnit(await clients.memberUnits.leaveMemberUnit({ memberUnitId: params.id, version, ...body }, options)),
  }),
];
