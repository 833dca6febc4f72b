import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { PagePosition } from '@linli/db';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { readTime, readUnitCode, requireTime } from '../fields';
import { getOpenCommunity } from '../units/get-public-path';
import { getUnitPath } from '../units/get-unit-path';
import { unitNotFound } from '../units/rules';
import type { AgeBand } from './activity';
import { callOffActivity, countAttendance, updateActivity } from './change-activity';
import { createActivity } from './create-activity';
import { getActivity } from './hold-activity';
import { activityNotFound } from './rules';
import { listActivities, listComing, type ActivityPosition } from './store';
import { activityToWire, bandOnWire, comingToWire, kindOnWire } from './wire';

const read = 'organization.activity.read';
const mostPeople = 1_000;
const mostSessions = 60;

export function activityService(deps: Deps): organization.ActivityServiceImplementation<RpcContext> {
  return {
    async createActivity(request, { caller }) {
      const activity = await createActivity(deps, caller, {
        request: requestKey(caller, organization.CreateActivityRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        kind: kindOnWire.fromWire(request.kind, 'kind'),
        nameZh: requireText(request.nameZh, 'name_zh', { max: 100 }),
        nameMn: requireText(request.nameMn, 'name_mn', { max: 200, optional: true }),
        placeZh: requireText(request.placeZh, 'place_zh', { max: 100 }),
        ages: readAges(request.ages),
        capacity: readNumber(request.capacity, 'capacity', { least: 1, most: mostPeople }),
        sessions: readSessions(request.sessions),
        signUpUntil: readTime(request.signUpUntil, 'sign_up_until'),
      });
      return { activity: activityToWire(activity) };
    },
    async updateActivity(request, { caller }) {
      const { nameZh, nameMn, placeZh, capacity } = request;
      const changed = {
        ...(nameZh === undefined ? {} : { nameZh: requireText(nameZh, 'name_zh', { max: 100 }) }),
        ...(nameMn === undefined ? {} : { nameMn: requireText(nameMn, 'name_mn', { max: 200, optional: true }) }),
        ...(placeZh === undefined ? {} : { placeZh: requireText(placeZh, 'place_zh', { max: 100 }) }),
        ...(capacity === undefined ? {} : { capacity: readNumber(capacity, 'capacity', { least: 1, most: mostPeople }) }),
      };
      return { activity: activityToWire(await updateActivity(deps, caller, { ...refOf(request), changed })) };
    },
    async callOffActivity(request, { caller }) {
      return { activity: activityToWire(await callOffActivity(deps, caller, refOf(request))) };
    },
    async countAttendance(request, { caller }) {
      const attended = readNumber(request.attended, 'attended', { least: 0, most: 100_000 });
      return { activity: activityToWire(await countAttendance(deps, caller, { ...refOf(request), sessionNumber: request.sessionNumber, attended })) };
    },
    async getActivity(request, { caller }) {
      const id = readUuid(request.activityId, 'activity_id');
      const activity = await deps.db.withTenant(caller, (tx) => getActivity(tx, id));
      if (!coversUnit(caller, read, activity.unitPath)) throw activityNotFound();
      return { activity: activityToWire(activity) };
    },
    listActivities: (request, { caller }) => listPage(deps, caller, request),
    getPublicActivities: (request, { caller }) => listComingPage(deps, caller, request),
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListActivitiesRequest): Promise<organization.ListActivitiesResponse> {
  const limit = compactLimit(request.pageSize);
  const underId = request.underUnitId === '' ? undefined : readUuid(request.underUnitId, 'under_unit_id');
  const fromDay = request.fromDay === '' ? undefined : readDay(request.fromDay, 'from_day', today(deps));
  const context = { list: 'activities', tenant: caller.tenantId, caller: caller.subject, under: underId, fromDay };
  const after = positionOf(deps.pages.read(request.pageToken, context));
  const found = await deps.db.withTenant(caller, async (tx) => {
    const under = underId === undefined ? undefined : await getUnitPath(tx, underId);
    if (under !== undefined && !coversUnit(caller, read, under)) throw unitNotFound();
    return listActivities(tx, { scopes: unitScopes(caller, read), under, fromDay, after, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.startsAt.getTime(), last.id] });
  return { activities: shown.map(activityToWire), nextPageToken };
}

async function listComingPage(deps: Deps, caller: Caller, request: organization.GetPublicActivitiesRequest): Promise<organization.GetPublicActivitiesResponse> {
  const limit = compactLimit(request.pageSize);
  const unitCode = readUnitCode(request);
  const context = { list: 'public_activities', tenant: caller.tenantId, caller: caller.subject, unitCode };
  const after = positionOf(deps.pages.read(request.pageToken, context));
  const found = await deps.db.withTenant(caller, async (tx) => {
    const unitId = unitCode === '' ? undefined : (await getOpenCommunity(tx, unitCode, today(deps))).id;
    return listComing(tx, { unitId, now: deps.now(), after, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.startsAt.getTime(), last.id] });
  return { activities: shown.map(comingToWire), nextPageToken };
}

function positionOf([at, id]: PagePosition = []): ActivityPosition | undefined {
  return at == null ? undefined : { startsAt: new Date(at), id: String(id) };
}

function readAges(ages: readonly organization.AgeBand[]): AgeBand[] {
  if (ages.length === 0) throw violation('ages', 'required');
  if (new Set(ages).size !== ages.length) throw violation('ages', 'duplicate');
  return ages.map((band, at) => bandOnWire.fromWire(band, `ages[${at}]`));
}

function readSessions(sessions: readonly organization.SessionTime[]): { startsAt: Date; endsAt: Date }[] {
  if (sessions.length > mostSessions) throw violation('sessions', 'too_many');
  return sessions.map(({ startsAt, endsAt }, at) => ({ startsAt: requireTime(startsAt, `sessions[${at}].starts_at`), endsAt: requireTime(endsAt, `sessions[${at}].ends_at`) }));
}

function readNumber(value: number, field: string, { least, most }: { readonly least: number; readonly most: number }): number {
  if (value < least || value > most) throw violation(field, 'out_of_range');
  return value;
}

function refOf(request: { readonly activityId: string; readonly version: number }): { activityId: string; version: number } {
  return { activityId: readUuid(request.activityId, 'activity_id'), version: request.version };
}
