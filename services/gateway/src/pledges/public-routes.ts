import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { publicPage, publicRoute, type PublicRoute } from '../routing/public-route';
import { given, id, nextPageToken, queryYear } from '../wire/fields';
import { progressSchema, progressToJson, statementSchema, statementToJson, states } from './schemas';

const publicProjectSchema = z
  .strictObject({
    id: z.string(),
    code: z.string(),
    year: z.int(),
    unitNameZh: z.string(),
    titleZh: z.string(),
    descriptionZh: z.string().optional(),
    state: states.schema.optional(),
    dueDay: z.string(),
    firstDueDay: z.string().meta({ description: '最初承诺的日期' }),
    ownerUnitNameZh: z.string(),
    postTitleZh: z.string().meta({ description: '责任岗位' }),
    budgetFen: z.int().meta({ description: '单位：分' }),
    overdue: z.boolean(),
    completedOn: z.string().optional(),
    progress: z.array(progressSchema).meta({ description: '列表中只有最近一个月' }),
    statements: z.array(statementSchema),
    examiners: z.int().optional().meta({ description: '参加评议的居民人数；不足五人的不公布' }),
    averageScore: z.int().optional().meta({ description: '平均分，单位：百分之一分；人数过少时不公布' }),
  })
  .meta({ id: 'PublicPledgeProject' });

function toJson({ descriptionZh, state, completedOn, progress, statements, examiners, averageScore, ...rest }: organization.PublicPledgeProject): z.input<typeof publicProjectSchema> {
  return {
    ...rest,
    descriptionZh: given(descriptionZh),
    state: states.fromWire(state),
    completedOn: given(completedOn),
    progress: progress.map(progressToJson),
    statements: statements.map(statementToJson),
    ...(examiners > 0 && { examiners }),
    ...(averageScore > 0 && { averageScore }),
  };
}

export const publicPledgeRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/pledge-projects',
    name: 'listPublicPledgeProjects',
    summary: '一年的惠民实事：承诺、进展与说明',
    calls: 'organization.v1.PledgeProjectService/ListPublicPledgeProjects',
    query: z.strictObject({ year: queryYear, ...publicPage }),
    response: z.strictObject({ projects: z.array(publicProjectSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const { projects, nextPageToken: next } = await clients.pledgeProjects.listPublicPledgeProjects(query, options);
      return { projects: projects.map(toJson), nextPageToken: next };
    },
  }),
  publicRoute({
    path: '/pledge-projects/{id}',
    name: 'getPublicPledgeProject',
    summary: '一个惠民实事项目',
    calls: 'organization.v1.PledgeProjectService/GetPublicPledgeProject',
    params: { id },
    response: publicProjectSchema,
    handle: async ({ params }, { clients, options }) => {
      const { project } = await clients.pledgeProjects.getPublicPledgeProject({ pledgeProjectId: params.id }, options);
      if (project === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
      return toJson(project);
    },
  }),
];
