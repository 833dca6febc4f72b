import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { count, dateOf, given, id, instant, nextPageToken, optionalDay, optionalId, optionalText, page, someOf, text, timeOf } from '../wire/fields';
import { ages, agesToJson, kinds, sessionToJson, shownActivity, shownSession } from './json';

const onActivity = z.strictObject({ id });
const capacity = z.int().min(1).max(1_000).meta({ description: '名额' });

const activitySchema = z
  .strictObject({
    ...shownActivity,
    unitId: z.string(),
    unitPath: z.string(),
    sessions: z.array(z.strictObject({ ...shownSession, attended: z.int().optional().meta({ description: '到场人数' }) })),
    calledOff: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'Activity' });

type ActivityJson = z.input<typeof activitySchema>;

function activityToJson({ kind, nameMn, ages: bands, sessions, signUpUntil, ...rest }: organization.Activity): ActivityJson {
  return {
    ...rest,
    kind: kinds.fromWire(kind),
    nameMn: given(nameMn),
    ages: agesToJson(bands),
    sessions: sessions.map((session) => ({ ...sessionToJson(session), attended: session.attended })),
    signUpUntil: timeOf(signUpUntil),
  };
}

function answerActivity({ activity }: { activity: organization.Activity | undefined }): Answer<ActivityJson> {
  if (activity === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: activityToJson(activity), version: activity.version, location: `/v1/activities/${activity.id}` };
}

const reads: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/activities',
    name: 'listActivities',
    summary: '活动与课程列表，按开始时间',
    tag: 'activities',
    calls: 'organization.v1.ActivityService/ListActivities',
    query: z.strictObject({ underUnitId: optionalId.meta({ description: '该单位及以下' }), fromDay: optionalDay.meta({ description: '该日起尚未结束的' }), ...page }),
    response: z.strictObject({ activities: z.array(activitySchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.activities.listActivities(query, options);
      return { body: { activities: found.activities.map(activityToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/activities/{id}',
    name: 'getActivity',
    summary: '一项活动或课程',
    tag: 'activities',
    calls: 'organization.v1.ActivityService/GetActivity',
    params: onActivity,
    response: activitySchema,
    handle: async ({ params }, { clients, options }) => answerActivity(await clients.activities.getActivity({ activityId: params.id }, options)),
  }),
];

const changes: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/activities',
    name: 'createActivity',
    summary: '发布活动或课程',
    tag: 'activities',
    calls: 'organization.v1.ActivityService/CreateActivity',
    creates: true,
    body: z.strictObject({
      unitId: id.meta({ description: '所属社区' }),
      kind: kinds.schema,
      nameZh: text(100),
      nameMn: optionalText(200),
      placeZh: text(100).meta({ description: '地点' }),
      ages: z.array(ages.schema).min(1).max(3),
      capacity,
      sessions: z.array(z.strictObject({ startsAt: instant, endsAt: instant })).min(1).max(60),
      signUpUntil: instant.optional().meta({ description: '报名截止；缺省为开始时' }),
    }),
    response: activitySchema,
    handle: async ({ body: { kind, ages: bands, sessions, signUpUntil, ...rest }, requestId }, { clients, options }) =>
      answerActivity(
        await clients.activities.createActivity(
          {
            ...rest,
            kind: kinds.toWire(kind),
            ages: bands.map((band) => ages.toWire(band)),
            sessions: sessions.map(({ startsAt, endsAt }) => ({ startsAt: dateOf(startsAt), endsAt: dateOf(endsAt) })),
            signUpUntil: dateOf(signUpUntil),
            requestId,
          },
          options,
        ),
      ),
  }),
  route({
    method: 'patch',
    path: '/v1/activities/{id}',
    name: 'updateActivity',
    summary: '修改活动；时间不能改，只能停办后另发',
    tag: 'activities',
    calls: 'organization.v1.ActivityService/UpdateActivity',
    changes: true,
    params: onActivity,
    body: someOf({ nameZh: text(100).optional(), nameMn: z.union([text(200), z.literal('')]).optional(), placeZh: text(100).optional(), capacity: capacity.optional() }),
    response: activitySchema,
    handle: async ({ params, body, version }, { clients, options }) => answerActivity(await clients.activities.updateActivity({ activityId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/activities/{id}:callOff',
    name: 'callOffActivity',
    summary: '停办：所有报名随之取消，并须逐一告知',
    tag: 'activities',
    calls: 'organization.v1.ActivityService/CallOffActivity',
    changes: true,
    params: onActivity,
    body: z.strictObject({}),
    response: activitySchema,
    handle: async ({ params, version }, { clients, options }) => answerActivity(await clients.activities.callOffActivity({ activityId: params.id, version }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/activities/{id}:countAttendance',
    name: 'countAttendance',
    summary: '登记一场的到场人数；只有人数，不记名',
    tag: 'activities',
    calls: 'organization.v1.ActivityService/CountAttendance',
    changes: true,
    params: onActivity,
    body: z.strictObject({ sessionNumber: z.int().min(1).max(60), attended: count(100_000) }),
    response: activitySchema,
    handle: async ({ params, body, version }, { clients, options }) => answerActivity(await clients.activities.countAttendance({ activityId: params.id, version, ...body }, options)),
  }),
];

export const activityRoutes: readonly ApiRoute[] = [...reads, ...changes];
