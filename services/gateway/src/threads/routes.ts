import type { thread } from '@linli/contracts';
import { notFound } from '@linli/errors';
import { z } from 'zod';
import { mergePages } from '../merge/merge-pages';
import { findNames } from '../names/find-names';
import { route, type ApiRoute } from '../routing/route';
import { given, id, nextPageToken, page, time, timeOf, unreachable } from '../wire/fields';

const entrySchema = z
  .strictObject({
    id: z.string(),
    threadId: z.string(),
    subjectKind: z.string(),
    subjectId: z.string(),
    subjectVersion: z.int(),
    at: time.optional(),
    actorKind: z.string().meta({ description: 'staff、resident 或 system' }),
    actorId: z.string().optional(),
    actorName: z.string().optional(),
    code: z.string(),
    facts: z.record(z.string(), z.string()),
    note: z.string().optional(),
  })
  .meta({ id: 'ThreadEntry' });

function byTime(a: thread.Entry, b: thread.Entry): number {
  const difference = (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0);
  if (difference !== 0) return difference;
  return a.subjectVersion - b.subjectVersion;
}

export const threadRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/threads/{id}/entries',
    name: 'listThreadEntries',
    summary: '一件事的全过程，先后有序',
    tag: 'threads',
    calls: 'thread.v1.ThreadService/ListEntries',
    params: z.strictObject({ id }),
    query: z.strictObject(page),
    response: z.strictObject({ entries: z.array(entrySchema), nextPageToken, unreachable }),
    handle: async ({ params, query }, call) => {
      const { caller, clients, options, deps } = call;
      const merged = await mergePages(deps, {
        sources: clients.threads,
        fetch: async (client, at) => {
          const { entries, nextPageToken: next } = await client.listEntries({ threadId: params.id, ...at }, options);
          return { items: entries, nextPageToken: next };
        },
        compare: byTime,
        pageSize: query.pageSize,
        pageToken: query.pageToken,
        context: { list: 'thread', tenant: caller.tenantId, subject: caller.subject, thread: params.id },
      });
      // A thread that is empty for this caller is none of theirs, or does not exist: they cannot tell which.
      if (query.pageToken === '' && merged.items.length === 0 && merged.unreachable === undefined) throw notFound('THREAD_NOT_FOUND', 'there is no such thread');
      const staff = merged.items.filter((entry) => entry.actorKind === 'staff').map((entry) => entry.actorId);
      const names = await findNames(call, { staff });
      const entries = merged.items.map(({ at, actorId, note, ...rest }) => ({
        ...rest,
        at: timeOf(at),
        actorId: given(actorId),
        actorName: names.staff.get(actorId),
        note: given(note),
      }));
      return { body: { entries, nextPageToken: merged.nextPageToken, unreachable: merged.unreachable ?? names.unreachable } };
    },
  }),
];
