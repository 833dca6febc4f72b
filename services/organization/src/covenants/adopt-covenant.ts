import { coversUnit, systemCaller, type Caller } from '@linli/auth';
import { localDateOf, satisfyClock, startClock, type Clock, type LocalDate } from '@linli/clocks';
import type { organization } from '@linli/contracts';
import { answerOnce, newId, tenantOf, type RequestKey, type Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import { holdAdopted } from '../decisions/hold-adopted';
import type { Deps } from '../deps';
import type { ClockHandler } from '../timing/clock-handlers';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import { endWork, setWork } from '../work/store';
import { covenantKind, filingClock, type Covenant } from './covenant';
import { assertUnfiled, covenantNotFound } from './rules';
import { insertCovenant, lockCovenant, nextNumber, updateCovenant } from './store';

export const permissions = { read: 'organization.covenant.read', adopt: 'organization.covenant.adopt', file: 'organization.covenant.file' } as const;

export interface AdoptCovenant extends Pick<Covenant, 'unitId' | 'decisionId' | 'textZh' | 'effectiveFrom'> {
  readonly request: RequestKey;
}

/**
 * By a decision on a covenant that was adopted; it is owed to the sub-district from then on.
 * @throws not_found UNIT_NOT_FOUND, DECISION_NOT_FOUND; failed_precondition UNIT_CLOSED, DECISION_NOT_ADOPTED; already_exists
 *   COVENANT_ADOPTED_ALREADY, COVENANT_ADOPTED_MEANWHILE; invalid_argument for a day before the decision.
 */
export async function adoptCovenant(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, input: AdoptCovenant): Promise<Covenant> {
  const { request, ...facts } = input;
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, permissions.adopt, unit.path)) throw unitNotFound();
      const { notice } = await holdAdopted(tx, { decisionId: facts.decisionId, unitId: unit.id, subject: 'covenant' });
      if (notice !== undefined && facts.effectiveFrom < localDateOf(notice.closesAt)) throw violation('effective_from', 'too_small');
      const at = deps.now();
      const id = newId(at.getTime());
      const clock = await startClock(tx, deps.calendar, { kind: filingClock, subjectType: covenantKind, subjectId: id, ruleSet: { id: filingClock }, at, alarms: ['due'] });
      const number = await nextNumber(tx, unit.id);
      const covenant: Covenant = { ...facts, id, unitPath: unit.path, number, filingDueAt: clock.dueAt, overdue: false, filedOn: undefined, createdAt: at, version: 1 };
      await insertCovenant(tx, covenant);
      const { decisionId, effectiveFrom } = covenant;
      await record(tx, { caller, after: covenant, at }, { event: 'CovenantAdopted', detail: { decisionId, effectiveFrom }, facts: { number: String(number), effective_from: effectiveFrom } });
      return covenant;
    }),
  );
}

/** With the sub-district. @throws not_found COVENANT_NOT_FOUND; aborted VERSION_STALE; failed_precondition COVENANT_FILED_ALREADY, UNIT_CLOSED; invalid_argument for a day to come. */
export async function fileCovenant(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  { covenantId, version, filedOn }: { readonly covenantId: string; readonly version: number; readonly filedOn: LocalDate },
): Promise<Covenant> {
  if (filedOn > today(deps)) throw violation('filed_on', 'in_future');
  return deps.db.withTenant(caller, async (tx) => {
    const found = await lockCovenant(tx, covenantId);
    if (found === undefined || !coversUnit(caller, permissions.file, found.unitPath)) throw covenantNotFound();
    assertVersion(found, version);
    assertUnfiled(found);
    await holdUnitOpen(tx, found.unitId, today(deps));
    const at = deps.now();
    await satisfyClock(tx, { kind: filingClock, subjectId: covenantId, at });
    const after: Covenant = { ...found, filedOn, version: version + 1 };
    await updateCovenant(tx, after);
    const late = at > found.filingDueAt;
    await record(tx, { caller, after, at }, { event: 'CovenantFiled', detail: { filedOn, late }, facts: { filed_on: filedOn, ...(late && { late: 'true' }) } });
    return after;
  });
}

/** The limit for filing: passed, or moved with the working calendar. */
export function covenantAlarms(deps: Pick<Deps, 'now'>): ClockHandler {
  async function save(tx: Tx, { subjectId, dueAt }: Clock, { changed, event }: { readonly changed: Partial<Covenant>; readonly event: 'CovenantFilingOverdue' | 'CovenantFilingDueMoved' }): Promise<void> {
    const found = await lockCovenant(tx, subjectId);
    if (found === undefined) throw covenantNotFound();
    const after: Covenant = { ...found, ...changed, version: found.version + 1 };
    await updateCovenant(tx, after);
    await record(tx, { caller: systemCaller(tenantOf(tx), 'organization', []), after, at: deps.now() }, { event, detail: { dueAt }, facts: { due_at: dueAt.toISOString() } });
  }
  return {
    async alarms(tx, alarms) {
      for (const { clock } of alarms) await save(tx, clock, { changed: { overdue: true }, event: 'CovenantFilingOverdue' });
    },
    moved: (tx, { clock }) => save(tx, clock, { changed: { filingDueAt: clock.dueAt }, event: 'CovenantFilingDueMoved' }),
  };
}

interface Events {
  readonly CovenantAdopted: organization.CovenantAdopted;
  readonly CovenantFiled: organization.CovenantFiled;
  readonly CovenantFilingOverdue: organization.CovenantFilingOverdue;
  readonly CovenantFilingDueMoved: organization.CovenantFilingDueMoved;
}

const entryCodes: Readonly<Record<keyof Events, string>> = { CovenantAdopted: 'adopted', CovenantFiled: 'filed', CovenantFilingOverdue: 'overdue', CovenantFilingDueMoved: 'due_moved' };

interface Told<Name extends keyof Events> {
  readonly event: Name;
  readonly detail: Omit<Events[Name], 'covenantId' | 'unitId' | 'number'>;
  readonly facts: Readonly<Record<string, string>>;
}

async function record<Name extends keyof Events>(
  tx: Tx,
  { caller, after, at }: { readonly caller: Caller; readonly after: Covenant; readonly at: Date },
  { event, detail, facts }: Told<Name>,
): Promise<void> {
  const { id, unitId, unitPath, number, decisionId, filedOn, filingDueAt, version } = after;
  const payload = { covenantId: id, unitId, number, ...detail };
  const entry = { threadId: decisionId, unitPath, at, code: `covenant_${entryCodes[event]}`, facts };
  await recordChanges(tx, caller, [{ action: `covenant.${entryCodes[event]}`, objectType: 'covenant', id, version, event, payload, entry }]);
  if (filedOn !== undefined) return endWork(tx, covenantKind, [id]);
  const work = { kind: covenantKind, subjectId: id, number: String(number), action: 'file', titleZh: '居民公约', ownerId: undefined, permission: permissions.file };
  await setWork(tx, [{ ...work, unitId, unitPath, dueAt: filingDueAt, threadId: decisionId, version }]);
}
