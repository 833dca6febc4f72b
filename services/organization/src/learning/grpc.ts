import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, readUuids, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { requireTime } from '../fields';
import { getUnitPath } from '../units/get-unit-path';
import { unitNotFound } from '../units/rules';
import { cancelLearning, planLearning, recordAttendance } from './plan-learning';
import { learningNotFound } from './rules';
import { findLearning, listLearning } from './store';
import { kindOnWire, learningToWire } from './wire';

const read = 'organization.learning.read';
const mostStaff = 500;

export function learningService(deps: Deps): organization.LearningServiceImplementation<RpcContext> {
  return {
    async planLearning(request, { caller }) {
      const learning = await planLearning(deps, caller, {
        request: requestKey(caller, organization.PlanLearningRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        kind: kindOnWire.fromWire(request.kind, 'kind'),
        topicZh: requireText(request.topicZh, 'topic_zh', { max: 200 }),
        startsAt: requireTime(request.startsAt, 'starts_at'),
        endsAt: requireTime(request.endsAt, 'ends_at'),
      });
      return { learning: learningToWire(learning) };
    },
    async cancelLearning(request, { caller }) {
      return { learning: learningToWire(await cancelLearning(deps, caller, refOf(request))) };
    },
    async recordLearningAttendance(request, { caller }) {
      const { others } = request;
      if (others < 0 || others > 10_000) throw violation('others', 'out_of_range');
      const staffIds = readUuids(request.staffIds, 'staff_ids', mostStaff);
      return { learning: learningToWire(await recordAttendance(deps, caller, { ...refOf(request), staffIds, others })) };
    },
    async getLearning(request, { caller }) {
      const id = readUuid(request.learningId, 'learning_id');
      const learning = await deps.db.withTenant(caller, (tx) => findLearning(tx, id));
      if (learning === undefined || !coversUnit(caller, read, learning.unitPath)) throw learningNotFound();
      return { learning: learningToWire(learning) };
    },
    listLearning: (request, { caller }) => listPage(deps, caller, request),
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListLearningRequest): Promise<organization.ListLearningResponse> {
  const limit = compactLimit(request.pageSize);
  const underId = request.underUnitId === '' ? undefined : readUuid(request.underUnitId, 'under_unit_id');
  const fromDay = request.fromDay === '' ? undefined : readDay(request.fromDay, 'from_day', today(deps));
  const context = { list: 'learning', tenant: caller.tenantId, caller: caller.subject, under: underId, fromDay };
  const [at, id] = deps.pages.read(request.pageToken, context) ?? [];
  const after = at == null ? undefined : { startsAt: new Date(at), id: String(id) };
  const found = await deps.db.withTenant(caller, async (tx) => {
    const under = underId === undefined ? undefined : await getUnitPath(tx, underId);
    if (under !== undefined && !coversUnit(caller, read, under)) throw unitNotFound();
    return listLearning(tx, { scopes: unitScopes(caller, read), under, fromDay, after, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.startsAt.getTime(), last.id] });
  return { learning: shown.map(learningToWire), nextPageToken };
}

function refOf(request: { readonly learningId: string; readonly version: number }): { learningId: string; version: number } {
  return { learningId: readUuid(request.learningId, 'learning_id'), version: request.version };
}
