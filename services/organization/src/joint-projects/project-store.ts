import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { wherePageByUnit } from '../by-unit';
import type { TogetherTag } from '../meetings/meeting';
import type { JointProject, ProjectState } from './joint-project';

interface ProjectRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly title_zh: string;
  readonly state: ProjectState;
  readonly tags: TogetherTag[];
  readonly lead_member_unit_id: string | null;
  readonly budget_cents: number;
  readonly due_on: string;
  readonly overdue_at: Date | null;
  readonly proof: string;
  readonly useful: number;
  readonly partly: number;
  readonly not_useful: number;
  readonly reason_code: string;
  readonly version: number;
}

interface PartRow {
  readonly joint_project_id: string;
  readonly part: string;
}

interface Parts {
  readonly needIds: readonly string[];
  readonly resourceIds: readonly string[];
}

const columns = [
  'id', 'unit_id', 'unit_path', 'title_zh', 'state', 'tags', 'lead_member_unit_id', 'budget_cents', 'due_on', 'overdue_at', 'proof', 'useful', 'partly', 'not_useful',
  'reason_code', 'version',
] as const;

export async function insertProject(tx: Tx, project: JointProject): Promise<void> {
  const { id, unitId, unitPath, titleZh, tags, budgetCents, dueOn } = project;
  const born = { tenant_id: tenantOf(tx), id, unit_id: unitId, unit_path: unitPath, title_zh: titleZh, tags: [...tags], budget_cents: budgetCents, due_on: dueOn };
  await tx('joint_projects').insert({ ...born, ...changing(project) });
  await tx('joint_project_needs').insert(project.needIds.map((needId, place) => ({ tenant_id: tenantOf(tx), joint_project_id: id, need_id: needId, place })));
}

/** Writes what can change but its parts. */
export async function saveProject(tx: Tx, project: JointProject): Promise<void> {
  await tx('joint_projects').where({ tenant_id: tenantOf(tx), id: project.id }).update(changing(project));
}

export async function insertProjectResources(tx: Tx, projectId: string, resourceIds: readonly string[]): Promise<void> {
  await tx('joint_project_resources').insert(resourceIds.map((resourceId, place) => ({ tenant_id: tenantOf(tx), joint_project_id: projectId, resource_id: resourceId, place })));
}

export async function findProject(tx: Tx, id: string): Promise<JointProject | undefined> {
  return (await withParts(tx, await tx('joint_projects').where({ tenant_id: tenantOf(tx), id }).select<ProjectRow[]>(columns)))[0];
}

export async function lockProject(tx: Tx, id: string): Promise<JointProject | undefined> {
  return (await withParts(tx, await tx('joint_projects').where({ tenant_id: tenantOf(tx), id }).forUpdate().select<ProjectRow[]>(columns)))[0];
}

/** Marks those not delivered yet as overdue, each with its version raised. */
export async function markProjectsOverdue(tx: Tx, ids: readonly string[], at: Date): Promise<JointProject[]> {
  const rows = await tx('joint_projects')
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('state', ['proposed', 'matched', 'agreed', 'running'])
    .whereIn('id', ids)
    .update({ overdue_at: at, version: tx.raw('version + 1') })
    .returning<ProjectRow[]>(columns);
  return withParts(tx, rows);
}

export interface ProjectFilter {
  readonly scopes: UnitScopes;
  readonly state: ProjectState | undefined;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** The oldest first. Indexes: joint_projects_unit_path_idx; of the whole office joint_projects_state_idx and the key. */
export async function listProjects(tx: Tx, { scopes, state, afterId, limit }: ProjectFilter): Promise<JointProject[]> {
  const query = tx('joint_projects').where({ tenant_id: tenantOf(tx) }).orderBy('id').limit(limit).select<ProjectRow[]>(columns);
  wherePageByUnit(tx, query, { table: 'joint_projects', order: 'oldest', scopes, holding: { state }, after: afterId, limit });
  return withParts(tx, await query);
}

/** The needs and resources of all of them, in two statements. */
async function withParts(tx: Tx, rows: readonly ProjectRow[]): Promise<JointProject[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const needs = await partsOf(tx, 'joint_project_needs', { column: 'need_id', ids });
  const resources = await partsOf(tx, 'joint_project_resources', { column: 'resource_id', ids });
  return rows.map((row) => toProject(row, { needIds: needs.get(row.id) ?? [], resourceIds: resources.get(row.id) ?? [] }));
}

async function partsOf(tx: Tx, table: string, { column, ids }: { readonly column: string; readonly ids: readonly string[] }): Promise<Map<string, string[]>> {
  const rows = await tx(table)
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('joint_project_id', ids)
    .orderBy('place')
    .select<PartRow[]>('joint_project_id', tx.raw('?? as part', [column]));
  return new Map([...Map.groupBy(rows, (row) => row.joint_project_id)].map(([project, own]) => [project, own.map(({ part }) => part)]));
}

function changing(project: JointProject) {
  const { state, leadMemberUnitId, overdueAt, proof, usefulness, reasonCode, version } = project;
  return {
    state,
    lead_member_unit_id: leadMemberUnitId ?? null,
    overdue_at: overdueAt ?? null,
    proof,
    useful: usefulness.useful,
    partly: usefulness.partly,
    not_useful: usefulness.notUseful,
    reason_code: reasonCode,
    version,
  };
}

function toProject(row: ProjectRow, parts: Parts): JointProject {
  return {
    ...parts,
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    titleZh: row.title_zh,
    state: row.state,
    tags: row.tags,
    leadMemberUnitId: row.lead_member_unit_id ?? undefined,
    budgetCents: row.budget_cents,
    dueOn: row.due_on,
    overdueAt: row.overdue_at ?? undefined,
    proof: row.proof,
    usefulness: { useful: row.useful, partly: row.partly, notUseful: row.not_useful },
    reasonCode: row.reason_code,
    version: row.version,
  };
}
