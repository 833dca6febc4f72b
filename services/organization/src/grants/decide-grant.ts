import { coversUnit, systemCaller, type Caller } from '@linli/auth';
import { cancelClock, satisfyClock, type Alarm } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { tenantOf, type Tx } from '@linli/db';
import { failedPrecondition, notFound, permissionDenied, type AppError } from '@linli/errors';
import type { Deps } from '../deps';
import type { ClockHandler } from '../timing/clock-handlers';
import { assertVersion } from '../version';
import { addGrants } from './add-grants';
import { prepareGrant } from './prepare-grant';
import type { GrantRequest } from './grant-request';
import { confirmClock, recordRequest } from './request-grant';
import { lockGrantRequests, saveGrantRequest } from './request-store';

type Deciding = Pick<Deps, 'db' | 'now'>;

interface RequestRef {
  readonly grantRequestId: string;
  readonly version: number;
}

/**
 * The second pair of eyes: the grant acts from now on, if it still may be given.
 * @throws not_found GRANT_REQUEST_NOT_FOUND; aborted VERSION_STALE; permission_denied GRANT_CONFIRMED_BY_SAME, GRANT_TO_SELF;
 * failed_precondition GRANT_REQUEST_DECIDED; what `prepareGrant` refuses.
 */
export async function confirmGrant(deps: Deciding, caller: Caller, ref: RequestRef): Promise<GrantRequest> {
  return deps.db.withTenant(caller, async (tx) => {
    const request = await takeRequest(tx, caller, { ref, now: deps.now() });
    if (request.requestedBy === caller.subject) throw permissionDenied('GRANT_CONFIRMED_BY_SAME', 'who asked for a grant does not confirm it');
    const { principalKind, principalId, role, scope, unitId, endsAt } = request;
    const grant = await prepareGrant(tx, caller, { facts: { principalKind, principalId, role, scope, unitId, endsAt }, now: deps.now(), permission: 'organization.grant.confirm' });
    await addGrants(tx, caller, [grant]);
    const confirmed = decided(request, { state: 'confirmed', decidedBy: caller.subject, grantId: grant.id });
    await saveGrantRequest(tx, confirmed);
    await satisfyClock(tx, { kind: confirmClock, subjectId: request.id, at: deps.now() });
    await recordRequest(tx, caller, { request: confirmed, event: 'GrantConfirmed', payload: organization.GrantConfirmed.fromPartial({ grantRequestId: request.id, grantId: grant.id }), at: deps.now() });
    return confirmed;
  });
}

/** Also by who asked. @throws not_found GRANT_REQUEST_NOT_FOUND; aborted VERSION_STALE; failed_precondition GRANT_REQUEST_DECIDED. */
export async function declineGrant(deps: Deciding, caller: Caller, ref: RequestRef): Promise<GrantRequest> {
  return deps.db.withTenant(caller, async (tx) => {
    const request = await takeRequest(tx, caller, { ref, now: deps.now() });
    const declined = decided(request, { state: 'declined', decidedBy: caller.subject });
    await saveGrantRequest(tx, declined);
    await cancelClock(tx, { kind: confirmClock, subjectId: request.id, at: deps.now() });
    await recordRequest(tx, caller, { request: declined, event: 'GrantDeclined', payload: organization.GrantDeclined.fromPartial({ grantRequestId: request.id }), at: deps.now() });
    return declined;
  });
}

/** Nobody confirmed in time. */
export function grantConfirmClock(deps: Pick<Deps, 'now'>): ClockHandler {
  return {
    async alarms(tx: Tx, alarms: readonly Alarm[]) {
      const caller = systemCaller(tenantOf(tx), 'organization', []);
      for (const { clock } of alarms) await satisfyClock(tx, { clockId: clock.id, at: deps.now() });
      for (const request of await lockGrantRequests(tx, alarms.map(({ clock }) => clock.subjectId))) {
        const expired = decided(request, { state: 'expired' });
        await saveGrantRequest(tx, expired);
        await recordRequest(tx, caller, { request: expired, event: 'GrantRequestExpired', payload: organization.GrantRequestExpired.fromPartial({ grantRequestId: request.id }), at: deps.now() });
      }
    },
    moved: () => Promise.resolve(),
  };
}

async function takeRequest(tx: Tx, caller: Caller, { ref, now }: { readonly ref: RequestRef; readonly now: Date }): Promise<GrantRequest> {
  const [request] = await lockGrantRequests(tx, [ref.grantRequestId]);
  if (request === undefined || !coversUnit(caller, 'organization.grant.confirm', request.unitPath)) throw requestNotFound();
  assertVersion(request, ref.version);
  // Its time is over on the minute, also while the alarm that says so is still to come.
  const state = request.state === 'requested' && request.confirmUntil <= now ? 'expired' : request.state;
  if (state !== 'requested') throw failedPrecondition('GRANT_REQUEST_DECIDED', 'the request is decided', { details: { state } });
  return request;
}

function decided(request: GrantRequest, outcome: Pick<GrantRequest, 'state'> & Partial<Pick<GrantRequest, 'decidedBy' | 'grantId'>>): GrantRequest {
  return { ...request, ...outcome, version: request.version + 1 };
}

/** Also for one outside the caller's scope. */
function requestNotFound(): AppError {
  return notFound('GRANT_REQUEST_NOT_FOUND', 'there is no such request');
}
