import { tenantOf, type Tx } from '@linli/db';
import type { Month, PledgeProgress, PledgeReason, PledgeStatement, ProgressState, StatementKind } from './pledge-project';

interface ProgressRow {
  readonly id: string;
  readonly project_id: string;
  readonly month: string;
  readonly state: ProgressState;
  readonly due_at: Date;
  readonly percent: number;
  readonly spent_fen: number;
  readonly note_zh: string;
  readonly words_withdrawn: boolean;
  readonly reported_at: Date | null;
  readonly reported_by: string | null;
}

interface StatementRow {
  readonly id: string;
  readonly project_id: string;
  readonly kind: StatementKind;
  readonly reason: PledgeReason;
  readonly explanation_zh: string;
  readonly words_withdrawn: boolean;
  readonly due_day_before: string | null;
  readonly due_day_after: string | null;
  readonly at: Date;
}

/** A month that is owed, or owed again. */
export async function insertProgress(tx: Tx, progress: PledgeProgress): Promise<void> {
  await tx('pledge_progress').insert({ tenant_id: tenantOf(tx), ...toProgressRow(progress) });
}

export async function updateProgress(tx: Tx, progress: PledgeProgress): Promise<void> {
  const { id, ...row } = toProgressRow(progress);
  await tx('pledge_progress').where({ tenant_id: tenantOf(tx), id }).update(row);
}

export async function findProgressById(tx: Tx, id: string): Promise<PledgeProgress | undefined> {
  const row = await tx('pledge_progress').where({ tenant_id: tenantOf(tx), id }).first<ProgressRow | undefined>();
  return row && toProgress(row);
}

/** Months of a project, the newest first. The project is locked where one of them is to change. Index: pledge_progress_month_key. */
export async function listProgress(tx: Tx, projectId: string): Promise<PledgeProgress[]> {
  const rows = await tx('pledge_progress').where({ tenant_id: tenantOf(tx), project_id: projectId }).orderBy('month', 'desc').select<ProgressRow[]>();
  return rows.map(toProgress);
}

export async function findProgress(tx: Tx, projectId: string, month: Month): Promise<PledgeProgress | undefined> {
  const row = await tx('pledge_progress').where({ tenant_id: tenantOf(tx), project_id: projectId, month }).first<ProgressRow | undefined>();
  return row && toProgress(row);
}

/** When the oldest month that is not reported is, or was, due. */
export async function findOldestDue(tx: Tx, projectId: string): Promise<Date | undefined> {
  const row = await tx('pledge_progress')
    .where({ tenant_id: tenantOf(tx), project_id: projectId })
    .whereIn('state', ['owed', 'missed'])
    .orderBy('month')
    .first<{ due_at: Date } | undefined>('due_at');
  return row?.due_at;
}

export async function insertStatement(tx: Tx, statement: PledgeStatement): Promise<void> {
  const { projectId, explanationZh, wordsWithdrawn, dueDayBefore, dueDayAfter, ...rest } = statement;
  await tx('pledge_statements').insert({
    tenant_id: tenantOf(tx),
    ...rest,
    project_id: projectId,
    explanation_zh: explanationZh,
    words_withdrawn: wordsWithdrawn,
    due_day_before: dueDayBefore ?? null,
    due_day_after: dueDayAfter ?? null,
  });
}

export async function findStatement(tx: Tx, projectId: string, id: string): Promise<PledgeStatement | undefined> {
  const row = await tx('pledge_statements').where({ tenant_id: tenantOf(tx), id, project_id: projectId }).first<StatementRow | undefined>();
  return row && toStatement(row);
}

export async function eraseExplanation(tx: Tx, id: string): Promise<void> {
  await tx('pledge_statements').where({ tenant_id: tenantOf(tx), id }).update({ explanation_zh: '', words_withdrawn: true });
}

/** Of one project or of a page of them, the newest first. Index: pledge_statements_project_idx. */
export async function listStatements(tx: Tx, projectIds: readonly string[]): Promise<PledgeStatement[]> {
  const rows = await tx('pledge_statements').where({ tenant_id: tenantOf(tx) }).whereIn('project_id', projectIds).orderBy(['at', 'id']).select<StatementRow[]>();
  return rows.map(toStatement).reverse();
}

/** The newest reported month of each. Index: pledge_progress_month_key. */
export async function listNewestReports(tx: Tx, projectIds: readonly string[]): Promise<PledgeProgress[]> {
  const { rows } = await tx.raw<{ rows: ProgressRow[] }>(
    `select newest.* from unnest(cast(:ids as uuid[])) as project (id)
       cross join lateral (select * from pledge_progress where tenant_id = :tenant and project_id = project.id and state = 'reported' order by month desc limit 1) as newest`,
    { tenant: tenantOf(tx), ids: [...projectIds] },
  );
  return rows.map(toProgress);
}

function toProgressRow(progress: PledgeProgress): ProgressRow {
  return {
    id: progress.id,
    project_id: progress.projectId,
    month: progress.month,
    state: progress.state,
    due_at: progress.dueAt,
    percent: progress.percent,
    spent_fen: progress.spentFen,
    note_zh: progress.noteZh,
    words_withdrawn: progress.wordsWithdrawn,
    reported_at: progress.reportedAt ?? null,
    reported_by: progress.reportedBy ?? null,
  };
}

function toProgress(row: ProgressRow): PledgeProgress {
  return {
    id: row.id,
    projectId: row.project_id,
    month: row.month,
    state: row.state,
    dueAt: row.due_at,
    percent: row.percent,
    spentFen: row.spent_fen,
    noteZh: row.note_zh,
    wordsWithdrawn: row.words_withdrawn,
    reportedAt: row.reported_at ?? undefined,
    reportedBy: row.reported_by ?? undefined,
  };
}

function toStatement(row: StatementRow): PledgeStatement {
  return {
    id: row.id,
    projectId: row.project_id,
    kind: row.kind,
    reason: row.reason,
    explanationZh: row.explanation_zh,
    wordsWithdrawn: row.words_withdrawn,
    dueDayBefore: row.due_day_before ?? undefined,
    dueDayAfter: row.due_day_after ?? undefined,
    at: row.at,
  };
}
