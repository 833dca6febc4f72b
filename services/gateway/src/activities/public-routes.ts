import type { organization } from '@linli/contracts';
import { z } from 'zod';
import { publicRoute, type PublicCall, type PublicRoute } from '../routing/public-route';
import { code, given, nextPageToken, page, timeOf } from '../wire/fields';
import { agesToJson, kinds, sessionToJson, shownActivity, shownSession } from './json';

const publicActivitySchema = z
  .strictObject({ ...shownActivity, unitNameZh: z.string(), free: z.int().meta({ description: '余额' }), sessions: z.array(z.strictObject(shownSession)) })
  .meta({ id: 'PublicActivity' });

const response = z.strictObject({ activities: z.array(publicActivitySchema), nextPageToken });
const query = z.strictObject(page);

function publicActivityToJson({ kind, nameMn, ages, sessions, signUpUntil, ...rest }: organization.PublicActivity): z.input<typeof publicActivitySchema> {
  return { ...rest, kind: kinds.fromWire(kind), nameMn: given(nameMn), ages: agesToJson(ages), sessions: sessions.map(sessionToJson), signUpUntil: timeOf(signUpUntil) };
}

async function read(asked: { readonly unitCode: string; readonly pageSize: number; readonly pageToken: string }, { clients, options }: PublicCall): Promise<z.input<typeof response>> {
  const { activities, nextPageToken: next } = await clients.activities.getPublicActivities(asked, options);
  return { activities: activities.map(publicActivityToJson), nextPageToken: next };
}

export const publicActivityRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/activities',
    name: 'getPublicActivities',
    summary: '全街道即将举办的活动与课程',
    calls: 'organization.v1.ActivityService/GetPublicActivities',
    query,
    response,
    handle: (input, call) => read({ unitCode: '', ...input.query }, call),
  }),
  publicRoute({
    path: '/communities/{code}/activities',
    name: 'getUnitActivities',
    summary: '一个社区即将举办的活动与课程',
    calls: 'organization.v1.ActivityService/GetPublicActivities',
    params: { code },
    query,
    response,
    handle: (input, call) => read({ unitCode: input.params.code, ...input.query }, call),
  }),
];
