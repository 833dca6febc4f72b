import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { publicPage, publicRoute, type PublicRoute } from '../routing/public-route';
import { id, nextPageToken, page } from '../wire/fields';
import { entryToJson, fundEntrySchema, states } from './routes';

const publicFundShape = {
  id: z.string(),
  unitNameZh: z.string(),
  titleZh: z.string(),
  state: states.schema.optional(),
  raisedFen: z.int(),
  spentFen: z.int(),
  balanceFen: z.int().meta({ description: '结余，单位：分' }),
  entries: z.array(fundEntrySchema).meta({ description: '列表中没有' }),
};
const publicFundSchema = z.strictObject(publicFundShape).meta({ id: 'PublicFundRaise' });
const publicAccountsSchema = z.strictObject({ ...publicFundShape, nextPageToken }).meta({ id: 'PublicFundAccounts' });

function toJson({ state, entries, ...rest }: organization.PublicFundRaise): z.input<typeof publicFundSchema> {
  return { ...rest, state: states.fromWire(state), entries: entries.map(entryToJson) };
}

export const publicFundRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/fund-raises',
    name: 'listPublicFundRaises',
    summary: '居民自愿筹资与结余',
    calls: 'organization.v1.FundService/ListPublicFundRaises',
    query: z.strictObject(publicPage),
    response: z.strictObject({ fundRaises: z.array(publicFundSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const { fundRaises, nextPageToken: next } = await clients.funds.listPublicFundRaises(query, options);
      return { fundRaises: fundRaises.map(toJson), nextPageToken: next };
    },
  }),
  publicRoute({
    path: '/fund-raises/{id}',
    name: 'getPublicFundRaise',
    summary: '一次筹资的账目，逐页',
    calls: 'organization.v1.FundService/GetPublicFundRaise',
    params: { id },
    query: z.strictObject(page),
    response: publicAccountsSchema,
    handle: async ({ params, query }, { clients, options }) => {
      const { fundRaise, nextPageToken: next } = await clients.funds.getPublicFundRaise({ fundRaiseId: params.id, ...query }, options);
      if (fundRaise === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return { ...toJson(fundRaise), nextPageToken: next };
    },
  }),
];
