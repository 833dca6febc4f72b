import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute, type Call } from '../routing/route';
import { code, given, id, nextPageToken, optionalDay, page, queryYear, someOf, text, year } from '../wire/fields';
import { words } from '../wire/words';

const kinds = words('COMMITTEE_KIND', organization.CommitteeKind, ['regional', 'community_joint']);
const onCommittee = z.strictObject({ id });
const memberUnitIds = z.array(id).min(1).max(100);

const committeeSchema = z
  .strictObject({
    id: z.string(),
    kind: kinds.schema.optional(),
    unitId: z.string(),
    unitPath: z.string(),
    nameZh: z.string(),
    size: z.int().meta({ description: '席位数' }),
    seats: z.array(z.strictObject({ id: z.string(), memberUnitId: z.string(), validFrom: z.string(), validTo: z.string().optional() })),
    endedOn: z.string().optional().meta({ description: '撤销或随所属单位撤并而终止的日期' }),
    owedMeeting: z.strictObject({ from: z.string(), until: z.string(), citation: z.string() }).optional().meta({ description: '本期应开的会议及其依据' }),
    version: z.int(),
  })
  .meta({ id: 'Committee' });

type CommitteeJson = z.input<typeof committeeSchema>;

function committeeToJson(committee: organization.Committee): CommitteeJson {
  const { kind, seats, owedFrom, owedUntil, owedCitation, endedOn, ...rest } = committee;
  const owedMeeting = owedUntil === '' ? undefined : { from: owedFrom, until: owedUntil, citation: owedCitation };
  return { ...rest, kind: kinds.fromWire(kind), endedOn: given(endedOn), seats: seats.map(({ validTo, ...seat }) => ({ ...seat, validTo: given(validTo) })), owedMeeting };
}

function answerCommittee({ committee }: { committee: organization.Committee | undefined }): Answer<CommitteeJson> {
  if (committee === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: committeeToJson(committee), version: committee.version, location: `/v1/committees/${committee.id}` };
}

const rotationSchema = z
  .strictObject({
    years: z.array(
      z.strictObject({
        year: z.int(),
        hostId: z.string(),
        plannedHostId: z.string().meta({ description: '按轮值顺序应当主办的单位' }),
        handedOverOn: z.string().optional().meta({ description: '交接日期；此后不再变动' }),
      }),
    ),
    swaps: z.array(
      z.strictObject({ year: z.int(), otherYear: z.int(), memberUnitId: z.string(), otherMemberUnitId: z.string(), reasonCode: z.string(), decidedOn: z.string() }),
    ),
  })
  .meta({ id: 'Rotation' });

interface Change<B extends z.ZodType> {
  readonly rpc: string;
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly body: B;
  readonly act: (at: { committeeId: string; version: number }, body: z.output<B>, call: Call) => Promise<{ committee: organization.Committee | undefined }>;
}

/** A change of a committee, which answers with it as it then is. */
function change<B extends z.ZodType>({ rpc, body, act, ...rest }: Change<B>): ApiRoute {
  return route({
    ...rest,
    method: 'post',
    tag: 'party',
    calls: `organization.v1.CommitteeService/${rpc}`,
    changes: true,
    params: onCommittee,
    body,
    response: committeeSchema,
    handle: async (input, call) => answerCommittee(await act({ committeeId: input.params.id, version: input.version }, input.body, call)),
  });
}

const committees: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/committees',
    name: 'listCommittees',
    summary: '区域党委、社区联合党委列表（不含席位）',
    tag: 'party',
    calls: 'organization.v1.CommitteeService/ListCommittees',
    query: z.strictObject({ kind: kinds.schema.optional(), asOf: optionalDay.meta({ description: '该日存续的；缺省为全部，含已终止的' }), ...page }),
    response: z.strictObject({ committees: z.array(committeeSchema), nextPageToken }),
    handle: async ({ query: { kind, ...rest } }, { clients, options }) => {
      const found = await clients.committees.listCommittees({ ...rest, kind: kinds.toWireOrNone(kind) }, options);
      return { body: { committees: found.committees.map(committeeToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/committees',
    name: 'foundCommittee',
    summary: '成立区域党委（设在街道）或社区联合党委（设在社区）',
    tag: 'party',
    calls: 'organization.v1.CommitteeService/FoundCommittee',
    creates: true,
    body: z.strictObject({ kind: kinds.schema, unitId: id, nameZh: text(100), size: z.int().min(1).max(200) }),
    response: committeeSchema,
    handle: async ({ body: { kind, ...rest }, requestId }, { clients, options }) =>
      answerCommittee(await clients.committees.foundCommittee({ ...rest, kind: kinds.toWire(kind), requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/committees/{id}',
    name: 'getCommittee',
    summary: '一个联合党委及其席位',
    tag: 'party',
    calls: 'organization.v1.CommitteeService/GetCommittee',
    params: onCommittee,
    query: z.strictObject({ asOf: optionalDay.meta({ description: '该日的席位；缺省为今天' }) }),
    response: committeeSchema,
    handle: async ({ params, query }, { clients, options }) => answerCommittee(await clients.committees.getCommittee({ committeeId: params.id, ...query }, options)),
  }),
  route({
    method: 'patch',
    path: '/v1/committees/{id}',
    name: 'updateCommittee',
    summary: '更改联合党委的名称、席位数（不少于今天起已就任的席位）',
    tag: 'party',
    calls: 'organization.v1.CommitteeService/UpdateCommittee',
    changes: true,
    params: onCommittee,
    body: someOf({ nameZh: text(100).optional(), size: z.int().min(1).max(200).optional() }),
    response: committeeSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerCommittee(await clients.committees.updateCommittee({ committeeId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/committees/{id}/rotation',
    name: 'getRotation',
    summary: '轮值表：每年的主办单位与互换记录',
    tag: 'party',
    calls: 'organization.v1.CommitteeService/GetRotation',
    params: onCommittee,
    query: z.strictObject({ fromYear: queryYear, toYear: queryYear }),
    response: rotationSchema,
    handle: async ({ params, query }, { clients, options }) => {
      const { years, swaps } = await clients.committees.getRotation({ committeeId: params.id, ...query }, options);
      return { body: { years: years.map(({ handedOverOn, ...one }) => ({ ...one, handedOverOn: given(handedOverOn) })), swaps } };
    },
  }),
];

const changes: readonly ApiRoute[] = [
  change({
    rpc: 'DissolveCommittee',
    path: '/v1/committees/{id}:dissolve',
    name: 'dissolveCommittee',
    summary: '撤销：席位到期，未开的会议取消',
    body: z.strictObject({ reasonCode: code.meta({ description: '事由代码' }) }),
    act: (at, body, { clients, options }) => clients.committees.dissolveCommittee({ ...at, ...body }, options),
  }),
  change({
    rpc: 'TakeSeats',
    path: '/v1/committees/{id}:takeSeats',
    name: 'takeSeats',
    summary: '成员单位就任席位',
    body: z.strictObject({ memberUnitIds, validFrom: optionalDay.meta({ description: '缺省为今天' }) }),
    act: (at, body, { clients, options }) => clients.committees.takeSeats({ ...at, ...body }, options),
  }),
  change({
    rpc: 'EndSeat',
    path: '/v1/committees/{id}:endSeat',
    name: 'endSeat',
    summary: '席位到期',
    body: z.strictObject({ seatId: id, validTo: optionalDay.meta({ description: '自该日起无效；缺省为今天' }) }),
    act: (at, body, { clients, options }) => clients.committees.endSeat({ ...at, ...body }, options),
  }),
  change({
    rpc: 'SetRotation',
    path: '/v1/committees/{id}:setRotation',
    name: 'setRotation',
    summary: '定轮值顺序：自起始年（至迟下一年）起依次主办，周而复始；尚未开始的轮值顺序由新的代替',
    body: z.strictObject({ baseYear: year, memberUnitIds }),
    act: (at, body, { clients, options }) => clients.committees.setRotation({ ...at, ...body }, options),
  }),
  change({
    rpc: 'SwapHosts',
    path: '/v1/committees/{id}:swapHosts',
    name: 'swapHosts',
    summary: '两个年份的主办单位互换',
    body: z.strictObject({ year, otherYear: year, reasonCode: code.meta({ description: '事由代码' }), decidedOn: optionalDay.meta({ description: '缺省为今天' }) }),
    act: (at, body, { clients, options }) => clients.committees.swapHosts({ ...at, ...body }, options),
  }),
  change({
    rpc: 'HandOverRotation',
    path: '/v1/committees/{id}:handOver',
    name: 'handOverRotation',
    summary: '轮值交接（本年或下一年）',
    body: z.strictObject({ year }),
    act: (at, body, { clients, options }) => clients.committees.handOverRotation({ ...at, ...body }, options),
  }),
];

export const committeeRoutes: readonly ApiRoute[] = [...committees, ...changes];
