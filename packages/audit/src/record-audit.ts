import type { Caller } from '@linli/auth';
import { newId, tenantOf, type Tx } from '@linli/db';
import { internal } from '@linli/errors';
import { currentTraceparent } from '@linli/telemetry';
import { assertCodes, type AuditDetails } from './details';

/** Who acts. */
type Actor = Pick<Caller, 'tenantId' | 'subject' | 'kind' | 'sessionId'>;

// PostgreSQL takes 65,535 parameters a statement; a row has 13.
const rowsAtOnce = 1_000;

/** One act, as it is written down. Every text is a code or an id. */
export interface AuditRecord {
  /** `case.accept`, `person.reveal`. */
  readonly action: string;
  readonly objectType: string;
  readonly objectId: string;
  /** Why somebody looked at personal data: a code of the service's list. */
  readonly purpose?: string | undefined;
  /** `success` when absent. */
  readonly outcome?: 'success' | 'denied' | 'failed' | undefined;
  readonly details?: AuditDetails | undefined;
  /** Now, when absent. */
  readonly at?: Date | undefined;
}

/**
 * Writes who did or read what, in the transaction of the act itself: both commit or neither.
 * @throws AppError internal AUDIT_NOT_A_CODE: free text or a person's number; AUDIT_TENANT_DIFFERS: the caller is another tenant's.
 */
export async function recordAudit(tx: Tx, caller: Actor, record: AuditRecord): Promise<void> {
  await recordAudits(tx, caller, [record]);
}

/** The same for many acts of one transaction, in few statements. */
export async function recordAudits(tx: Tx, caller: Actor, records: readonly AuditRecord[]): Promise<void> {
  if (caller.tenantId !== tenantOf(tx)) throw internal('AUDIT_TENANT_DIFFERS', 'the caller and the transaction are of two tenants');
  const traceId = currentTraceparent()?.split('-')[1] ?? null;
  const rows = records.map((record) => ({ ...rowOf(caller, record), trace_id: traceId }));
  for (let start = 0; start < rows.length; start += rowsAtOnce) await tx('audit_entries').insert(rows.slice(start, start + rowsAtOnce));
}

function rowOf(caller: Actor, record: AuditRecord) {
  const { action, objectType, objectId, purpose, outcome = 'success', details = {}, at = new Date() } = record;
  assertCodes({ action, objectType, objectId, purpose: purpose ?? '', actor: caller.subject, sessionId: caller.sessionId ?? '' });
  assertCodes(details);
  return {
    tenant_id: caller.tenantId,
    id: newId(),
    at,
    actor: caller.subject,
    actor_kind: caller.kind,
    session_id: caller.sessionId ?? null,
    action,
    object_type: objectType,
    object_id: objectId,
    purpose: purpose ?? null,
    outcome,
    details: JSON.stringify(details),
  };
}
