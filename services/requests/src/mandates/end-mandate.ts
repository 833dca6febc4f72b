import { recordAudit } from '@linli/audit';
import { coversUnit, isSelf, systemCaller, type Caller } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { notFound } from '@linli/errors';
import { enqueue } from '@linli/messaging';
import type { Deps } from '../deps';
import { setTimer } from '../timers/store';
import { expire, revoke, type Mandate } from './rules';
import { lockMandate, saveMandate } from './store';

/** The open cases under it lose their agent, in the same transaction. */
export type OnMandateEnded = (
  tx: Tx,
  caller: Caller,
  ended: { readonly mandateId: string; readonly cause: 'mandate_revoked' | 'mandate_expired' },
) => Promise<void>;

export interface MandateHooks {
  readonly onMandateEnded: OnMandateEnded;
}

const permission = 'requests.mandate.revoke';

/**
 * At once, by the resident, or by staff of the mandate's unit at the resident's word.
 * @throws AppError not_found MANDATE_NOT_FOUND; aborted VERSION_STALE; failed_precondition MANDATE_REVOKED, MANDATE_EXPIRED.
 */
export async function revokeMandate(
  deps: Pick<Deps, 'db' | 'now'> & MandateHooks,
  caller: Caller,
  input: { readonly mandateId: string; readonly version: number },
): Promise<Mandate> {
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const mandate = await lockMandate(tx, input.mandateId);
    const may = isSelf(caller, permission, mandate.residentId) || coversUnit(caller, permission, mandate.unitPath);
    if (!may) throw notFound('MANDATE_NOT_FOUND', 'there is no such mandate');
    const revoked = revoke(mandate, input.version, at);
    await end(tx, revoked, 'MandateRevoked');
    await setTimer(tx, { kind: 'mandate', subjectId: revoked.id }, undefined);
    await recordAudit(tx, caller, { action: 'mandate.revoke', objectType: 'mandate', objectId: revoked.id, at });
    await deps.onMandateEnded(tx, caller, { mandateId: revoked.id, cause: 'mandate_revoked' });
    return revoked;
  });
}

/** For the timer sweep: a mandate ends when its time is over. */
export function mandateTimer(deps: Pick<Deps, 'now'>, { onMandateEnded }: MandateHooks): (tx: Tx, mandateId: string) => Promise<void> {
  return async (tx, mandateId) => {
    const at = deps.now();
    const expired = expire(await lockMandate(tx, mandateId), at);
    if (expired === undefined) return;
    const caller = systemCaller(tenantOf(tx), 'requests', []);
    await end(tx, expired, 'MandateExpired');
    await recordAudit(tx, caller, { action: 'mandate.expire', objectType: 'mandate', objectId: mandateId, at });
    await onMandateEnded(tx, caller, { mandateId, cause: 'mandate_expired' });
  };
}

async function end(tx: Tx, mandate: Mandate, event: 'MandateRevoked' | 'MandateExpired'): Promise<void> {
  const { id: mandateId, residentId, agentId, unitPath, version } = mandate;
  await saveMandate(tx, mandate);
  await enqueue(tx, { type: `linli.requests.v1.${event}`, aggregateId: mandateId, version, payload: { mandateId, residentId, agentId, unitPath } });
}
