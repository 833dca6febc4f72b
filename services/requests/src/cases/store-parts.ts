import { tenantOf, type Tx } from '@linli/db';
import type { Answer, Case, CaseTask, HeldPaper, MaterialNotice } from './case';

export type CaseParts = Pick<Case, 'notices' | 'heldPapers' | 'tasks' | 'answers'>;

export const noParts: CaseParts = { notices: [], heldPapers: [], tasks: [], answers: [] };

/** Rows as JSON, so that one statement reads all four tables; times are text in it. */
interface PartRows {
  notices: {
    id: string;
    material_codes: string[];
    explanation: string;
    issued_at: string;
    is_once: boolean;
    supervisor_reason: string;
    supplied_codes: string[];
    supplied_at: string | null;
  }[];
  papers: { id: string; material_code: string; held_by: string; received_at: string; returned_at: string | null; returned_by: string | null }[];
  tasks: { id: string; unit_id: string; unit_path: string; lead: boolean; title_zh: string; done_at: string | null; done_by: string | null }[];
  answers: {
    id: string;
    source: Answer['source'];
    by: string;
    at: string;
    reached: boolean;
    rating: number;
    solved: boolean;
    comment: string;
    round: number;
  }[];
}

/** Everything beside the case's own row, the oldest first. */
export async function readParts(tx: Tx, caseId: string): Promise<CaseParts> {
  const { rows } = await tx.raw<{ rows: PartRows[] }>(
    `select
       (select coalesce(json_agg(p order by id), '[]') from material_notices p where tenant_id = :tenant and case_id = :caseId) as notices,
       (select coalesce(json_agg(p order by id), '[]') from held_papers p where tenant_id = :tenant and case_id = :caseId) as papers,
       (select coalesce(json_agg(p order by id), '[]') from case_tasks p where tenant_id = :tenant and case_id = :caseId) as tasks,
       (select coalesce(json_agg(p order by id), '[]') from callbacks p where tenant_id = :tenant and case_id = :caseId) as answers`,
    { tenant: tenantOf(tx), caseId },
  );
  const [row] = rows;
  if (row === undefined) return noParts;
  return {
    notices: row.notices.map((notice) => ({
      id: notice.id,
      materialCodes: notice.material_codes,
      explanation: notice.explanation,
      issuedAt: new Date(notice.issued_at),
      isOnce: notice.is_once,
      supervisorReason: notice.supervisor_reason,
      suppliedCodes: notice.supplied_codes,
      suppliedAt: timeOf(notice.supplied_at),
    })),
    heldPapers: row.papers.map((paper) => ({
      id: paper.id,
      materialCode: paper.material_code,
      heldBy: paper.held_by,
      receivedAt: new Date(paper.received_at),
      returnedAt: timeOf(paper.returned_at),
      returnedBy: paper.returned_by ?? undefined,
    })),
    tasks: row.tasks.map((task) => ({
      id: task.id,
      unitId: task.unit_id,
      unitPath: task.unit_path,
      lead: task.lead,
      titleZh: task.title_zh,
      doneAt: timeOf(task.done_at),
      doneBy: task.done_by ?? undefined,
    })),
    answers: row.answers.map(({ at, ...answer }) => ({ ...answer, at: new Date(at) })),
  };
}

export async function insertNotice(tx: Tx, caseId: string, notice: MaterialNotice): Promise<void> {
  await tx('material_notices').insert({
    tenant_id: tenantOf(tx),
    case_id: caseId,
    id: notice.id,
    material_codes: notice.materialCodes,
    explanation: notice.explanation,
    issued_at: notice.issuedAt,
    is_once: notice.isOnce,
    supervisor_reason: notice.supervisorReason,
    supplied_codes: notice.suppliedCodes,
    supplied_at: notice.suppliedAt ?? null,
  });
}

/** Notes which of the demanded papers are here. */
export async function updateNotice(tx: Tx, caseId: string, notice: MaterialNotice): Promise<void> {
  await tx('material_notices')
    .where({ tenant_id: tenantOf(tx), case_id: caseId, id: notice.id })
    .update({ supplied_codes: notice.suppliedCodes, supplied_at: notice.suppliedAt ?? null });
}

export async function insertPapers(tx: Tx, caseId: string, papers: readonly HeldPaper[]): Promise<void> {
  if (papers.length === 0) return;
  const rows = papers.map((paper) => ({
    tenant_id: tenantOf(tx),
    case_id: caseId,
    id: paper.id,
    material_code: paper.materialCode,
    held_by: paper.heldBy,
    received_at: paper.receivedAt,
  }));
  await tx('held_papers').insert(rows);
}

export async function returnPapers(tx: Tx, caseId: string, returned: { paperIds: readonly string[]; by: string; at: Date }): Promise<void> {
  if (returned.paperIds.length === 0) return;
  await tx('held_papers')
    .where({ tenant_id: tenantOf(tx), case_id: caseId })
    .whereIn('id', returned.paperIds)
    .update({ returned_at: returned.at, returned_by: returned.by });
}

export async function insertTask(tx: Tx, caseId: string, task: CaseTask): Promise<void> {
  await tx('case_tasks').insert({
    tenant_id: tenantOf(tx),
    case_id: caseId,
    id: task.id,
    unit_id: task.unitId,
    unit_path: task.unitPath,
    lead: task.lead,
    title_zh: task.titleZh,
  });
}

export async function completeTaskRow(tx: Tx, caseId: string, done: { taskId: string; by: string; at: Date }): Promise<void> {
  await tx('case_tasks').where({ tenant_id: tenantOf(tx), case_id: caseId, id: done.taskId }).update({ done_at: done.at, done_by: done.by });
}

export async function insertAnswer(tx: Tx, caseId: string, answer: Answer): Promise<void> {
  await tx('callbacks').insert({ tenant_id: tenantOf(tx), case_id: caseId, ...answer });
}

function timeOf(text: string | null): Date | undefined {
  return text === null ? undefined : new Date(text);
}
