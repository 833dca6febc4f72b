import { unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { readUnitCode } from '../fields';
import { getPublicPath } from '../units/get-public-path';
import { permissions, seesTopic, type TopicRef } from './change';
import { raiseTopic } from './raise-topic';
import { recordDeliberation } from './record-deliberation';
import { topicNotFound } from './rules';
import { acceptTopic, answerTopic, declineTopic, withdrawTopicWords } from './screen-topic';
import { findTopic, listAnswered, listTopics, type TopicReach } from './store';
import { listDeliberations } from './store-deliberations';
import type { Participants } from './topic';
import { deliberationToWire, publicToWire, reasonOnWire, resultOnWire, roleOnWire, stateOnWire, topicToWire } from './wire';

const textRule = { max: 1_000 };
const titleRule = { max: 100 };
const mostGroups = 30;

type Service = organization.TopicServiceImplementation<RpcContext>;

export function topicService(deps: Deps): Service {
  return { ...screening(deps), ...reading(deps), ...deliberating(deps) };
}

function screening(deps: Deps): Pick<Service, 'raiseTopic' | 'acceptTopic' | 'declineTopic' | 'answerTopic' | 'withdrawTopicWords'> {
  return {
    async raiseTopic(request, { caller }) {
      const topic = await raiseTopic(deps, caller, {
        request: requestKey(caller, organization.RaiseTopicRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        textZh: requireText(request.textZh, 'text_zh', textRule),
      });
      return { topic: topicToWire(topic, caller) };
    },
    async acceptTopic(request, { caller }) {
      const titleZh = requireText(request.titleZh, 'title_zh', titleRule);
      return { topic: topicToWire(await acceptTopic(deps, caller, { ...readRef(request), titleZh }), caller) };
    },
    async declineTopic(request, { caller }) {
      const declined = {
        titleZh: requireText(request.titleZh, 'title_zh', titleRule),
        reason: reasonOnWire.fromWire(request.reason, 'reason'),
        answerZh: requireText(request.answerZh, 'answer_zh', textRule),
      };
      return { topic: topicToWire(await declineTopic(deps, caller, { ...readRef(request), ...declined }), caller) };
    },
    async answerTopic(request, { caller }) {
      const answerZh = requireText(request.answerZh, 'answer_zh', textRule);
      return { topic: topicToWire(await answerTopic(deps, caller, { ...readRef(request), answerZh }), caller) };
    },
    async withdrawTopicWords(request, { caller }) {
      return { topic: topicToWire(await withdrawTopicWords(deps, caller, readRef(request)), caller) };
    },
  };
}

function reading(deps: Deps): Pick<Service, 'getTopic' | 'listTopics' | 'listPublicTopics'> {
  return {
    async getTopic(request, { caller }) {
      const id = readUuid(request.topicId, 'topic_id');
      const topic = await deps.db.withTenant(caller, (tx) => findTopic(tx, id));
      if (topic === undefined || !seesTopic(caller, topic)) throw topicNotFound();
      return { topic: topicToWire(topic, caller) };
    },
    async listTopics(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const state = stateOnWire.fromWireOrNone(request.state, 'state');
      const context = { list: 'topics', tenant: caller.tenantId, caller: caller.subject, state };
      const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, (tx) => listTopics(tx, { reach: reachOf(caller), state, beforeId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { topics: shown.map((topic) => topicToWire(topic, caller)), nextPageToken };
    },
    async listPublicTopics(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const unitCode = readUnitCode(request);
      const context = { list: 'public_topics', tenant: caller.tenantId, caller: caller.subject, unitCode };
      const [at, id] = deps.pages.read(request.pageToken, context) ?? [];
      const after = at == null ? undefined : { answeredAt: new Date(at), id: String(id) };
      const found = await deps.db.withTenant(caller, async (tx) => listAnswered(tx, { under: await getPublicPath(tx, unitCode, today(deps)), after, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.answeredAt.getTime(), last.id] });
      return { topics: shown.map(publicToWire), nextPageToken };
    },
  };
}

function reachOf(caller: Caller): TopicReach {
  return caller.kind === 'resident' ? { residentId: caller.subject } : { scopes: unitScopes(caller, permissions.read) };
}

function deliberating(deps: Deps): Pick<Service, 'recordDeliberation' | 'listDeliberations'> {
  return {
    async recordDeliberation(request, { caller }) {
      const deliberation = await recordDeliberation(deps, caller, {
        request: requestKey(caller, organization.RecordDeliberationRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        topicId: request.topicId === '' ? undefined : readUuid(request.topicId, 'topic_id'),
        heldOn: readDay(request.heldOn, 'held_on', today(deps)),
        participants: readParticipants(request.participants),
        opinionsZh: requireText(request.opinionsZh, 'opinions_zh', { max: 4_000, optional: true }),
        result: resultOnWire.fromWire(request.result, 'result'),
        conclusionZh: requireText(request.conclusionZh, 'conclusion_zh', textRule),
      });
      return { deliberation: deliberationToWire(deliberation) };
    },
    async listDeliberations(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const topicId = request.topicId === '' ? undefined : readUuid(request.topicId, 'topic_id');
      const context = { list: 'deliberations', tenant: caller.tenantId, caller: caller.subject, topicId };
      const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const scopes = unitScopes(caller, permissions.deliberations);
      const found = await deps.db.withTenant(caller, (tx) => listDeliberations(tx, { scopes, topicId, beforeId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { deliberations: shown.map(deliberationToWire), nextPageToken };
    },
  };
}

function readRef(request: { readonly topicId: string; readonly version: number }): TopicRef {
  return { topicId: readUuid(request.topicId, 'topic_id'), version: request.version };
}

function readParticipants(groups: readonly organization.Participants[]): Participants[] {
  if (groups.length === 0) throw violation('participants', 'required');
  if (groups.length > mostGroups) throw violation('participants', 'too_many');
  return groups.map(({ unitId, role, count }, index) => {
    if (count < 1) throw violation(`participants[${index}].count`, 'too_small');
    return { unitId: unitId === '' ? '' : readUuid(unitId, `participants[${index}].unit_id`), role: roleOnWire.fromWire(role, `participants[${index}].role`), count };
  });
}
