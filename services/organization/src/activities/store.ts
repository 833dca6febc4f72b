import type { UnitScopes } from '@linli/auth';
import { instantAt, localDateOf, type LocalDate } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import { whereInScopes, whereInSubtree } from '../scope';
import { openCommunities } from '../units/store';
import type { Activity, ActivityKind, AgeBand, Session } from './activity';

interface ActivityRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly kind: ActivityKind;
  readonly name_zh: string;
  readonly name_mn: string;
  readonly place_zh: string;
  readonly ages: readonly AgeBand[];
  readonly capacity: number;
  readonly starts_at: Date;
  readonly ends_at: Date;
  readonly sign_up_until: Date;
  readonly called_off_at: Date | null;
  readonly version: number;
  readonly sessions: readonly { readonly number: number; readonly startsAt: string; readonly endsAt: string; readonly attended: number | null }[];
}

const columns = [
  'id', 'unit_id', 'unit_path', 'kind', 'name_zh', 'name_mn', 'place_zh', 'ages', 'capacity', 'starts_at', 'ends_at', 'sign_up_until', 'called_off_at', 'version',
] as const;

export async function insertActivity(tx: Tx, activity: Activity): Promise<void> {
  await tx('activities').insert({
    tenant_id: tenantOf(tx),
    id: activity.id,
    unit_id: activity.unitId,
    unit_path: activity.unitPath,
    kind: activity.kind,
    ages: activity.ages,
    starts_at: activity.startsAt,
    ends_at: activity.endsAt,
    sign_up_until: activity.signUpUntil,
    ...changing(activity),
  });
  await tx('activity_sessions').insert(
    activity.sessions.map(({ number, startsAt, endsAt }) => ({ tenant_id: tenantOf(tx), activity_id: activity.id, number, starts_at: startsAt, ends_at: endsAt })),
  );
}

export async function saveActivity(tx: Tx, activity: Activity): Promise<void> {
  await tx('activities').where({ tenant_id: tenantOf(tx), id: activity.id }).update(changing(activity));
}

export async function saveAttendance(tx: Tx, activityId: string, { number, attended }: Pick<Session, 'number' | 'attended'>): Promise<void> {
  await tx('activity_sessions').where({ tenant_id: tenantOf(tx), activity_id: activityId, number }).update({ attended });
}

export async function findActivity(tx: Tx, id: string): Promise<Activity | undefined> {
  const row = await activitiesIn(tx).where('id', id).first<ActivityRow | undefined>();
  return row && toActivity(row);
}

/** For whatever is decided by who has signed up: one at a time. */
export async function lockActivity(tx: Tx, id: string): Promise<Activity | undefined> {
  const row = await activitiesIn(tx).where('id', id).forUpdate().first<ActivityRow | undefined>();
  return row && toActivity(row);
}

export interface ActivityPosition {
  readonly startsAt: Date;
  readonly id: string;
}

export interface ActivityFilter {
  readonly scopes: UnitScopes;
  readonly under: string | undefined;
  readonly fromDay: LocalDate | undefined;
  readonly after: ActivityPosition | undefined;
  readonly limit: number;
}

/** By the time they begin. Index: activities_time_idx. */
export async function listActivities(tx: Tx, { scopes, under, fromDay, after, limit }: ActivityFilter): Promise<Activity[]> {
  const query = activitiesIn(tx).orderBy(['starts_at', 'id']).limit(limit);
  whereInScopes(query, 'unit_path', scopes);
  if (under !== undefined) whereInSubtree(query, 'unit_path', under);
  if (fromDay !== undefined) void query.where('ends_at', '>', instantAt(fromDay, 0));
  whereAfter(query, after);
  return (await query.select<ActivityRow[]>()).map(toActivity);
}

/** An activity to come, with the name of its community and the places that nobody holds. */
export interface ComingActivity extends Activity {
  readonly unitNameZh: string;
  readonly free: number;
}

export interface ComingFilter {
  /** Of a community. */
  readonly unitId: string | undefined;
  readonly now: Date;
  readonly after: ActivityPosition | undefined;
  readonly limit: number;
}

/** What is not over, of an office that works, by the time it begins. Indexes: activities_unit_coming_idx, activities_coming_idx for the whole office. */
export async function listComing(tx: Tx, { unitId, now, after, limit }: ComingFilter): Promise<ComingActivity[]> {
  const communities = openCommunities(tx, localDateOf(now)).select({ community_id: 'units.id', unit_name_zh: 'units.name_zh' });
  const query = activitiesIn(tx)
    .join(communities.as('community'), 'community_id', 'unit_id')
    .whereNull('called_off_at')
    .where('ends_at', '>', now)
    .orderBy(['starts_at', 'id'])
    .limit(limit);
  if (unitId !== undefined) void query.where('unit_id', unitId);
  whereAfter(query, after);
  const rows = await query.select<(ActivityRow & { unit_name_zh: string; taken: number })[]>(
      'unit_name_zh',
      tx.raw(`(select coalesce(sum(people), 0) from bookings where bookings.tenant_id = activities.tenant_id and resource_id = activities.id and state in ('confirmed', 'no_show')) as taken`),
    );
  return rows.map((row) => ({ ...toActivity(row), unitNameZh: row.unit_name_zh, free: Math.max(0, row.capacity - row.taken) }));
}

function whereAfter(query: Knex.QueryBuilder, after: ActivityPosition | undefined): void {
  if (after !== undefined) void query.whereRaw('(starts_at, id) > (?, cast(? as uuid))', [after.startsAt, after.id]);
}

/** The highest place that somebody holds; 0 for none. Index: bookings_resource_idx. */
export async function lastPlaceHeld(tx: Tx, activityId: string): Promise<number> {
  const row = await tx('bookings')
    .where({ tenant_id: tenantOf(tx), resource_id: activityId, state: 'confirmed' })
    .first<{ last: number } | undefined>(tx.raw('coalesce(max(upper(places)) - 1, 0) as last'));
  return row?.last ?? 0;
}

function activitiesIn(tx: Tx) {
  const sessions = tx.raw(
    `(select jsonb_agg(jsonb_build_object('number', number, 'startsAt', s.starts_at, 'endsAt', s.ends_at, 'attended', attended) order by number)
        from activity_sessions s where s.tenant_id = activities.tenant_id and activity_id = activities.id) as sessions`,
  );
  return tx('activities').where('activities.tenant_id', tenantOf(tx)).select([...columns, sessions]);
}

function changing({ nameZh, nameMn, placeZh, capacity, calledOffAt, version }: Activity) {
  return { name_zh: nameZh, name_mn: nameMn, place_zh: placeZh, capacity, called_off_at: calledOffAt ?? null, version };
}

function toActivity(row: ActivityRow): Activity {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    kind: row.kind,
    nameZh: row.name_zh,
    nameMn: row.name_mn,
    placeZh: row.place_zh,
    ages: row.ages,
    capacity: row.capacity,
    sessions: row.sessions.map(({ number, startsAt, endsAt, attended }) => ({ number, startsAt: new Date(startsAt), endsAt: new Date(endsAt), attended: attended ?? undefined })),
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    signUpUntil: row.sign_up_until,
    calledOffAt: row.called_off_at ?? undefined,
    version: row.version,
  };
}
