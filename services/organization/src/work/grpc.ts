import { assertCoversUnit, unitScopes, type Caller } from '@linli/auth';
import { lightLimits, lightOf, listMoves, type LightLimits, type Move } from '@linli/clocks';
import { work } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { notFound } from '@linli/errors';
import { compactLimit, readUuid, wireEnum, type RpcContext } from '@linli/grpc';
import { requireDay } from '../days';
import type { Deps } from '../deps';
import { countWork, findUnitPath, listWork, listWorkOf, type Work, type WorkSource } from './store';

const urgencyOnWire = wireEnum('URGENCY', work.Urgency, ['green', 'yellow', 'red'] as const);
/** Beyond this the figures read "or more"; the most urgent work is counted first. */
const mostCounted = 10_000;

/** What waits in this service for a person, or at a unit for those of its people who may do it. */
export function workQueueService(deps: Pick<Deps, 'db' | 'now' | 'calendar' | 'pages'>): work.WorkQueueServiceImplementation<RpcContext> {
  return {
    async listWork(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const unitId = request.unitId === '' ? undefined : readUuid(request.unitId, 'unit_id');
      const context = { list: 'work', tenant: caller.tenantId, caller: caller.subject, unitId };
      const [subjectId, dueAt] = deps.pages.read(request.pageToken, context) ?? [];
      const after = subjectId == null ? undefined : { subjectId: String(subjectId), dueAt: dueAt == null ? undefined : new Date(dueAt) };
      const found = await deps.db.withTenant(caller, async (tx) => listWork(tx, { source: await sourceOf(tx, { caller, unitId, now: deps.now() }), after, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.subjectId, last.dueAt?.getTime() ?? null] });
      const lights = lightLimits(deps.calendar.of(caller.tenantId), deps.now());
      return {
        items: shown.map((item) => workToWire(item, lights)),
        nextPageToken,
      };
    },
    async countWork(request, { caller }) {
      const unitId = request.unitId === '' ? undefined : readUuid(request.unitId, 'unit_id');
      const now = deps.now();
      const { yellowUntil: soonUntil } = lightLimits(deps.calendar.of(caller.tenantId), now);
      const counts = await deps.db.withTenant(caller, async (tx) => countWork(tx, { source: await sourceOf(tx, { caller, unitId, now }), now, soonUntil, most: mostCounted }));
      const sum = (figure: 'total' | 'dueSoon' | 'overdue') => counts.reduce((total, count) => total + count[figure], 0);
      return { total: sum('total'), dueSoon: sum('dueSoon'), overdue: sum('overdue'), byAction: Object.fromEntries(counts.map(({ action, total }) => [action, total])) };
    },
    async listMovedDueTimes(request, { caller }) {
      assertCoversUnit(caller, 'organization.calendar.write', '');
      const limit = compactLimit(request.pageSize);
      const day = request.day === '' ? undefined : requireDay(request.day, 'day');
      const context = { list: 'moved_due_times', tenant: caller.tenantId, caller: caller.subject, day };
      const [beforeId] = deps.pages.read(request.pageToken, context) ?? [];
      return deps.db.withTenant(caller, async (tx) => {
        const found = await listMoves(tx, { day, beforeId: beforeId == null ? undefined : String(beforeId), limit: limit + 1 });
        const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.id] });
        const waiting = new Map((await listWorkOf(tx, shown)).map((item) => [item.subjectId, item]));
        return { items: shown.map((move) => moveToWire(move, waiting.get(move.subjectId))), nextPageToken };
      });
    },
  };
}

/**
 * Without a unit one's own work and that of those one stands in for; with one, what waits there for each thing the caller may do.
 * @throws not_found UNIT_UNKNOWN, in the words of the other services that the gateway asks at the same time.
 */
async function sourceOf(tx: Tx, { caller, unitId, now }: { readonly caller: Caller; readonly unitId: string | undefined; readonly now: Date }): Promise<WorkSource> {
  // Identities of residents are not ids of this service; nothing waits for them here.
  if (unitId === undefined) return { ownerId: caller.kind === 'staff' ? caller.subject : '00000000-0000-0000-0000-000000000000', now };
  const under = await findUnitPath(tx, unitId);
  if (under === undefined) throw notFound('UNIT_UNKNOWN', 'there is no such unit', { details: { unit: unitId } });
  const held = new Set(caller.grants.flatMap(({ permissions }) => permissions).filter((permission) => permission.startsWith('organization.')));
  return { under, reach: [...held].map((permission) => ({ permission, scopes: unitScopes(caller, permission) })) };
}

function workToWire(item: Work, lights: LightLimits): work.WorkItem {
  const { kind, subjectId, number, action, titleZh, unitId, ownerId = '', dueAt, threadId, version } = item;
  const urgency = lightOf(dueAt, lights);
  return {
    kind,
    subjectId,
    number,
    action,
    titleZh,
    unitId,
    ownerId,
    dueAt,
    urgency: urgency === undefined ? work.Urgency.URGENCY_UNSPECIFIED : urgencyOnWire.toWire(urgency),
    threadId,
    version,
  };
}

function moveToWire({ id, kind, subjectType, subjectId, before, after, at }: Move, item: Work | undefined): work.MovedDueTime {
  return { id, kind, subjectKind: subjectType, subjectId, number: item?.number ?? '', unitId: item?.unitId ?? '', before, after, movedAt: at };
}
