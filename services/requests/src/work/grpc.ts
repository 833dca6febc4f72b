import { assertCoversUnit, unitScopes, type Caller } from '@linli/auth';
import { lightLimits, lightOf, listMoves, type LightLimits, type Move } from '@linli/clocks';
import { work } from '@linli/contracts';
import { compactLimit, readUuid, wireEnum } from '@linli/grpc';
import type { Deps } from '../deps';
import { unitPathOf } from '../directory/store';
import { reachOf, type Reach } from '../cases/reach';
import { stepOf } from '../cases/waiting';
import { readDay } from '../read-day';
import { countWork, findCaseUnits, listWork, type CaseUnit, type Work, type WorkSource } from './store';

const urgencyWire = wireEnum('URGENCY', work.Urgency, ['green', 'yellow', 'red'] as const);
/** Beyond this the figures read "or more"; the most urgent work is counted first. */
const mostCounted = 10_000;

type WorkDeps = Pick<Deps, 'db' | 'now' | 'calendar' | 'tokens'>;

/** What waits for a person, or at a unit for those of its people who may do it. */
export function workQueueService(deps: WorkDeps): work.WorkQueueServiceImplementation<{ caller: Caller }> {
  return {
    async listWork(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const unitId = request.unitId === '' ? undefined : readUuid(request.unitId, 'unit_id');
      const context = { list: 'work', tenant: caller.tenantId, subject: caller.subject, unitId };
      const position = deps.tokens.read(request.pageToken, context);
      const after = position === undefined ? undefined : { id: String(position[0]), dueAt: position[1] == null ? undefined : new Date(position[1]) };
      const found = await deps.db.withTenant(caller, async (tx) => {
        const source = sourceOf(caller, unitId === undefined ? undefined : await unitPathOf(tx, unitId));
        return listWork(tx, { source, after, limit: limit + 1 });
      });
      const { shown, nextPageToken } = deps.tokens.cut(found, { limit, context, at: (last) => [last.caseId, last.dueAt?.getTime() ?? null] });
      const lights = lightLimits(deps.calendar.of(caller.tenantId), deps.now());
      return {
        items: shown.map((item) => workToWire(item, { lights, caller })),
        nextPageToken,
      };
    },

    async countWork(request, { caller }) {
      const unitId = request.unitId === '' ? undefined : readUuid(request.unitId, 'unit_id');
      const now = deps.now();
      const { yellowUntil: soonUntil } = lightLimits(deps.calendar.of(caller.tenantId), now);
      const counts = await deps.db.withTenant(caller, async (tx) => {
        const source = sourceOf(caller, unitId === undefined ? undefined : await unitPathOf(tx, unitId));
        return countWork(tx, { source, now, soonUntil, most: mostCounted });
      });
      const byAction: Record<string, number> = {};
      for (const count of counts) {
        const action = actionOf(count, caller);
        byAction[action] = (byAction[action] ?? 0) + count.total;
      }
      const sum = (figure: 'total' | 'dueSoon' | 'overdue') => counts.reduce((total, count) => total + count[figure], 0);
      return { total: sum('total'), dueSoon: sum('dueSoon'), overdue: sum('overdue'), byAction };
    },

    async listMovedDueTimes(request, { caller }) {
      assertCoversUnit(caller, 'organization.calendar.write', '');
      const limit = compactLimit(request.pageSize);
      const day = request.day === '' ? undefined : readDay(request.day, 'day');
      const context = { list: 'moved_due_times', tenant: caller.tenantId, subject: caller.subject, day };
      const [beforeId] = deps.tokens.read(request.pageToken, context) ?? [];
      return deps.db.withTenant(caller, async (tx) => {
        const found = await listMoves(tx, { day, beforeId: beforeId == null ? undefined : String(beforeId), limit: limit + 1 });
        const { shown, nextPageToken } = deps.tokens.cut(found, { limit, context, at: (last) => [last.id] });
        // Who decides on the calendar need not be somebody who may read cases.
        const mayRead = unitScopes(caller, 'requests.case.read') === 'tenant';
        const cases = mayRead ? await findCaseUnits(tx, shown.map(({ subjectId }) => subjectId)) : new Map<string, CaseUnit>();
        return { items: shown.map((move) => moveToWire(move, cases.get(move.subjectId))), nextPageToken };
      });
    },
  };
}

/** Without a unit one's own work; with one, what waits there for each thing the caller may do. */
function sourceOf(caller: Caller, unitPath: string | undefined): WorkSource {
  if (caller.kind === 'resident') return { residentId: caller.subject };
  if (unitPath === undefined) return { ownerId: caller.subject };
  const at = (permission: string): Reach => reachOf(caller, permission, unitPath);
  return {
    waits: [
      { for: 'clerks', reach: at('requests.case.accept') },
      { for: 'handlers', reach: at('requests.case.decide') },
      { for: 'coordinators', reach: at('requests.case.call_back') },
      // Who may give a case another agent watches over the work of all of them.
      { for: 'owner', reach: at('requests.case.reassign') },
    ],
    // Tasks are for the departments that run cases, not for every agent below the unit.
    tasks: unitScopes(caller, 'requests.case.decide') === 'tenant' ? at('requests.case.process') : at('requests.case.decide'),
  };
}

function actionOf(item: Pick<Work, 'state' | 'waitsFor' | 'task'>, caller: Caller): string {
  if (item.task) return 'complete_task';
  if (caller.kind === 'resident' && item.state === 'delivered') return 'rate';
  return stepOf(item)?.action ?? '';
}

function workToWire(item: Work, { lights, caller }: { lights: LightLimits; caller: Caller }): work.WorkItem {
  const urgency = lightOf(item.dueAt, lights);
  return {
    kind: 'requests.case',
    subjectId: item.caseId,
    number: item.number,
    action: actionOf(item, caller),
    titleZh: item.itemNameZh,
    unitId: item.unitId,
    ownerId: item.waitsFor === 'owner' && !item.task ? (item.ownerId ?? '') : '',
    dueAt: item.dueAt,
    urgency: urgency === undefined ? work.Urgency.URGENCY_UNSPECIFIED : urgencyWire.toWire(urgency),
    threadId: item.threadId,
    version: item.version,
  };
}

function moveToWire({ id, kind, subjectType, subjectId, before, after, at }: Move, found: CaseUnit | undefined): work.MovedDueTime {
  return { id, kind, subjectKind: subjectType, subjectId, number: found?.number ?? '', unitId: found?.unitId ?? '', before, after, movedAt: at };
}
