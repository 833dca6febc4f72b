import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { whereInScopes } from '../scope';
import { validOn, whereHolds } from '../validity';
import type { DualReport, DualReportWhole, DualReview, DualTask } from './dual-report';

export const dualReportConstraints: ConstraintReasons = {
  dual_reports_open_key: { kind: 'already_exists', reason: 'DUAL_REPORT_EXISTS', message: 'the member unit reports to this community' },
};

interface DualReportRow {
  readonly id: string;
  readonly member_unit_id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly headcount: number;
  readonly reported_on: string;
  readonly ended_on: string | null;
  readonly review_due_at: Date | null;
  readonly version: number;
}

interface DualTaskRow {
  readonly id: string;
  readonly text_zh: string;
  readonly due_on: string;
  readonly done_on: string | null;
  readonly proof: string;
}

const columns = ['id', 'member_unit_id', 'unit_id', 'unit_path', 'headcount', 'reported_on', 'ended_on', 'review_due_at', 'version'] as const;
/** Those shown of a report; open tasks all are. */
const most = { tasks: 200, reviews: 50 };
const taskColumns = ['id', 'text_zh', 'due_on', 'done_on', 'proof'] as const;

export async function insertDualReport(tx: Tx, report: DualReport): Promise<void> {
  await tx('dual_reports').insert({ tenant_id: tenantOf(tx), ...toRow(report) });
}

export async function saveDualReport(tx: Tx, report: DualReport): Promise<void> {
  const { headcount, ended_on, review_due_at, version } = toRow(report);
  await tx('dual_reports').where({ tenant_id: tenantOf(tx), id: report.id }).update({ headcount, ended_on, review_due_at, version });
}

export async function findDualReport(tx: Tx, id: string): Promise<DualReport | undefined> {
  const row = await tx('dual_reports').where({ tenant_id: tenantOf(tx), id }).first<DualReportRow | undefined>(columns);
  return row && toReport(row);
}

export async function lockDualReport(tx: Tx, id: string): Promise<DualReport | undefined> {
  const row = await tx('dual_reports').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<DualReportRow | undefined>(columns);
  return row && toReport(row);
}

/** Those of a member unit that last. Index: dual_reports_open_key. */
export async function listReportIds(tx: Tx, memberUnitId: string): Promise<string[]> {
  return tx('dual_reports').where({ tenant_id: tenantOf(tx), member_unit_id: memberUnitId }).whereNull('ended_on').orderBy('id').pluck<string[]>('id');
}

/** Locked in the order of ids. Index: dual_reports_open_key. */
export async function lockReportsOf(tx: Tx, memberUnitId: string): Promise<DualReport[]> {
  const lasting = tx('dual_reports').where({ tenant_id: tenantOf(tx), member_unit_id: memberUnitId }).whereNull('ended_on').orderBy('id');
  return (await lasting.forUpdate().select<DualReportRow[]>(columns)).map(toReport);
}

/** Those at units that last. Index: dual_reports_unit_idx. */
export async function listReportIdsAt(tx: Tx, unitIds: readonly string[]): Promise<string[]> {
  return tx('dual_reports').where({ tenant_id: tenantOf(tx), ended_on: null }).whereIn('unit_id', unitIds).orderBy('id').pluck<string[]>('id');
}

/** Ends those of them that last, each with its version raised. */
export async function endLasting(tx: Tx, ids: readonly string[], endedOn: LocalDate): Promise<DualReport[]> {
  const rows = await tx('dual_reports')
    .where({ tenant_id: tenantOf(tx), ended_on: null })
    .whereIn('id', ids)
    .update({ ended_on: endedOn, review_due_at: null, version: tx.raw('version + 1') })
    .returning<DualReportRow[]>(columns);
  return rows.map(toReport);
}

/** Counts the versions of those that last up, for their alarms. */
export async function touchDualReports(tx: Tx, ids: readonly string[]): Promise<DualReport[]> {
  const rows = await tx('dual_reports')
    .where({ tenant_id: tenantOf(tx) })
    .whereNull('ended_on')
    .whereIn('id', ids)
    .update({ version: tx.raw('version + 1') })
    .returning<DualReportRow[]>(columns);
  return rows.map(toReport);
}

interface DualReportPage {
  readonly scopes: UnitScopes;
  /** Those that lasted on that day; undefined for those that last. */
  readonly asOf: LocalDate | undefined;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** A few for each member unit: the key serves it. */
export async function listDualReports(tx: Tx, { scopes, asOf, afterId, limit }: DualReportPage): Promise<DualReport[]> {
  const query = tx('dual_reports').where({ tenant_id: tenantOf(tx) }).orderBy('id').limit(limit).select<DualReportRow[]>(columns);
  if (asOf === undefined) void query.whereNull('ended_on');
  else whereHolds(query, validOn(asOf, { from: 'reported_on', to: 'ended_on' }));
  whereInScopes(query, 'unit_path', scopes);
  if (afterId !== undefined) void query.where('id', '>', afterId);
  return (await query).map(toReport);
}

export async function insertTask(tx: Tx, reportId: string, { id, textZh, dueOn }: DualTask): Promise<void> {
  await tx('dual_tasks').insert({ tenant_id: tenantOf(tx), dual_report_id: reportId, id, text_zh: textZh, due_on: dueOn, proof: '' });
}

export async function saveTask(tx: Tx, reportId: string, { id, doneOn, proof }: DualTask): Promise<void> {
  await tx('dual_tasks').where({ tenant_id: tenantOf(tx), dual_report_id: reportId, id }).update({ done_on: doneOn ?? null, proof });
}

export async function insertReview(tx: Tx, reportId: string, { id, reviewedOn, textZh }: DualReview): Promise<void> {
  await tx('dual_reviews').insert({ tenant_id: tenantOf(tx), dual_report_id: reportId, id, reviewed_on: reviewedOn, text_zh: textZh });
}

export async function findTask(tx: Tx, reportId: string, id: string): Promise<DualTask | undefined> {
  const row = await tx('dual_tasks').where({ tenant_id: tenantOf(tx), dual_report_id: reportId, id }).first<DualTaskRow | undefined>(taskColumns);
  return row && toTask(row);
}

/** How many tasks of each report are still to be done; a report without is not in it. Index: dual_tasks_shown_idx. */
export async function countOpenTasks(tx: Tx, reportIds: readonly string[]): Promise<Map<string, number>> {
  const open = tx('dual_tasks').where({ tenant_id: tenantOf(tx), done_on: null }).whereIn('dual_report_id', reportIds);
  const rows = await open.groupBy('dual_report_id').select<{ dual_report_id: string; count: string }[]>('dual_report_id', tx.raw('count(*) as count'));
  return new Map(rows.map((row) => [row.dual_report_id, Number(row.count)]));
}

/** With its tasks, the open ones by their due day before those done last, and its newest reviews first. Index: dual_tasks_shown_idx. */
export async function withAll(tx: Tx, report: DualReport): Promise<DualReportWhole> {
  const tasks = await tx('dual_tasks')
    .where({ tenant_id: tenantOf(tx), dual_report_id: report.id })
    .orderByRaw('done_on desc nulls first, due_on, id')
    .limit(most.tasks)
    .select<DualTaskRow[]>(taskColumns);
  const reviews = await tx('dual_reviews')
    .where({ tenant_id: tenantOf(tx), dual_report_id: report.id })
    .orderBy('id', 'desc')
    .limit(most.reviews)
    .select<DualReview[]>({ id: 'id', reviewedOn: 'reviewed_on', textZh: 'text_zh' });
  return { ...report, tasks: tasks.map(toTask), reviews };
}

function toTask({ id, text_zh, due_on, done_on, proof }: DualTaskRow): DualTask {
  return { id, textZh: text_zh, dueOn: due_on, doneOn: done_on ?? undefined, proof };
}

function toRow(report: DualReport): DualReportRow {
  return {
    id: report.id,
    member_unit_id: report.memberUnitId,
    unit_id: report.unitId,
    unit_path: report.unitPath,
    headcount: report.headcount,
    reported_on: report.reportedOn,
    ended_on: report.endedOn ?? null,
    review_due_at: report.reviewDueAt ?? null,
    version: report.version,
  };
}

function toReport(row: DualReportRow): DualReport {
  return {
    id: row.id,
    memberUnitId: row.member_unit_id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    headcount: row.headcount,
    reportedOn: row.reported_on,
    endedOn: row.ended_on ?? undefined,
    reviewDueAt: row.review_due_at ?? undefined,
    version: row.version,
  };
}
