import type { Caller } from '@linli/auth';
import { startClock } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { recordChanges, type Change } from '../changes';
import type { Deps } from '../deps';
import { endWork, setWork } from '../work/store';
import type { GrantRequest } from './grant-request';
import { prepareGrant, type GrantFacts } from './prepare-grant';
import { findRoot } from '../units/store';
import { insertGrantRequest } from './request-store';
import { principalOnWire } from './wire';

export const confirmClock = 'organization.grant_confirm';
const workKind = 'organization.grant_request';

/**
 * Asks for a role. It acts once another confirms it, and falls away when nobody does in time.
 * @throws what `prepareGrant` refuses; already_exists GRANT_REQUESTED.
 */
export async function requestGrant(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, input: GrantFacts & { readonly request: RequestKey }): Promise<GrantRequest> {
  const { request: key, ...facts } = input;
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, key, async () => {
      const grant = await prepareGrant(tx, caller, { facts, now: deps.now() });
      const id = newId(deps.now().getTime());
      const clock = await startClock(tx, deps.calendar, { kind: confirmClock, subjectType: workKind, subjectId: id, ruleSet: { id: confirmClock }, at: deps.now(), alarms: ['due'] });
      const { principalKind, principalId, role: code, scope, unitId, unitPath, endsAt } = grant;
      const request: GrantRequest = { id, principalKind, principalId, role: code, scope, unitId, unitPath, endsAt, state: 'requested', requestedBy: caller.subject, decidedBy: undefined, confirmUntil: clock.dueAt, grantId: undefined, version: 1 };
      await insertGrantRequest(tx, request);
      await waitForConfirmers(tx, request);
      const payload = organization.GrantRequested.fromPartial({ grantRequestId: id, principalKind: principalOnWire.toWire(principalKind), principalId, role: code });
      await recordRequest(tx, caller, { request, event: 'GrantRequested', payload, at: deps.now() });
      return request;
    }),
  );
}

async function waitForConfirmers(tx: Tx, { id, unitId, unitPath, confirmUntil, version }: GrantRequest): Promise<void> {
  const place = unitId === undefined ? await findRoot(tx) : { id: unitId, path: unitPath };
  await setWork(tx, [
    {
      kind: workKind,
      subjectId: id,
      number: '',
      action: 'confirm',
      titleZh: '授权待第二人确认',
      unitId: place.id,
      unitPath: place.path,
      ownerId: undefined,
      permission: 'organization.grant.confirm',
      dueAt: confirmUntil,
      threadId: id,
      version,
    },
  ]);
}

/** A step of a request, with its event, entry and, once it is decided, no work any more. */
export async function recordRequest(
  tx: Tx,
  caller: Caller,
  { request, event, payload, at }: { request: GrantRequest; event: keyof typeof actions; payload: object; at: Date },
): Promise<void> {
  const { id, version, unitId, unitPath, state, role } = request;
  if (state !== 'requested') await endWork(tx, workKind, [id]);
  const path = unitId === undefined ? (await findRoot(tx)).path : unitPath;
  const change: Change = { action: actions[event], objectType: 'grant_request', id, version, event, payload, entry: { threadId: id, unitPath: path, at, code: state, facts: { role } } };
  await recordChanges(tx, caller, [change]);
}

const actions = {
  GrantRequested: 'grant_request.ask',
  GrantConfirmed: 'grant_request.confirm',
  GrantDeclined: 'grant_request.decline',
  GrantRequestExpired: 'grant_request.expire',
} as const;
