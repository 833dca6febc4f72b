import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { aborted, notFound } from '@linli/errors';
import type { CaseType } from '../items/rules';
import type { Case, CaseResult, CaseState, Channel, DeliveryMethod, PauseCause, Waiting } from './case';
import { noParts, readParts, type CaseParts } from './store-parts';
import { waitingOf } from './waiting';

/** A row of `cases`. `next_due_at` is Infinity where the office owes no step. */
export interface CaseRow {
  tenant_id: string;
  id: string;
  number: string | null;
  item_code: string;
  item_version: number;
  item_name_zh: string;
  case_type: CaseType;
  resident_id: string;
  mandate_id: string | null;
  channel: Channel;
  unit_id: string;
  unit_path: string;
  agent_id: string | null;
  backup_id: string | null;
  owner_id: string | null;
  handler_unit_id: string | null;
  handler_unit_path: string | null;
  state: CaseState;
  waits_for: Waiting;
  submitted_at: Date | null;
  notice_due_at: Date | null;
  accepted_at: Date | null;
  accepted_automatically: boolean;
  due_at: Date | null;
  statutory_due_at: Date | null;
  due_provisional: boolean;
  next_due_at: Date | number | string;
  extended: boolean;
  decline_reason_code: string | null;
  decline_explanation: string;
  decline_redirect: string;
  pause_cause: PauseCause | null;
  result: CaseResult | null;
  result_explanation: string;
  decided_at: Date | null;
  delivery_method: DeliveryMethod | null;
  delivered_at: Date | null;
  closed_at: Date | null;
  reopen_until: Date | null;
  reopened_count: number;
  subject: string;
  thread_id: string;
  created_at: Date;
  updated_at: Date;
  version: number;
}

export const caseConstraints: ConstraintReasons = {
  held_papers_out: { kind: 'failed_precondition', reason: 'PAPER_HELD_ALREADY', message: 'this paper is held already' },
  case_tasks_one_lead: { kind: 'failed_precondition', reason: 'LEAD_SET_ALREADY', message: 'a joint case has exactly one lead' },
  material_notices_once: { kind: 'failed_precondition', reason: 'NOTICE_ALREADY_GIVEN', message: 'the one notice was given' },
};

/** @throws not_found CASE_NOT_FOUND. */
export async function getCase(tx: Tx, caseId: string): Promise<Case> {
  const [row, parts] = await Promise.all([mine(tx).andWhere({ id: caseId }).first(), readParts(tx, caseId)]);
  if (row === undefined) throw caseNotFound();
  return caseOf(row, parts);
}

/**
 * Locks the case, then reads its parts in a second statement: one that had waited for the lock would show them as they
 * were before. The two are sent together, and the server runs the second when the first has its lock.
 * @throws not_found CASE_NOT_FOUND.
 */
export async function lockCase(tx: Tx, caseId: string): Promise<Case> {
  const [row, parts] = await Promise.all([mine(tx).andWhere({ id: caseId }).forUpdate().first(), readParts(tx, caseId)]);
  if (row === undefined) throw caseNotFound();
  return caseOf(row, parts);
}

export async function insertCase(tx: Tx, created: Case): Promise<void> {
  await tx('cases').insert({
    tenant_id: tenantOf(tx),
    id: created.id,
    item_code: created.itemCode,
    resident_id: created.residentId,
    unit_id: created.unitId,
    unit_path: created.unitPath,
    thread_id: created.threadId,
    created_at: created.createdAt,
    ...changingColumns(created),
  });
}

/** Writes what may change. The row must be locked, and `changed.version` be the next one. */
export async function updateCase(tx: Tx, changed: Case): Promise<void> {
  const written = await mine(tx)
    .andWhere({ id: changed.id, version: changed.version - 1 })
    .update(changingColumns(changed));
  if (written !== 1) throw aborted('VERSION_STALE', 'the case was changed in between');
}

/** Gives up to `limit` open cases of an agent another owner and partner, and the next version; those that have them are left alone. */
export async function moveOwners(
  tx: Tx,
  duty: { readonly agentId: string; readonly backupId: string | undefined; readonly ownerId: string },
  batch: { readonly at: Date; readonly limit: number },
): Promise<Case[]> {
  const { rows } = await tx.raw<{ rows: CaseRow[] }>(
    `update cases set owner_id = :owner, backup_id = :backup, version = version + 1, updated_at = greatest(updated_at, :at)
      where tenant_id = :tenant and id = any(array(
        select id from cases
         where tenant_id = :tenant and agent_id = :agent and waits_for <> 'nobody'
           and (owner_id, backup_id) is distinct from (cast(:owner as uuid), cast(:backup as uuid))
         order by id limit :limit for update))
     returning *`,
    { tenant: tenantOf(tx), agent: duty.agentId, owner: duty.ownerId, backup: duty.backupId ?? null, at: batch.at, limit: batch.limit },
  );
  return rows.map((row) => caseOf(row, noParts));
}

/** Gives cases their next version, with nothing else changed. Locked in the order of their ids; those that are not there are missing. */
export async function touchCases(tx: Tx, caseIds: readonly string[], at: Date): Promise<Case[]> {
  const { rows } = await tx.raw<{ rows: CaseRow[] }>(
    `update cases set version = version + 1, updated_at = greatest(updated_at, :at)
      where tenant_id = :tenant and id = any(array(
        select id from cases where tenant_id = :tenant and id = any(cast(:caseIds as uuid[])) order by id for update))
     returning *`,
    { tenant: tenantOf(tx), caseIds: [...caseIds], at },
  );
  return rows.map((row) => caseOf(row, noParts));
}

/** Open cases under a mandate. */
export async function findOpenCaseIdsOfMandate(tx: Tx, mandateId: string): Promise<string[]> {
  const rows = await mine(tx).andWhere({ mandate_id: mandateId }).andWhereNot({ waits_for: 'nobody' }).orderBy('id').select('id');
  return rows.map(({ id }) => id);
}

function mine(tx: Tx) {
  return tx<CaseRow>('cases').where({ tenant_id: tenantOf(tx) });
}

function caseNotFound(): Error {
  return notFound('CASE_NOT_FOUND', 'there is no such case');
}

function changingColumns(changed: Case): Partial<CaseRow> {
  return {
    number: changed.number ?? null,
    item_version: changed.itemVersion,
    item_name_zh: changed.itemNameZh,
    case_type: changed.caseType,
    mandate_id: changed.mandateId ?? null,
    channel: changed.channel,
    agent_id: changed.agentId ?? null,
    backup_id: changed.backupId ?? null,
    owner_id: changed.ownerId ?? null,
    handler_unit_id: changed.handlerUnitId ?? null,
    handler_unit_path: changed.handlerUnitPath ?? null,
    state: changed.state,
    waits_for: waitingOf(changed),
    submitted_at: changed.submittedAt ?? null,
    notice_due_at: changed.noticeDueAt ?? null,
    accepted_at: changed.acceptedAt ?? null,
    accepted_automatically: changed.acceptedAutomatically,
    due_at: changed.dueAt ?? null,
    statutory_due_at: changed.statutoryDueAt ?? null,
    due_provisional: changed.dueProvisional,
    next_due_at: changed.nextDueAt ?? 'infinity',
    extended: changed.extended,
    decline_reason_code: changed.declineReasonCode ?? null,
    decline_explanation: changed.declineExplanation,
    decline_redirect: changed.declineRedirect,
    pause_cause: changed.pauseCause ?? null,
    result: changed.result ?? null,
    result_explanation: changed.resultExplanation,
    decided_at: changed.decidedAt ?? null,
    delivery_method: changed.deliveryMethod ?? null,
    delivered_at: changed.deliveredAt ?? null,
    closed_at: changed.closedAt ?? null,
    reopen_until: changed.reopenUntil ?? null,
    reopened_count: changed.reopenedCount,
    subject: changed.subject,
    updated_at: changed.updatedAt,
    version: changed.version,
  };
}

export function caseOf(row: CaseRow, parts: CaseParts): Case {
  return {
    id: row.id,
    number: row.number ?? undefined,
    itemCode: row.item_code,
    itemVersion: row.item_version,
    itemNameZh: row.item_name_zh,
    caseType: row.case_type,
    residentId: row.resident_id,
    mandateId: row.mandate_id ?? undefined,
    channel: row.channel,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    agentId: row.agent_id ?? undefined,
    backupId: row.backup_id ?? undefined,
    ownerId: row.owner_id ?? undefined,
    handlerUnitId: row.handler_unit_id ?? undefined,
    handlerUnitPath: row.handler_unit_path ?? undefined,
    state: row.state,
    submittedAt: row.submitted_at ?? undefined,
    noticeDueAt: row.notice_due_at ?? undefined,
    acceptedAt: row.accepted_at ?? undefined,
    acceptedAutomatically: row.accepted_automatically,
    dueAt: row.due_at ?? undefined,
    statutoryDueAt: row.statutory_due_at ?? undefined,
    dueProvisional: row.due_provisional,
    nextDueAt: row.next_due_at instanceof Date ? row.next_due_at : undefined,
    extended: row.extended,
    declineReasonCode: row.decline_reason_code ?? undefined,
    declineExplanation: row.decline_explanation,
    declineRedirect: row.decline_redirect,
    pauseCause: row.pause_cause ?? undefined,
    result: row.result ?? undefined,
    resultExplanation: row.result_explanation,
    decidedAt: row.decided_at ?? undefined,
    deliveryMethod: row.delivery_method ?? undefined,
    deliveredAt: row.delivered_at ?? undefined,
    closedAt: row.closed_at ?? undefined,
    reopenUntil: row.reopen_until ?? undefined,
    reopenedCount: row.reopened_count,
    subject: row.subject,
    threadId: row.thread_id,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
    ...parts,
  };
}
