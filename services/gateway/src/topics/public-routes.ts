import { z } from 'zod';
import { publicPage, publicRoute, type PublicRoute } from '../routing/public-route';
import { nextPageToken } from '../wire/fields';
import { reasons, states } from './routes';

const publicTopicSchema = z
  .strictObject({ id: z.string(), unitNameZh: z.string(), titleZh: z.string(), state: states.schema.optional(), declineReason: reasons.schema.optional(), answerZh: z.string(), wordsWithdrawn: z.boolean().meta({ description: '题目和答复因涉及个人信息已撤下' }), answeredOn: z.string() })
  .meta({ id: 'PublicTopic' });

export const publicTopicRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/topics',
    name: 'listPublicTopics',
    summary: '已答复的居民议题，最近答复的在前',
    calls: 'organization.v1.TopicService/ListPublicTopics',
    query: z.strictObject(publicPage),
    response: z.strictObject({ topics: z.array(publicTopicSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const { topics, nextPageToken: next } = await clients.topics.listPublicTopics(query, options);
      return { topics: topics.map(({ state, declineReason, ...rest }) => ({ ...rest, state: states.fromWire(state), declineReason: reasons.fromWire(declineReason) })), nextPageToken: next };
    },
  }),
];
