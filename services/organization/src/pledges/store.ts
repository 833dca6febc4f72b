import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import { whereInScopes } from '../scope';
import type { PledgeOwner, PledgeProject, PledgeSource, PledgeState } from './pledge-project';

export const pledgeConstraints: ConstraintReasons = {
  pledge_projects_code_key: { kind: 'already_exists', reason: 'PLEDGE_CODE_TAKEN', message: 'a pledge project has this code' },
};

interface ProjectRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly code: string;
  readonly year: number;
  readonly title_zh: string;
  readonly description_zh: string;
  readonly source: PledgeSource;
  readonly state: PledgeState;
  readonly voted_on: string | null;
  readonly entitled: number | null;
  readonly present: number | null;
  readonly in_favour: number | null;
  readonly against: number | null;
  readonly abstained: number | null;
  readonly quorum_id: string | null;
  readonly quorum_version: number | null;
  readonly due_day: string | null;
  readonly first_due_day: string | null;
  readonly owner_unit_id: string | null;
  readonly owner_path: string | null;
  readonly post_id: string | null;
  readonly owner_id: string | null;
  readonly budget_fen: number | null;
  readonly progress_due_at: Date | null;
  readonly overdue: boolean;
  readonly completed_on: string | null;
  readonly completed_by: string | null;
  readonly checked_on: string | null;
  readonly examiners: number | null;
  readonly score_counts: number[] | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
}

export async function insertProject(tx: Tx, project: PledgeProject): Promise<void> {
  await tx('pledge_projects').insert({ tenant_id: tenantOf(tx), ...toRow(project) });
}

export async function updateProject(tx: Tx, project: PledgeProject): Promise<void> {
  const { id, ...row } = toRow(project);
  await tx('pledge_projects').where({ tenant_id: tenantOf(tx), id }).update(row);
}

export async function findProject(tx: Tx, id: string): Promise<PledgeProject | undefined> {
  const row = await tx('pledge_projects').where({ tenant_id: tenantOf(tx), id }).first<ProjectRow | undefined>();
  return row && toProject(row);
}

export async function lockProject(tx: Tx, id: string): Promise<PledgeProject | undefined> {
  const row = await tx('pledge_projects').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<ProjectRow | undefined>();
  return row && toProject(row);
}

export interface ProjectFilter {
  readonly scopes: UnitScopes;
  readonly year: number | undefined;
  readonly state: PledgeState | undefined;
  readonly after: { readonly year: number; readonly code: string } | undefined;
  readonly limit: number;
}

/** The newest year first, in it by code: those of one's units, and those that one's units carry out. Index: pledge_projects_year_idx. */
export async function listProjects(tx: Tx, filter: ProjectFilter): Promise<PledgeProject[]> {
  const { scopes, year, state, after, limit } = filter;
  const query = tx('pledge_projects').where({ tenant_id: tenantOf(tx) }).orderBy([{ column: 'year', order: 'desc' }, { column: 'code' }]).limit(limit).select<ProjectRow[]>();
  if (scopes !== 'tenant') void query.where((any: Knex.QueryBuilder) => orOwned(any, scopes));
  if (year !== undefined) void query.where({ year });
  if (state !== undefined) void query.where({ state });
  if (after !== undefined) void query.whereRaw('(year < ? or (year = ? and code > ?))', [after.year, after.year, after.code]);
  return (await query).map(toProject);
}

function orOwned(query: Knex.QueryBuilder, scopes: UnitScopes): void {
  void query.where((own) => whereInScopes(own, 'unit_path', scopes)).orWhere((owned) => whereInScopes(owned, 'owner_path', scopes));
}

/** Who holds the post at the unit on that day. */
export async function findPledgeOwner(tx: Tx, asked: { readonly unitId: string; readonly postId: string; readonly day: LocalDate }): Promise<PledgeOwner | undefined> {
  const post = await tx('posts')
    .where({ tenant_id: tenantOf(tx), id: asked.postId, unit_id: asked.unitId })
    .where('valid_from', '<=', asked.day)
    .whereRaw('(valid_to is null or valid_to > ?)', [asked.day])
    .first<{ staff_id: string; unit_path: string } | undefined>('staff_id', 'unit_path');
  return post && { ownerUnitId: asked.unitId, ownerPath: post.unit_path, postId: asked.postId, ownerId: post.staff_id };
}

function toRow(project: PledgeProject): ProjectRow {
  const { vote, promise, completion, check } = project;
  return {
    id: project.id,
    unit_id: project.unitId,
    unit_path: project.unitPath,
    code: project.code,
    year: project.year,
    title_zh: project.titleZh,
    description_zh: project.descriptionZh,
    source: project.source,
    state: project.state,
    voted_on: vote?.heldOn ?? null,
    entitled: vote?.entitled ?? null,
    present: vote?.present ?? null,
    in_favour: vote?.inFavour ?? null,
    against: vote?.against ?? null,
    abstained: vote?.abstained ?? null,
    quorum_id: vote?.ruleSetId ?? null,
    quorum_version: vote?.ruleSetVersion ?? null,
    due_day: promise?.dueDay ?? null,
    first_due_day: promise?.firstDueDay ?? null,
    owner_unit_id: promise?.ownerUnitId ?? null,
    owner_path: promise?.ownerPath ?? null,
    post_id: promise?.postId ?? null,
    owner_id: promise?.ownerId ?? null,
    budget_fen: promise?.budgetFen ?? null,
    progress_due_at: project.progressDueAt ?? null,
    overdue: project.overdue,
    completed_on: completion?.on ?? null,
    completed_by: completion?.by ?? null,
    checked_on: check?.checkedOn ?? null,
    examiners: check?.examiners ?? null,
    score_counts: check === undefined ? null : [...check.scoreCounts],
    created_at: project.createdAt,
    updated_at: project.updatedAt,
    version: project.version,
  };
}

// The columns of a vote, a promise, a completion or a check are there together or not at all: the table's checks say so.
function toProject(row: ProjectRow): PledgeProject {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    code: row.code,
    year: row.year,
    titleZh: row.title_zh,
    descriptionZh: row.description_zh,
    source: row.source,
    state: row.state,
    vote: voteOf(row),
    promise: promiseOf(row),
    progressDueAt: row.progress_due_at ?? undefined,
    overdue: row.overdue,
    completion: row.completed_on === null ? undefined : { on: row.completed_on, by: row.completed_by ?? '' },
    check: row.checked_on === null ? undefined : { checkedOn: row.checked_on, examiners: row.examiners ?? 0, scoreCounts: row.score_counts ?? [] },
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}

function voteOf(row: ProjectRow): PledgeProject['vote'] {
  if (row.voted_on === null) return undefined;
  return {
    heldOn: row.voted_on,
    entitled: row.entitled ?? 0,
    present: row.present ?? 0,
    inFavour: row.in_favour ?? 0,
    against: row.against ?? 0,
    abstained: row.abstained ?? 0,
    ruleSetId: row.quorum_id ?? '',
    ruleSetVersion: row.quorum_version ?? 0,
  };
}

function promiseOf(row: ProjectRow): PledgeProject['promise'] {
  if (row.due_day === null) return undefined;
  return {
    dueDay: row.due_day,
    firstDueDay: row.first_due_day ?? row.due_day,
    ownerUnitId: row.owner_unit_id ?? '',
    ownerPath: row.owner_path ?? '',
    postId: row.post_id ?? '',
    ownerId: row.owner_id ?? '',
    budgetFen: row.budget_fen ?? 0,
  };
}
