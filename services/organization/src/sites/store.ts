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
  readonly leader_since: Date;
  readonly opened_on: string;
  readonly closed_on: string | null;
  readonly last_visited_on: string | null;
  readonly missed_since: string | null;
  readonly visit_due_on: string | null;
  readonly version: number;
}

const columns = [
  ...['id', 'name_zh', 'owner_zh', 'contractor_zh', 'subcontractors_zh', 'permit_number', 'stage', 'unit_id', 'unit_path', 'leader_id'],
  ...['opened_on', 'closed_on', 'last_visited_on', 'missed_since', 'version'],
];

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
  readonly reach: SiteReach;
  readonly under: string | undefined;
  readonly leaderId: string | undefined;
  readonly includeClosed: boolean;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** In the order of entry. Indexes: sites_pkey, sites_leader_idx, sites_path_idx. */
export async function listSites(tx: Tx, filter: SiteFilter): Promise<Site[]> {
  const query = selectSites(tx).orderBy('s.id').limit(filter.limit);
  whereReached(query, filter.reach, { path: 's.unit_path', leader: 's.leader_id' });
  if (filter.under !== undefined) whereInSubtree(query, 's.unit_path', filter.under);
  if (filter.leaderId !== undefined) void query.where('s.leader_id', filter.leaderId);
  if (!filter.includeClosed) void query.whereNull('s.closed_on');
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
    leaderSince: row.leader_since,
    openedOn: row.opened_on,
    closedOn: row.closed_on ?? undefined,
    lastVisitedOn: row.last_visited_on ?? undefined,
    missedSince: row.missed_since ?? undefined,
    visitDueOn: row.visit_due_on ?? undefined,
    version: row.version,
  };
}
