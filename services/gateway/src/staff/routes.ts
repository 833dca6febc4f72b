import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute, type Call } from '../routing/route';
import { code, dateOf, given, id, instant, nextPageToken, optionalDay, optionalId, optionalText, page, someOf, text, time, timeOf, workPhone } from '../wire/fields';
import { words } from '../wire/words';

const leads = words('POST_LEAD', organization.PostLead, ['head', 'deputy']);
const onStaff = z.strictObject({ id });

const postSchema = z.strictObject({
  id: z.string(),
  unitId: z.string(),
  unitPath: z.string(),
  titleZh: z.string(),
  primary: z.boolean(),
  lead: leads.schema.optional().meta({ description: '单位负责人（正职或副职）；缺省为普通岗位' }),
  validFrom: z.string(),
  validTo: z.string().optional(),
});

const absenceSchema = z.strictObject({
  id: z.string(),
  from: time.optional(),
  until: time.optional().meta({ description: '不含；缺省为返岗时止' }),
  standInId: z.string().optional().meta({ description: '指定的代班人，先于 AB 岗' }),
});

export const staffSchema = z
  .strictObject({
    id: z.string(),
    code: z.string(),
    name: z.string(),
    workPhone: z.string().optional(),
    active: z.boolean(),
    posts: z.array(postSchema),
    partnerId: z.string().optional().meta({ description: 'AB 岗的另一位' }),
    absences: z.array(absenceSchema).meta({ description: '当前和以后的离岗，按时间先后' }),
    version: z.int(),
  })
  .meta({ id: 'Staff' });

type StaffJson = z.input<typeof staffSchema>;

function staffToJson(staff: organization.Staff): StaffJson {
  const { posts, workPhone, partnerId, absences, ...rest } = staff;
  return {
    ...rest,
    workPhone: given(workPhone),
    partnerId: given(partnerId),
    absences: absences.map(({ id, from, until, standInId }) => ({ id, from: timeOf(from), until: timeOf(until), standInId: given(standInId) })),
    posts: posts.map(({ staffId: _staffId, validTo, lead, ...post }) => ({ ...post, lead: leads.fromWire(lead), validTo: given(validTo) })),
  };
}

type StaffAnswer = { staff: organization.Staff | undefined };

function answerStaff({ staff }: StaffAnswer): Answer<StaffJson> {
  if (staff === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: staffToJson(staff), version: staff.version, location: `/v1/staff/${staff.id}` };
}

interface Change<B extends z.ZodType> {
  readonly path: string;
  readonly name: string;
  readonly rpc: string;
  readonly summary: string;
  readonly body: B;
  readonly act: (at: { staffId: string; version: number }, body: z.output<B>, call: Call) => Promise<StaffAnswer>;
}

/** A change of a member of staff, which answers with them as they then are. */
function change<B extends z.ZodType>({ rpc, body, act, ...rest }: Change<B>): ApiRoute {
  return route({
    ...rest,
    method: 'post',
    tag: 'staff',
    calls: `organization.v1.StaffService/${rpc}`,
    changes: true,
    params: onStaff,
    body,
    response: staffSchema,
    handle: async (input, call) => answerStaff(await act({ staffId: input.params.id, version: input.version }, input.body, call)),
  });
}

const reads: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/staff',
    name: 'listStaff',
    summary: '工作人员列表',
    tag: 'staff',
    calls: 'organization.v1.StaffService/ListStaff',
    query: z.strictObject({
      underUnitId: optionalId.meta({ description: '在该单位及以下有岗位的人' }),
      asOf: optionalDay.meta({ description: '该日在岗的人及其当日岗位，将来的日期按已计划的；不含电话、搭档与请假；缺省为现有人员及其全部岗位' }),
      ...page,
    }),
    response: z.strictObject({ staff: z.array(staffSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.staff.listStaff(query, options);
      return { body: { staff: found.staff.map(staffToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/staff',
    name: 'createStaff',
    summary: '新建工作人员',
    tag: 'staff',
    calls: 'organization.v1.StaffService/CreateStaff',
    creates: true,
    body: z.strictObject({
      code,
      name: text(60),
      workPhone,
      identityIssuer: optionalText(300).meta({ description: '统一身份认证的 issuer' }),
      identitySubject: optionalText(255),
    }),
    response: staffSchema,
    handle: async ({ body, requestId }, { clients, options }) => answerStaff(await clients.staff.createStaff({ ...body, requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/staff/{id}',
    name: 'getStaff',
    summary: '一位工作人员',
    tag: 'staff',
    calls: 'organization.v1.StaffService/GetStaff',
    params: onStaff,
    response: staffSchema,
    handle: async ({ params }, { clients, options }) => answerStaff(await clients.staff.getStaff({ staffId: params.id }, options)),
  }),
];

const changes: readonly ApiRoute[] = [
  route({
    method: 'patch',
    path: '/v1/staff/{id}',
    name: 'updateStaff',
    summary: '更正姓名、办公电话、登录身份；持有角色的，登录身份不得更改',
    tag: 'staff',
    calls: 'organization.v1.StaffService/UpdateStaff',
    changes: true,
    params: onStaff,
    body: someOf({
      name: text(60).optional(),
      workPhone: workPhone.optional(),
      identityIssuer: optionalText(300).optional().meta({ description: '与 identitySubject 一并给出；都为空表示不再登录' }),
      identitySubject: optionalText(255).optional(),
    }),
    response: staffSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerStaff(await clients.staff.updateStaff({ staffId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/staff/{id}/posts',
    name: 'assignPost',
    summary: '任岗',
    tag: 'staff',
    calls: 'organization.v1.StaffService/AssignPost',
    creates: true,
    changes: true,
    params: onStaff,
    body: z.strictObject({ unitId: id, titleZh: text(60), primary: z.boolean().default(false), lead: leads.schema.optional(), validFrom: optionalDay }),
    response: staffSchema,
    handle: async ({ params, body: { lead, ...body }, version, requestId }, { clients, options }) =>
      answerStaff(await clients.staff.assignPost({ staffId: params.id, version, requestId, ...body, lead: leads.toWireOrNone(lead) }, options)),
  }),
  change({
    path: '/v1/staff/{id}:endPost',
    name: 'endPost',
    rpc: 'EndPost',
    summary: '离岗',
    body: z.strictObject({ postId: id, validTo: optionalDay }),
    act: (at, body, { clients, options }) => clients.staff.endPost({ ...at, ...body }, options),
  }),
  change({
    path: '/v1/staff/{id}:setPartner',
    name: 'setPartner',
    rpc: 'SetPartner',
    summary: '设定 AB 岗；不填则解除',
    body: z.strictObject({ partnerId: optionalId }),
    act: (at, body, { clients, options }) => clients.staff.setPartner({ ...at, ...body }, options),
  }),
  change({
    path: '/v1/staff/{id}:startAbsence',
    name: 'startAbsence',
    rpc: 'StartAbsence',
    summary: '登记离岗（请假、外出），事项由指定的代班人或 B 角接手；可提前登记',
    body: z.strictObject({ from: instant.optional(), until: instant.optional(), standInId: optionalId }),
    act: (at, { from, until, standInId }, { clients, options }) => clients.staff.startAbsence({ ...at, from: dateOf(from), until: dateOf(until), standInId }, options),
  }),
  change({
    path: '/v1/staff/{id}:endAbsence',
    name: 'endAbsence',
    rpc: 'EndAbsence',
    summary: '返岗；写明以后的一次则取消登记',
    body: z.strictObject({ absenceId: optionalId }),
    act: (at, body, { clients, options }) => clients.staff.endAbsence({ ...at, ...body }, options),
  }),
  change({
    path: '/v1/staff/{id}:deactivate',
    name: 'deactivateStaff',
    rpc: 'DeactivateStaff',
    summary: '停用',
    body: z.strictObject({}),
    act: (at, _body, { clients, options }) => clients.staff.deactivateStaff(at, options),
  }),
];

export const staffRoutes: readonly ApiRoute[] = [...reads, ...changes];
