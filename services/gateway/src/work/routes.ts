import { work } from '@linli/contracts';
import { isAppError } from '@linli/errors';
import { z } from 'zod';
import { mergePages } from '../merge/merge-pages';
import { findNames } from '../names/find-names';
import { route, type ApiRoute } from '../routing/route';
import { camelCase, given, joined, nextPageToken, optionalId, page, time, timeOf, unreachable } from '../wire/fields';
import { words } from '../wire/words';

const urgencies = words('URGENCY', work.Urgency, ['green', 'yellow', 'red']);
const unitId = optionalId.meta({ description: '该单位及以下等待处理的；缺省为我自己的' });

const workItemSchema = z
  .strictObject({
    kind: z.string(),
    subjectId: z.string(),
    number: z.string().optional(),
    action: z.string().meta({ description: '下一步要做的事' }),
    titleZh: z.string(),
    unitId: z.string().optional(),
    unitName: z.string().optional(),
    ownerId: z.string().optional(),
    ownerName: z.string().optional(),
    dueAt: time.optional(),
    urgency: urgencies.schema.optional().meta({ description: '绿灯、黄灯、红灯' }),
    threadId: z.string().optional(),
    version: z.int(),
  })
  .meta({ id: 'WorkItem' });

/** By due time, the most urgent first; what has none comes last. */
function byDue(a: work.WorkItem, b: work.WorkItem): number {
  const [first, second] = [a.dueAt?.getTime() ?? Infinity, b.dueAt?.getTime() ?? Infinity];
  if (first !== second) return first < second ? -1 : 1;
  return a.subjectId < b.subjectId ? -1 : 1;
}

export const workRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/work',
    name: 'listWork',
    summary: '待办：我的（含我正在代班的），或一个单位的，按时限先后',
    tag: 'work',
    calls: 'work.v1.WorkQueueService/ListWork',
    query: z.strictObject({ unitId, ...page }),
    response: z.strictObject({ items: z.array(workItemSchema), nextPageToken, unreachable }),
    handle: async ({ query }, call) => {
      const { caller, clients, options, deps } = call;
      const merged = await mergePages(deps, {
        sources: clients.queues,
        fetch: (client, at) => client.listWork({ unitId: query.unitId, ...at }, options),
        compare: byDue,
        pageSize: query.pageSize,
        pageToken: query.pageToken,
        context: { list: 'work', tenant: caller.tenantId, subject: caller.subject, unit: query.unitId },
      });
      const names = await findNames(call, { staff: merged.items.map((item) => item.ownerId), units: merged.items.map((item) => item.unitId) });
      const items = merged.items.map(({ number, unitId: unit, ownerId, dueAt, urgency, threadId, action, ...rest }) => ({
        ...rest,
        action: camelCase(action),
        number: given(number),
        unitId: given(unit),
        unitName: names.units.get(unit),
        ownerId: given(ownerId),
        ownerName: names.staff.get(ownerId),
        dueAt: timeOf(dueAt),
        urgency: urgencies.fromWire(urgency),
        threadId: given(threadId),
      }));
      return { body: { items, nextPageToken: merged.nextPageToken, unreachable: joined(merged.unreachable, names.unreachable) } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/work:count',
    name: 'countWork',
    summary: '待办数',
    tag: 'work',
    calls: 'work.v1.WorkQueueService/CountWork',
    query: z.strictObject({ unitId }),
    response: z.strictObject({ total: z.int(), dueSoon: z.int(), overdue: z.int(), byAction: z.record(z.string(), z.int()), unreachable }),
    handle: async ({ query }, { clients, options, deps }) => {
      const silent: string[] = [];
      const counts = await Promise.all(
        clients.queues.map(({ service, client }) =>
          client.countWork({ unitId: query.unitId }, options).catch((error: unknown) => {
            if (!isAppError(error) || !['unavailable', 'deadline_exceeded'].includes(error.kind)) throw error;
            deps.log.warn({ err: error, peer: service }, 'a part of a merged count is missing');
            silent.push(service);
            if (silent.length === clients.queues.length) throw error;
            return work.CountWorkResponse.fromPartial({});
          }),
        ),
      );
      const sum = (read: (count: work.CountWorkResponse) => number) => counts.reduce((total, count) => total + read(count), 0);
      const byAction: Record<string, number> = {};
      for (const [action, count] of counts.flatMap((one) => Object.entries(one.byAction))) {
        byAction[camelCase(action)] = (byAction[camelCase(action)] ?? 0) + count;
      }
      const total = { total: sum((one) => one.total), dueSoon: sum((one) => one.dueSoon), overdue: sum((one) => one.overdue) };
      return { body: { ...total, byAction, unreachable: silent.length === 0 ? undefined : silent } };
    },
  }),
];
