import { z } from 'zod';
import { publicRoute, type PublicRoute } from '../routing/public-route';
import { reasons, states } from './routes';

const publicTopicSchema = z
  .strictObject({ id: z.string(), unitNameZh: z.string(), titleZh: z.string(), state: states.schema.optional(), declineReason: reasons.schema.optional(), answerZh: z.string(), wordsWithdrawn: z.boolean().meta({ description: '题目和答复因涉及个人信息已撤下' }), answeredOn: z.string() })
  .meta({ id: 'PublicTopic' });

export const publicTopicRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/topics',
    name: 'listPublicTopics',
    summary: '最近答复的居民议题',
    calls: 'organization.v1.TopicService/ListPublicTopics',
    response: z.strictObject({ topics: z.array(publicTopicSchema) }),
    handle: async (_input, { clients, options }) => {
      const { topics } = await clients.topics.listPublicTopics({}, options);
      return { topics: topics.map(({ state, declineReason, ...rest }) => ({ ...rest, state: states.fromWire(state), declineReason: reasons.fromWire(declineReason) })) };
    },
  }),
];
