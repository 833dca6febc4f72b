import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import { wherePageByUnit } from '../by-unit';
import { whereInScopes } from '../scope';
import { validOn } from '../validity';
import type { Need, NeedState, Resource } from './joint-project';
import { serving } from './rules';
import type { Candidate } from './suggest';

const needColumns = { id: 'id', unitId: 'unit_id', unitPath: 'unit_path', categoryCode: 'category_code', textZh: 'text_zh', state: 'state', raisedOn: 'raised_on', version: 'version' };
const resourceColumns = {
  id: 'id',
  memberUnitId: 'member_unit_id',
  unitPath: 'unit_path',
  categoryCode: 'category_code',
  titleZh: 'title_zh',
  capacity: 'capacity',
  offeredOn: 'offered_on',
  withdrawnOn: 'withdrawn_on',
  version: 'version',
};
type ResourceRow = Omit<Resource, 'withdrawnOn'> & { readonly withdrawnOn: string | null };

const mostCandidates = 500;

export async function insertNeed(tx: Tx, need: Need): Promise<void> {
  const { id, unitId, unitPath, categoryCode, textZh, state, raisedOn, version } = need;
  await tx('needs').insert({ tenant_id: tenantOf(tx), id, unit_id: unitId, unit_path: unitPath, category_code: categoryCode, text_zh: textZh, state, raised_on: raisedOn, version });
}

/** All of them go to one state, each with its version raised. */
export async function saveNeeds(tx: Tx, needs: readonly Need[], state: NeedState): Promise<void> {
  await tx('needs').where({ tenant_id: tenantOf(tx) }).whereIn('id', needs.map(({ id }) => id)).update({ state, version: tx.raw('version + 1') });
}

export async function findNeed(tx: Tx, id: string): Promise<Need | undefined> {
  return tx('needs').where({ tenant_id: tenantOf(tx), id }).first<Need | undefined>(needColumns);
}

/** Locked in the order of ids, so that two projects of the same needs wait for each other. */
export async function lockNeeds(tx: Tx, ids: readonly string[]): Promise<Map<string, Need>> {
  const rows = await tx('needs').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).orderBy('id').forUpdate().select<Need[]>(needColumns);
  return new Map(rows.map((need) => [need.id, need]));
}

interface ListFilter {
  readonly scopes: UnitScopes;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** The oldest first. Indexes: needs_unit_path_idx; of the whole office needs_state_idx and the key. */
export async function listNeeds(tx: Tx, { scopes, state, afterId, limit }: ListFilter & { readonly state: NeedState | undefined }): Promise<Need[]> {
  const query = tx('needs').where({ tenant_id: tenantOf(tx) }).orderBy('id').limit(limit).select<Need[]>(needColumns);
  wherePageByUnit(tx, query, { table: 'needs', order: 'oldest', scopes, holding: { state }, after: afterId, limit });
  return query;
}

export async function insertResource(tx: Tx, resource: Resource): Promise<void> {
  const { id, memberUnitId, unitPath, categoryCode, titleZh, capacity, offeredOn, version } = resource;
  await tx('resources').insert({ tenant_id: tenantOf(tx), id, member_unit_id: memberUnitId, unit_path: unitPath, category_code: categoryCode, title_zh: titleZh, capacity, offered_on: offeredOn, version });
}

/** Each with its version raised. */
export async function withdrawResourceRows(tx: Tx, ids: readonly string[], day: LocalDate): Promise<void> {
  await tx('resources').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).update({ withdrawn_on: day, version: tx.raw('version + 1') });
}

export async function findResource(tx: Tx, id: string): Promise<Resource | undefined> {
  const row = await tx('resources').where({ tenant_id: tenantOf(tx), id }).first<ResourceRow | undefined>(resourceColumns);
  return row && toResource(row);
}

/** Locked in the order of ids: whoever counts what they serve does so alone. */
export async function lockResources(tx: Tx, ids: readonly string[]): Promise<Map<string, Resource>> {
  const rows = await tx('resources').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).orderBy('id').forUpdate().select<ResourceRow[]>(resourceColumns);
  return new Map(rows.map((row) => [row.id, toResource(row)]));
}

/** All that a member unit offers, in the same order. Index: resources_member_unit_idx. */
export async function lockOffered(tx: Tx, memberUnitId: string): Promise<Resource[]> {
  const offered = tx('resources').where({ tenant_id: tenantOf(tx), member_unit_id: memberUnitId }).whereNull('withdrawn_on').orderBy('id');
  return (await offered.forUpdate().select<ResourceRow[]>(resourceColumns)).map(toResource);
}

/** The member units that give these resources, which never changes: to be read before either is locked. */
export async function listGivers(tx: Tx, ids: readonly string[]): Promise<string[]> {
  return tx('resources').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).distinct().pluck<string[]>('member_unit_id');
}

interface ResourceFilter extends ListFilter {
  readonly categoryCode: string | undefined;
  /** Those offered on that day; undefined for those offered now. */
  readonly asOf: LocalDate | undefined;
}

/** Indexes: resources_unit_path_idx; of the whole office resources_category_idx, which has those offered now, and the key. */
export async function listResources(tx: Tx, { scopes, categoryCode, asOf, afterId, limit }: ResourceFilter): Promise<Resource[]> {
  const query = tx('resources').where({ tenant_id: tenantOf(tx) }).orderBy('id').limit(limit).select<ResourceRow[]>(resourceColumns);
  const holding = asOf === undefined ? { category_code: categoryCode, withdrawn_on: null } : { category_code: categoryCode };
  const also = asOf === undefined ? undefined : validOn(asOf, { from: 'offered_on', to: 'withdrawn_on' });
  wherePageByUnit(tx, query, { table: 'resources', order: 'oldest', scopes, holding, also, after: afterId, limit });
  return (await query).map(toResource);
}

/** How many unfinished projects each serves. Index: joint_project_resources_resource_idx. */
export async function countServing(tx: Tx, resourceIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx('joint_project_resources as used')
    .join('joint_projects as project', (same) => void same.on('project.tenant_id', 'used.tenant_id').on('project.id', 'used.joint_project_id'))
    .where('used.tenant_id', tenantOf(tx))
    .whereIn('used.resource_id', resourceIds)
    .whereIn('project.state', serving)
    .groupBy('used.resource_id')
    .select<{ id: string; count: number }[]>({ id: 'used.resource_id' }, tx.raw('count(*) as count'));
  return new Map(rows.map(({ id, count }) => [id, count]));
}

/**
 * What units that are in on the day offer in the need's category, within the scopes, with what it serves and what its member unit
 * has delivered there. Of more than can be weighed the nearest are, as `suggestMatches` ranks them first, and of equally near ones
 * those offered first. One statement. Index: resources_category_idx.
 */
export async function listCandidates(tx: Tx, { categoryCode, unitPath }: Need, { scopes, day }: { readonly scopes: UnitScopes; readonly day: LocalDate }): Promise<Candidate[]> {
  const above = (depth: number) => `${unitPath.split('/').slice(0, depth + 1).join('/')}/`;
  const used = tx('joint_project_resources as used')
    .join('joint_projects as project', (same) => void same.on('project.tenant_id', 'used.tenant_id').on('project.id', 'used.joint_project_id'))
    .where('used.tenant_id', tenantOf(tx))
    .select(tx.raw('count(distinct project.id)'));
  const query = tx('resources as r')
    .join('member_units as giver', (same) => void same.on('giver.tenant_id', 'r.tenant_id').on('giver.id', 'r.member_unit_id'))
    .where({ 'r.tenant_id': tenantOf(tx), 'r.category_code': categoryCode })
    .whereNull('r.withdrawn_on')
    .where('giver.joined_on', '<=', day)
    .where((still) => void still.whereNull('giver.left_on').orWhere('giver.left_on', '>', day))
    .orderByRaw('starts_with(r.unit_path, ?) desc, starts_with(r.unit_path, ?) desc, r.id', [above(3), above(2)])
    .limit(mostCandidates)
    .select<Candidate[]>(
      { id: 'r.id', memberUnitId: 'r.member_unit_id', unitPath: 'r.unit_path', capacity: 'r.capacity' },
      used.clone().whereRaw('used.resource_id = r.id').whereIn('project.state', serving).as('serving'),
      used
        .clone()
        .join('resources as other', (same) => void same.on('other.tenant_id', 'used.tenant_id').on('other.id', 'used.resource_id'))
        .whereRaw('other.member_unit_id = r.member_unit_id and other.category_code = r.category_code')
        .whereIn('project.state', ['delivered', 'reviewed_by_residents', 'closed'])
        .as('delivered'),
    );
  whereInScopes(query, 'r.unit_path', scopes);
  return query;
}

function toResource({ withdrawnOn, ...rest }: ResourceRow): Resource {
  return { ...rest, withdrawnOn: withdrawnOn ?? undefined };
}
