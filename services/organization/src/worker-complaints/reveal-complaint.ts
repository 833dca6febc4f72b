import { recordAudit, type AuditRecord } from '@linli/audit';
import type { Caller } from '@linli/auth';
import { isAppError } from '@linli/errors';
import type { Deps } from '../deps';
import { coversComplaint, permissions } from './reach';
import { complaintNotFound } from './rules';
import { findComplaint, findWorker } from './store';
import type { RevealPurpose } from './worker-complaint';

/**
 * Who complained, '' once that is erased: for whoever answers for it and for those who may see it at the site's unit. Who looked
 * and why commits in the same transaction; a refusal is in the trail too.
 * @throws not_found WORKER_COMPLAINT_NOT_FOUND.
 */
export async function revealWorker(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { complaintId, purpose }: { readonly complaintId: string; readonly purpose: RevealPurpose }): Promise<string> {
  const looked: AuditRecord = { action: 'worker_complaint.reveal', objectType: 'worker_complaint', objectId: complaintId, purpose, at: deps.now() };
  try {
    return await deps.db.withTenant(caller, async (tx) => {
      const complaint = await findComplaint(tx, complaintId);
      if (complaint === undefined || !(await coversComplaint(tx, caller, { permission: permissions.reveal, complaint, now: deps.now() }))) throw complaintNotFound();
      await recordAudit(tx, caller, looked);
      return (await findWorker(tx, complaintId)) ?? '';
    });
  } catch (error) {
    if (isAppError(error) && error.kind === 'not_found') await deps.db.withTenant(caller, (tx) => recordAudit(tx, caller, { ...looked, outcome: 'denied' }));
    throw error;
  }
}
