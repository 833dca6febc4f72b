import { systemCaller, type Caller } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import type { Deps } from '../deps';
import { assertActiveStaff, onDuty, type DutyCause } from '../directory/duty';
import { stateAt } from '../mandates/rules';
import { getMandate } from '../mandates/store';
import { dutyOfUnit } from './acceptance';
import type { Case } from './case';
import { recordChanges, saveChange, systemStep, takeCase, type CaseRef } from './change';
import { findOpenCaseIdsOfMandate, lockCase, moveOwners } from './store';
import { findMandateInForce } from './store-mandates';

type Owners = Pick<Deps, 'db' | 'now'>;
type Duty = Pick<Case, 'mandateId' | 'agentId' | 'backupId' | 'ownerId'>;

const batchSize = 100;

/**
 * A supervisor gives the case another agent. In a proxied case only one whom the resident mandated for the same item.
 * @throws AppError as `takeCase`; failed_precondition AGENT_NOT_MANDATED, AGENT_INACTIVE; not_found AGENT_UNKNOWN.
 */
export async function reassignCase(deps: Owners, caller: Caller, input: CaseRef & { readonly agentId: string; readonly reasonCode: string }): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const now = deps.now();
    const step = await takeCase(tx, caller, { ref: input, action: 'reassign', now });
    const { found } = step;
    await assertActiveStaff(tx, input.agentId);
    const mandateId = found.mandateId === undefined ? undefined : await findMandateInForce(tx, { ...found, agentId: input.agentId }, now);
    if (found.mandateId !== undefined && mandateId === undefined) throw failedPrecondition('AGENT_NOT_MANDATED', 'the resident gave this agent no mandate');
    const { agentId, backupId, ownerId } = await onDuty(tx, input.agentId, now);
    return saveChange(tx, step, {
      changed: { mandateId, agentId, backupId, ownerId },
      event: 'CaseReassigned',
      detail: { cause: 'reassigned' },
      facts: { cause: 'reassigned', reassign_reason: input.reasonCode, agent_id: agentId, owner_id: ownerId },
    });
  });
}

/**
 * Somebody else answers for an agent's work from now on: every open case of theirs gets its owner, set-based in batches,
 * each with its next version, its entry and its event. Runs in the transaction of the directory's change.
 */
export function changeOwners(deps: Pick<Deps, 'now'>): (tx: Tx, agentId: string, cause: DutyCause) => Promise<void> {
  return async (tx, agentId, cause) => {
    const now = deps.now();
    const duty = await onDuty(tx, agentId, now);
    const caller = systemCaller(tenantOf(tx), 'requests', []);
    let moved: Case[];
    do {
      moved = await moveOwners(tx, duty, { at: now, limit: batchSize });
      const outcome = { event: 'CaseReassigned', detail: { cause }, facts: { cause, owner_id: duty.ownerId } } as const;
      await recordChanges(tx, caller, moved.map((after) => ({ after, action: 'change_owner', at: after.updatedAt, outcome })));
    } while (moved.length === batchSize);
  };
}

/**
 * A mandate has ended: its open cases lose their agent at once and are the resident's own again. Whoever is on duty for
 * the unit answers for those that were taken on; the others wait for the window. Papers stay on record until returned.
 */
export function releaseCases(
  deps: Pick<Deps, 'now'>,
): (tx: Tx, caller: Caller, ended: { readonly mandateId: string; readonly cause: 'mandate_revoked' | 'mandate_expired' }) => Promise<void> {
  return async (tx, caller, { mandateId, cause }) => {
    for (const caseId of await findOpenCaseIdsOfMandate(tx, mandateId)) {
      const found = await lockCase(tx, caseId);
      const step = systemStep(caller, { found, action: 'change_owner', now: deps.now() });
      const nobody = { agentId: undefined, backupId: undefined, ownerId: undefined };
      const duty = found.acceptedAt === undefined ? nobody : await dutyOfUnit(tx, found, step.at);
      await saveChange(tx, step, {
        changed: { mandateId: undefined, ...duty },
        event: 'CaseReassigned',
        detail: { cause },
        facts: { cause, mandate_id: mandateId, ...(duty.ownerId === undefined ? {} : { owner_id: duty.ownerId }) },
      });
    }
  };
}

/** Who is on duty for the case's agent now; undefined without an agent, or when the mandate they act under has ended. */
export async function mandatedDuty(tx: Tx, found: Case, now: Date): Promise<Duty | undefined> {
  if (found.agentId === undefined) return undefined;
  if (found.mandateId !== undefined && stateAt(await getMandate(tx, found.mandateId), now) !== 'signed') return undefined;
  const { agentId, backupId, ownerId } = await onDuty(tx, found.agentId, now);
  return { mandateId: found.mandateId, agentId, backupId, ownerId };
}
