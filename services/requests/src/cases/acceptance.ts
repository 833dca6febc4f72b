import { computeDue, localDateOf, satisfyClock, startClock, type Clock } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import type { Deps } from '../deps';
import { assertActiveStaff, findDuty, onDuty } from '../directory/duty';
import type { DutyHolder } from '../directory/rules';
import { findUnitByCode, getOpenUnit } from '../directory/store';
import type { Item, ItemLimit } from '../items/rules';
import { getItemVersion } from '../items/store';
import { receivedAt, type Case } from './case';
import type { Outcome, Step } from './change';
import { clockKinds } from './clock-kinds';
import { dutyAtUnit } from './store-duty';

export interface Acceptance {
  /** Absent: the mandate's agent, else whoever accepts (首问负责). */
  readonly agentId?: string | undefined;
  /** Absent: the item's own department. */
  readonly handlerUnitId?: string | undefined;
}

type Handling = Pick<Case, 'dueAt' | 'statutoryDueAt' | 'dueProvisional' | 'nextDueAt'>;

/** What acceptance comes to, by a clerk or by law; `late`: the notice's time was over, so it counts from the receipt. */
export async function accepted(
  deps: Pick<Deps, 'calendar'>,
  tx: Tx,
  { step, acceptance, late }: { readonly step: Step; readonly acceptance: Acceptance; readonly late: boolean },
): Promise<Outcome<'CaseAccepted'>> {
  const { found, at } = step;
  const acceptedAt = late ? receivedAt(found) : at;
  const [item, duty] = await Promise.all([
    getItemVersion(tx, found.itemCode, found.itemVersion),
    dutyFor(tx, step, acceptance.agentId),
    satisfyClock(tx, { kind: clockKinds.notice, subjectId: found.id, at }),
  ]);
  const [handler, handling] = await Promise.all([
    handlerFor(tx, { step, item, wanted: acceptance.handlerUnitId }),
    startHandling(deps, tx, { caseId: found.id, item, at: acceptedAt }),
  ]);
  const { dueAt, statutoryDueAt, dueProvisional } = handling;
  return {
    changed: { ...duty, ...handler, ...handling, acceptedAt, acceptedAutomatically: late },
    event: 'CaseAccepted',
    detail: { dueAt, statutoryDueAt, dueProvisional, automatically: late },
    facts: { due_at: dueAt?.toISOString() ?? '', automatically: String(late), ...(duty.agentId === undefined ? {} : { agent_id: duty.agentId }) },
  };
}

/** Starts the clock of the promised limit; the statutory due time is worked out beside it. */
export async function startHandling(
  deps: Pick<Deps, 'calendar'>,
  tx: Tx,
  { caseId, item, at }: { readonly caseId: string; readonly item: Item; readonly at: Date },
): Promise<Handling> {
  const clock = await startClock(tx, deps.calendar, {
    kind: clockKinds.handle,
    subjectType: 'requests.case',
    subjectId: caseId,
    ruleSet: { limit: { ...item.promisedLimit, roll: 'none' }, citation: item.legalBasis },
    at,
  });
  return { dueAt: clock.dueAt, nextDueAt: clock.dueAt, dueProvisional: clock.provisional, statutoryDueAt: statutoryDue(deps, item, clock) };
}

/** The statutory due time: the same start, pauses and extensions, the law's own limit. */
export function statutoryDue(
  { calendar }: Pick<Deps, 'calendar'>,
  { statutoryLimit }: { readonly statutoryLimit?: ItemLimit | undefined },
  clock: Pick<Clock, 'tenantId' | 'startedAt' | 'pauses' | 'extensions'>,
): Date | undefined {
  if (statutoryLimit === undefined) return undefined;
  const { startedAt, pauses, extensions } = clock;
  return computeDue(calendar.of(clock.tenantId), { startedAt, pauses, extensions, limit: { ...statutoryLimit, roll: 'none' } }).dueAt;
}

/**
 * Who answers at the unit itself for a case without a mandated agent: its nearest coordinator on duty, else the nearest
 * of its staff, never those who had it until now; nobody when all are away.
 */
export async function dutyOfUnit(
  tx: Tx,
  found: Pick<Case, 'unitPath' | 'agentId' | 'backupId'>,
  now: Date,
): Promise<Pick<Case, 'agentId' | 'backupId' | 'ownerId'>> {
  const agentId = await dutyAtUnit(tx, { unitPath: found.unitPath, besides: [found.agentId, found.backupId] }, now);
  return agentId === undefined ? { agentId: undefined, backupId: undefined, ownerId: undefined } : dutyOfAgent(tx, agentId, now);
}

async function dutyFor(tx: Tx, { found, caller, at }: Step, wanted: string | undefined): Promise<Pick<Case, 'agentId' | 'backupId' | 'ownerId'>> {
  if (found.agentId !== undefined) {
    if (wanted !== undefined && wanted !== found.agentId) throw failedPrecondition('AGENT_NOT_MANDATED', 'the mandate names another agent');
    return dutyOfAgent(tx, found.agentId, at);
  }
  if (wanted !== undefined) {
    await assertActiveStaff(tx, wanted);
    return dutyOfAgent(tx, wanted, at);
  }
  // Staff that the directory does not know yet accepts all the same: the events of a new colleague may still be under way.
  if (caller.kind === 'staff') {
    const duty = await findDuty(tx, caller.subject, at);
    return duty === undefined ? { agentId: caller.subject, backupId: undefined, ownerId: caller.subject } : partsOf(duty);
  }
  return dutyOfUnit(tx, found, at);
}

async function dutyOfAgent(tx: Tx, agent: string, now: Date): Promise<Pick<Case, 'agentId' | 'backupId' | 'ownerId'>> {
  return partsOf(await onDuty(tx, agent, now));
}

function partsOf({ agentId, backupId, ownerId }: DutyHolder): Pick<Case, 'agentId' | 'backupId' | 'ownerId'> {
  return { agentId, backupId, ownerId };
}

async function handlerFor(
  tx: Tx,
  { step, item, wanted }: { readonly step: Step; readonly item: Item; readonly wanted: string | undefined },
): Promise<Pick<Case, 'handlerUnitId' | 'handlerUnitPath'>> {
  if (wanted !== undefined) {
    const unit = await getOpenUnit(tx, wanted, localDateOf(step.at));
    return { handlerUnitId: unit.id, handlerUnitPath: unit.path };
  }
  const department = await findUnitByCode(tx, item.ownerDepartmentCode);
  if (department !== undefined) return { handlerUnitId: department.id, handlerUnitPath: department.path };
  if (step.action === 'accept') {
    throw failedPrecondition('HANDLER_UNIT_REQUIRED', 'the office has no such department: name the unit that decides', {
      details: { department: item.ownerDepartmentCode },
    });
  }
  // Accepted by law, with nobody there to choose: the office itself answers for it.
  const root = step.found.unitPath.split('/')[1] ?? step.found.unitId;
  return { handlerUnitId: root, handlerUnitPath: `/${root}/` };
}
