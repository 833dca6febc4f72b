import type { Caller } from '@linli/auth';
import { newId, tenantOf, type Tx } from '@linli/db';
import { internal } from '@linli/errors';
import { currentTraceparent } from '@linli/telemetry';
import { assertCodes, type AuditDetails } from './details';

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
export async function recordAudit(tx: Tx, caller: Pick<Caller, 'tenantId' | 'subject' | 'kind' | 'sessionId'>, record: AuditRecord): Promise<void> {
  const { action, objectType, objectId, purpose, outcome = 'success', details = {}, at = new Date() } = record;
  if (caller.tenantId !== tenantOf(tx)) throw internal('AUDIT_TENANT_DIFFERS', 'the caller and the transaction are of two tenants');
  assertCodes({ action, objectType, objectId, purpose: purpose ?? '', actor: caller.subject, sessionId: caller.sessionId ?? '' });
  assertCodes(details);
  await tx('audit_entries').insert({
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
    trace_id: currentTraceparent()?.split('-')[1] ?? null,
  });
}
