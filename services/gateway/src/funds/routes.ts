import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { given, id, nextPageToken, optionalDay, optionalText, page, text, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

export const states = words('FUND_STATE', organization.FundState, ['open', 'closed']);
const entryKinds = words('FUND_ENTRY_KIND', organization.FundEntryKind, ['income', 'expense', 'returned']);
const fen = z.int().meta({ description: '单位：分' });

export const fundEntrySchema = z
  .strictObject({
    number: z.int(),
    kind: entryKinds.schema.optional(),
    onDay: z.string(),
    amountFen: fen,
    givers: z.int().optional().meta({ description: '捐助人数；不记姓名；公开账目中不足五人的不显示' }),
    purposeZh: z.string().optional().meta({ description: '支出或退还的用途' }),
    wordsWithdrawn: z.boolean().meta({ description: '用途因涉及个人信息已撤下' }),
  })
  .meta({ id: 'FundEntry' });

const fundShape = {
  id: z.string(),
  unitId: z.string(),
  decisionId: z.string(),
  titleZh: z.string(),
  state: states.schema.optional(),
  raisedFen: fen,
  spentFen: fen,
  balanceFen: fen,
  entries: z.array(fundEntrySchema).meta({ description: '最近的账目；列表中没有' }),
  threadId: z.string(),
  createdAt: time.optional(),
  updatedAt: time.optional(),
  version: z.int(),
};
const fundSchema = z.strictObject(fundShape).meta({ id: 'FundRaise' });
const accountsSchema = z.strictObject({ ...fundShape, nextPageToken }).meta({ id: 'FundAccounts' });

type FundJson = z.input<typeof fundSchema>;

export function entryToJson({ kind, purposeZh, ...rest }: organization.FundEntry): z.input<typeof fundEntrySchema> {
  return { ...rest, kind: entryKinds.fromWire(kind), purposeZh: given(purposeZh) };
}

function toJson({ unitPath: _inside, state, entries, createdAt, updatedAt, ...rest }: organization.FundRaise): FundJson {
  return { ...rest, state: states.fromWire(state), entries: entries.map(entryToJson), createdAt: timeOf(createdAt), updatedAt: timeOf(updatedAt) };
}

function answer({ fundRaise }: { fundRaise: organization.FundRaise | undefined }): Answer<FundJson> {
  if (fundRaise === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: toJson(fundRaise), version: fundRaise.version, location: `/v1/fund-raises/${fundRaise.id}` };
}

const about = { tag: 'decisions', response: fundSchema } as const;
const onFund = z.strictObject({ id });

export const fundRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/fund-raises',
    name: 'listFundRaises',
    summary: '居民筹资列表',
    tag: 'decisions',
    calls: 'organization.v1.FundService/ListFundRaises',
    query: z.strictObject({ state: states.schema.optional(), ...page }),
    response: z.strictObject({ fundRaises: z.array(fundSchema), nextPageToken }),
    handle: async ({ query: { state, ...rest } }, { clients, options }) => {
      const found = await clients.funds.listFundRaises({ ...rest, state: states.toWireOrNone(state) }, options);
      return { body: { fundRaises: found.fundRaises.map(toJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    ...about,
    method: 'post',
    path: '/v1/fund-raises',
    name: 'openFundRaise',
    summary: '经决议开始自愿筹资',
    calls: 'organization.v1.FundService/OpenFundRaise',
    creates: true,
    body: z.strictObject({ unitId: id, decisionId: id, titleZh: text(100) }),
    handle: async ({ body, requestId }, { clients, options }) => answer(await clients.funds.openFundRaise({ ...body, requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/fund-raises/{id}',
    name: 'getFundRaise',
    summary: '一次筹资及其账目，逐页',
    tag: 'decisions',
    calls: 'organization.v1.FundService/GetFundRaise',
    params: onFund,
    query: z.strictObject(page),
    response: accountsSchema,
    handle: async ({ params, query }, { clients, options }) => {
      const found = await clients.funds.getFundRaise({ fundRaiseId: params.id, ...query }, options);
      const fund = answer(found);
      return { ...fund, body: { ...fund.body, nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    ...about,
    method: 'post',
    path: '/v1/fund-raises/{id}:recordEntry',
    name: 'recordFundEntry',
    summary: '记一笔账；收入只记人数，不记姓名',
    calls: 'organization.v1.FundService/RecordFundEntry',
    changes: true,
    params: onFund,
    body: z.strictObject({
      kind: entryKinds.schema,
      onDay: optionalDay.meta({ description: '缺省为今天' }),
      amountFen: z.int().min(1).max(1_000_000_000_000).meta({ description: '单位：分' }),
      givers: z.int().min(0).max(1_000_000),
      purposeZh: optionalText(200),
    }),
    handle: async ({ params, body: { kind, ...rest }, version }, { clients, options }) =>
      answer(await clients.funds.recordFundEntry({ fundRaiseId: params.id, version, kind: entryKinds.toWire(kind), ...rest }, options)),
  }),
  route({
    ...about,
    method: 'post',
    path: '/v1/fund-raises/{id}:close',
    name: 'closeFundRaise',
    summary: '结清账目（须无结余）',
    calls: 'organization.v1.FundService/CloseFundRaise',
    changes: true,
    params: onFund,
    handle: async ({ params, version }, { clients, options }) => answer(await clients.funds.closeFundRaise({ fundRaiseId: params.id, version }, options)),
  }),
  route({
    ...about,
    method: 'post',
    path: '/v1/fund-raises/{id}:withdrawWords',
    name: 'withdrawFundWords',
    summary: '一笔账目的用途涉及个人信息，撤下文字；日期和金额保留',
    calls: 'organization.v1.FundService/WithdrawFundWords',
    changes: true,
    params: onFund,
    body: z.strictObject({ number: z.int().min(1).max(1_000_000) }),
    handle: async ({ params, body, version }, { clients, options }) => answer(await clients.funds.withdrawFundWords({ fundRaiseId: params.id, version, ...body }, options)),
  }),
];
