import { organization, type work } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { mergePages } from '../merge/merge-pages';
import { findNames } from '../names/find-names';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { day, given, id, joined, nextPageToken, optionalDay, page, text, time, timeOf, unreachable } from '../wire/fields';
import { words } from '../wire/words';

const kinds = words('CALENDAR_DAY_KIND', organization.CalendarDayKind, ['rest', 'work']);

const overrideSchema = z
  .strictObject({
    id: z.string(),
    day: z.string(),
    kind: kinds.schema.optional().meta({ description: '休息或上班' }),
    nameZh: z.string(),
    citation: z.string().meta({ description: '依据' }),
    removed: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'CalendarOverride' });

const daySchema = z
  .strictObject({
    day: z.string(),
    kind: kinds.schema.optional(),
    holiday: z.boolean().meta({ description: '节假日，不只是周末' }),
    provisional: z.boolean().meta({ description: '该年放假安排尚未公布，可能变动' }),
    override: overrideSchema.optional().meta({ description: '本街道自定的；缺省为国家安排' }),
  })
  .meta({ id: 'CalendarDay' });

const decidedSchema = z.strictObject({ override: overrideSchema, affected: z.int().meta({ description: '含该日的未办结时限数；变动的见 /v1/moved-due-times' }) });

const movedSchema = z
  .strictObject({
    id: z.string(),
    kind: z.string().meta({ description: '时限的种类，如 requests.handle' }),
    subjectKind: z.string(),
    subjectId: z.string(),
    number: z.string().optional(),
    unitId: z.string().optional(),
    unitName: z.string().optional(),
    before: time,
    after: time,
    movedAt: time,
  })
  .meta({ id: 'MovedDueTime' });

function overrideToJson({ kind, ...rest }: organization.CalendarOverride): z.input<typeof overrideSchema> {
  return { ...rest, kind: kinds.fromWire(kind) };
}

function answerDecided({ override, affected }: { override: organization.CalendarOverride | undefined; affected: number }): Answer<z.input<typeof decidedSchema>> {
  if (override === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: { override: overrideToJson(override), affected }, version: override.version };
}

/** @throws internal ANSWER_EMPTY, for these times are always there. */
function present(at: Date | undefined): string {
  const text = timeOf(at);
  if (text === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return text;
}

/** The latest first: ids are made in the order of time. */
function byId(a: work.MovedDueTime, b: work.MovedDueTime): number {
  return a.id > b.id ? -1 : 1;
}

export const calendarRoutes: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/calendar-days',
    name: 'getCalendar',
    summary: '工作日历：国家安排加上本街道自定的；缺省为今天起 31 天，至多 366 天',
    tag: 'calendar',
    calls: 'organization.v1.CalendarService/GetCalendar',
    query: z.strictObject({ fromDay: optionalDay, toDay: optionalDay }),
    response: z.strictObject({ days: z.array(daySchema) }),
    handle: async ({ query }, { clients, options }) => {
      const { days } = await clients.calendar.getCalendar(query, options);
      return { body: { days: days.map(({ kind, override, ...rest }) => ({ ...rest, kind: kinds.fromWire(kind), ...(override === undefined ? {} : { override: overrideToJson(override) }) })) } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/calendar-overrides',
    name: 'setCalendarOverride',
    summary: '自定某日休息或上班（明天起）：未办结的时限随之重算',
    tag: 'calendar',
    calls: 'organization.v1.CalendarService/SetCalendarOverride',
    creates: true,
    body: z.strictObject({ day, kind: kinds.schema, nameZh: text(60), citation: text(200) }),
    response: decidedSchema,
    handle: async ({ body: { kind, ...rest }, requestId }, { clients, options }) =>
      answerDecided(await clients.calendar.setCalendarOverride({ ...rest, kind: kinds.toWire(kind), requestId }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/calendar-overrides/{id}:remove',
    name: 'removeCalendarOverride',
    summary: '恢复国家安排',
    tag: 'calendar',
    calls: 'organization.v1.CalendarService/RemoveCalendarOverride',
    changes: true,
    params: z.strictObject({ id }),
    body: z.strictObject({}),
    response: decidedSchema,
    handle: async ({ params, version }, { clients, options }) => answerDecided(await clients.calendar.removeCalendarOverride({ overrideId: params.id, version }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/moved-due-times',
    name: 'listMovedDueTimes',
    summary: '随日历变动的时限，近的在前：因某日的自定或恢复；缺省为因国家放假安排公布。保留一年',
    tag: 'calendar',
    calls: 'work.v1.WorkQueueService/ListMovedDueTimes',
    query: z.strictObject({ day: optionalDay, ...page }),
    response: z.strictObject({ items: z.array(movedSchema), nextPageToken, unreachable }),
    handle: async ({ query }, call) => {
      const { caller, clients, options, deps } = call;
      const merged = await mergePages(deps, {
        sources: clients.queues,
        fetch: (client, at) => client.listMovedDueTimes({ day: query.day, ...at }, options),
        compare: byId,
        pageSize: query.pageSize,
        pageToken: query.pageToken,
        context: { list: 'moved_due_times', tenant: caller.tenantId, subject: caller.subject, day: query.day },
      });
      const names = await findNames(call, { units: merged.items.map((item) => item.unitId) });
      const items = merged.items.map(({ number, unitId, before, after, movedAt, ...rest }) => ({
        ...rest,
        number: given(number),
        unitId: given(unitId),
        unitName: names.units.get(unitId),
        before: present(before),
        after: present(after),
        movedAt: present(movedAt),
      }));
      return { body: { items, nextPageToken: merged.nextPageToken, unreachable: joined(merged.unreachable, names.unreachable) } };
    },
  }),
];
