import { coversUnit, type Caller } from '@linli/auth';
import { cancelClock, daysBetween, localDateOf, ruleSetAt, satisfyClock, startClock, type LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import { evaluationClock, termRule } from './clocks';
import type { EvaluationResult, IncubatedOrg, Term } from './incubated-org';
import { recordStep } from './record-org';
import { admit, end, evaluate, graduate, orgNotFound, start } from './rules';
import { lockOrg, saveOrg } from './store';

type Changing = Pick<Deps, 'db' | 'now' | 'calendar'>;

interface OrgRef {
  readonly orgId: string;
  readonly version: number;
}

/** @throws AppError as `changeOrg`; failed_precondition of `admit`. */
export async function admitOrg(deps: Changing, caller: Caller, { term, ...ref }: OrgRef & { readonly term: Term }): Promise<IncubatedOrg> {
  return changeOrg(deps, caller, { ref, action: 'admit', change: async (tx, org) => admit(org, term, (await ruleSetAt(tx, termRule, today(deps))).limit.amount) });
}

/** From now on the evaluation is owed, by the end of the term's last day. @throws AppError as `changeOrg`; failed_precondition of `start`. */
export async function startIncubation(deps: Changing, caller: Caller, { receivedOn, ...ref }: OrgRef & { readonly receivedOn: LocalDate }): Promise<IncubatedOrg> {
  assertNotToCome(deps, receivedOn, 'received_on');
  return changeOrg(deps, caller, {
    ref,
    action: 'start',
    async change(tx, org) {
      const after = start(org, receivedOn);
      const now = deps.now();
      const { citation } = await ruleSetAt(tx, termRule, localDateOf(now));
      // At least the day that comes: a term that ends today leaves no earlier one.
      const amount = Math.max(1, daysBetween(localDateOf(now), org.term?.to ?? receivedOn));
      const clock = await startClock(tx, deps.calendar, {
        kind: evaluationClock,
        subjectType: 'organization.incubation',
        subjectId: org.id,
        ruleSet: { limit: { amount, unit: 'calendar_days', roll: 'none' }, citation },
        at: now,
        alarms: ['three_days_left', 'due'],
      });
      return { ...after, evaluationDueAt: clock.dueAt };
    },
  });
}

/** @throws AppError as `changeOrg`. */
export async function evaluateOrg(deps: Changing, caller: Caller, { result, evaluationZh, ...ref }: OrgRef & { readonly result: EvaluationResult; readonly evaluationZh: string }): Promise<IncubatedOrg> {
  return changeOrg(deps, caller, {
    ref,
    action: 'evaluate',
    async change(tx, org) {
      const after = evaluate(org, result, evaluationZh);
      await satisfyClock(tx, { kind: evaluationClock, subjectId: org.id, at: deps.now() });
      return after;
    },
  });
}

/** @throws AppError as `changeOrg`; failed_precondition of `graduate`. */
export async function graduateOrg(deps: Changing, caller: Caller, { returnedOn, ...ref }: OrgRef & { readonly returnedOn: LocalDate }): Promise<IncubatedOrg> {
  assertNotToCome(deps, returnedOn, 'returned_on');
  return changeOrg(deps, caller, { ref, action: 'graduate', change: (_tx, org) => Promise.resolve(graduate(org, returnedOn)) });
}

/** An evaluation that is still owed falls away. @throws AppError as `changeOrg`; failed_precondition of `end`. */
export async function endIncubation(
  deps: Changing,
  caller: Caller,
  { leaveReason, returnedOn, ...ref }: OrgRef & { readonly leaveReason: string; readonly returnedOn: LocalDate | undefined },
): Promise<IncubatedOrg> {
  if (returnedOn !== undefined) assertNotToCome(deps, returnedOn, 'returned_on');
  return changeOrg(deps, caller, {
    ref,
    action: 'end',
    async change(tx, org) {
      const after = end(org, leaveReason, returnedOn);
      if (org.state === 'incubating') await cancelClock(tx, { kind: evaluationClock, subjectId: org.id, at: deps.now() });
      return after;
    },
  });
}

interface ChangeOrg {
  readonly ref: OrgRef;
  readonly action: string;
  readonly change: (tx: Tx, org: IncubatedOrg) => Promise<IncubatedOrg>;
}

/** @throws not_found INCUBATED_ORG_NOT_FOUND; aborted VERSION_STALE; failed_precondition INCUBATION_STATE_FORBIDS. */
async function changeOrg(deps: Changing, caller: Caller, { ref, action, change }: ChangeOrg): Promise<IncubatedOrg> {
  return deps.db.withTenant(caller, async (tx) => {
    const org = await lockOrg(tx, ref.orgId);
    if (org === undefined || !coversUnit(caller, 'organization.incubation.write', org.unitPath)) throw orgNotFound();
    assertVersion(org, ref.version);
    const after = await change(tx, org);
    await saveOrg(tx, after);
    await recordStep(tx, caller, { org: after, action, at: deps.now() });
    return after;
  });
}

function assertNotToCome(deps: Pick<Deps, 'now'>, day: LocalDate, field: string): void {
  if (day > today(deps)) throw violation(field, 'in_future');
}
