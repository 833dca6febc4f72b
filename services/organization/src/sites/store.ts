import { addDays, instantAt, type LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { whereInSubtree } from '../scope';
import { whereReached, type SiteReach } from './reach';
import type { Site, Stage } from './site';

export const siteConstraints: ConstraintReasons = {
  sites_permit_key: { kind: 'already_exists', reason: 'SITE_PERMIT_TAKEN', message: 'an open site has this permit' },
  site_visits_once_key: { kind: 'already_exists', reason: 'VISIT_RECORDED_ALREADY', message: 'this visit is recorded already' },
};

interface SiteRow {
  readonly id: string;
  readonly name_zh: string;
  readonly owner_zh: string;
  readonly contractor_zh: string;
  readonly subcontractors_zh: string[];
  readonly permit_number: string;
  readonly stage: Stage;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly leader_id: string;
  readonly leader_since: Date | null;
  readonly opened_on: string;
  readonly closed_on: string | null;
  readonly last_visited_on: string | null;
  readonly missed_since: string | null;
  readonly visit_due_on: string | null;
  readonly version: number;
}

/** The same whatever day is asked for: of these no history is kept. */
const lastingColumns = ['id', 'name_zh', 'owner_zh', 'contractor_zh', 'subcontractors_zh', 'permit_number', 'stage', 'unit_id', 'unit_path', 'opened_on', 'version'];
const columns = [...lastingColumns, 'leader_id', 'closed_on', 'last_visited_on', 'missed_since'];

/** Each site with its present leader's first day and the end of the owed period. */
function selectSites(tx: Tx) {
  return tx('sites as s')
    .where('s.tenant_id', tenantOf(tx))
    .select<SiteRow[]>(
      ...columns.map((column) => `s.${column}`),
      tx.raw(`(select l.since from site_leaders l where l.tenant_id = s.tenant_id and l.site_id = s.id and l.until is null) as leader_since`),
      tx.raw(`(select p.due_on from site_visit_plans p where p.tenant_id = s.tenant_id and p.site_id = s.id and p.state = 'owed') as visit_due_on`),
    );
}

/**
 * Those that had opened by the day, with who led them when it ended: nobody, where the office did not know of the site yet. Of
 * visits the last one by then; what is owed and missed is told of now alone.
 */
function selectSitesOn(tx: Tx, day: LocalDate) {
  return tx('sites as s')
    .joinRaw(
      `left join lateral (
         select leader_id, since from site_leaders l where l.tenant_id = s.tenant_id and l.site_id = s.id and l.since < ? order by l.site_version desc limit 1) led on true`,
      [instantAt(addDays(day, 1), 0)],
    )
    .where('s.tenant_id', tenantOf(tx))
    .where('s.opened_on', '<=', day)
    .select<SiteRow[]>(
      ...lastingColumns.map((column) => `s.${column}`),
      tx.raw(`coalesce(cast(led.leader_id as text), '') as leader_id, led.since as leader_since, null as missed_since, null as visit_due_on`),
      tx.raw('case when s.closed_on <= ? then s.closed_on end as closed_on', [day]),
      tx.raw('(select max(v.visited_on) from site_visits v where v.tenant_id = s.tenant_id and v.site_id = s.id and v.visited_on <= ?) as last_visited_on', [day]),
    );
}

export async function insertSite(tx: Tx, site: Site): Promise<void> {
  await tx('sites').insert({
    tenant_id: tenantOf(tx),
    id: site.id,
    owner_zh: site.ownerZh,
    unit_id: site.unitId,
    unit_path: site.unitPath,
    opened_on: site.openedOn,
    ...changing(site),
  });
  await insertLeader(tx, site);
}

/** The row is locked by this transaction. */
export async function saveSite(tx: Tx, site: Site): Promise<void> {
  await tx('sites').where({ tenant_id: tenantOf(tx), id: site.id }).update(changing(site));
}

/** Ends the present leader's time and begins the new one's, at `leaderSince`. */
export async function changeLeader(tx: Tx, site: Site): Promise<void> {
  await tx('site_leaders').where({ tenant_id: tenantOf(tx), site_id: site.id }).whereNull('until').update({ until: site.leaderSince });
  await insertLeader(tx, site);
}

async function insertLeader(tx: Tx, site: Site): Promise<void> {
  await tx('site_leaders').insert({ tenant_id: tenantOf(tx), site_id: site.id, site_version: site.version, leader_id: site.leaderId, since: site.leaderSince });
}

export async function findSite(tx: Tx, id: string): Promise<Site | undefined> {
  const row = await selectSites(tx).where('s.id', id).first<SiteRow | undefined>();
  return row && toSite(row);
}

/** For a change of the site or its plan. The locked row is read anew: a plan may have moved while this waited. */
export async function lockSites(tx: Tx, ids: readonly string[]): Promise<Site[]> {
  await tx('sites').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).orderBy('id').forUpdate().select('id');
  return (await selectSites(tx).whereIn('s.id', ids).orderBy('s.id')).map(toSite);
}

/** For work on the site, which keeps its leader and stays open until this transaction ends. */
export async function shareSites(tx: Tx, ids: readonly string[]): Promise<Site[]> {
  await tx('sites').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).orderBy('id').forShare().select('id');
  return (await selectSites(tx).whereIn('s.id', ids).orderBy('s.id')).map(toSite);
}

export interface SiteFilter {
  /** By who leads now, whatever the day. */
  readonly reach: SiteReach;
  readonly under: string | undefined;
  readonly leaderId: string | undefined;
  readonly includeClosed: boolean;
  /** Undefined: as they are. */
  readonly asOf: LocalDate | undefined;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** In the order of entry. Indexes: sites_pkey, sites_leader_idx, sites_path_idx; as of a day site_leaders_pkey, site_visits_site_idx. */
export async function listSites(tx: Tx, { asOf, ...filter }: SiteFilter): Promise<Site[]> {
  const query = asOf === undefined ? selectSites(tx) : selectSitesOn(tx, asOf);
  void query.orderBy('s.id').limit(filter.limit);
  whereReached(query, filter.reach, { path: 's.unit_path', leader: 's.leader_id' });
  if (filter.under !== undefined) whereInSubtree(query, 's.unit_path', filter.under);
  if (filter.leaderId !== undefined) void query.where(asOf === undefined ? 's.leader_id' : 'led.leader_id', filter.leaderId);
  if (!filter.includeClosed) void (asOf === undefined ? query.whereNull('s.closed_on') : query.whereRaw(`coalesce(s.closed_on, 'infinity') > ?`, [asOf]));
  if (filter.afterId !== undefined) void query.where('s.id', '>', filter.afterId);
  return (await query).map(toSite);
}

/** Whether somebody of this id works here; they do until this transaction ends. */
export async function shareActiveStaff(tx: Tx, id: string): Promise<{ active: boolean } | undefined> {
  return tx('staff').where({ tenant_id: tenantOf(tx), id }).forShare().first<{ active: boolean } | undefined>('active');
}

export async function countOpenFindings(tx: Tx, siteId: string): Promise<number> {
  const row = await tx('site_findings').where({ tenant_id: tenantOf(tx), site_id: siteId }).whereNull('closed_at').count<{ count: number | string }[]>({ count: '*' }).first();
  return Number(row?.count ?? 0);
}

export async function countOpenResettlements(tx: Tx, siteId: string): Promise<number> {
  const row = await tx('resettlements').where({ tenant_id: tenantOf(tx), site_id: siteId }).whereNull('closed_at').count<{ count: number | string }[]>({ count: '*' }).first();
  return Number(row?.count ?? 0);
}

export async function countOpenComplaints(tx: Tx, siteId: string): Promise<number> {
  const row = await tx('worker_complaints').where({ tenant_id: tenantOf(tx), site_id: siteId }).whereNull('closed_at').count<{ count: number | string }[]>({ count: '*' }).first();
  return Number(row?.count ?? 0);
}

function changing(site: Site) {
  return {
    name_zh: site.nameZh,
    contractor_zh: site.contractorZh,
    subcontractors_zh: site.subcontractorsZh,
    permit_number: site.permitNumber,
    stage: site.stage,
    leader_id: site.leaderId,
    closed_on: site.closedOn ?? null,
    last_visited_on: site.lastVisitedOn ?? null,
    missed_since: site.missedSince ?? null,
    version: site.version,
  };
}

function toSite(row: SiteRow): Site {
  return {
    id: row.id,
    nameZh: row.name_zh,
    ownerZh: row.owner_zh,
    contractorZh: row.contractor_zh,
    subcontractorsZh: row.subcontractors_zh,
    permitNumber: row.permit_number,
    stage: row.stage,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    leaderId: row.leader_id,
    leaderSince: row.leader_since ?? undefined,
    openedOn: row.opened_on,
    closedOn: row.closed_on ?? undefined,
    lastVisitedOn: row.last_visited_on ?? undefined,
    missedSince: row.missed_since ?? undefined,
    visitDueOn: row.visit_due_on ?? undefined,
    version: row.version,
  };
}
