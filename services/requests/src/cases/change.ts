import { recordAudits } from '@linli/audit';
import type { Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { aborted } from '@linli/errors';
import { violation } from '@linli/grpc';
import { enqueueAll } from '@linli/messaging';
import type { Case } from './case';
import { entryCode, factsOf, type CaseEventName, type EventDetail } from './case-events';
import { actionRules, assertVisible, refusalNow, refusalOfCaller } from './rules';
import { targetOf, type Action, type SystemAction } from './state-machine';
import { lockCase, updateCase } from './store';
import { insertEntries } from './store-entries';

/** Which case, and the version that the caller has seen. */
export interface CaseRef {
  readonly caseId: string;
  readonly version: number;
}

/** One action on a locked case, checked and about to be done at `at`. */
export interface Step {
  readonly found: Case;
  readonly action: Action | SystemAction;
  readonly caller: Caller;
  readonly at: Date;
}

/**
 * Locks the case and checks, in this order: may the caller see it, may they ever do this, did they see its last
 * version, does its state allow it, do the invariants hold.
 * @throws not_found CASE_NOT_FOUND; permission_denied …; invalid_argument FIELD_INVALID (no version); aborted
 *   VERSION_STALE { current }; failed_precondition CASE_STATE_FORBIDS { state, action } and the reasons in `rules.ts`.
 */
export async function takeCase(
  tx: Tx,
  caller: Caller,
  request: { readonly ref: CaseRef; readonly action: Action; readonly now: Date },
): Promise<Step> {
  const { ref, action, now } = request;
  if (ref.version < 1) throw violation('version', 'required');
  const found = await lockCase(tx, ref.caseId);
  assertVisible(found, caller, actionRules[action].permission);
  const never = refusalOfCaller(found, action, caller);
  if (never !== undefined) throw never;
  if (found.version !== ref.version) {
    throw aborted('VERSION_STALE', 'the case was changed in between', { details: { current: String(found.version) } });
  }
  const notNow = refusalNow(action, { found, caller, now });
  if (notNow !== undefined) throw notNow;
  return { found, action, caller, at: laterOf(now, found.updatedAt) };
}

/** A step that no person takes: a clock's, the directory's, the end of a mandate's. @throws failed_precondition CASE_STATE_FORBIDS. */
export function systemStep(caller: Caller, request: { readonly found: Case; readonly action: SystemAction; readonly now: Date }): Step {
  const { found, action, now } = request;
  targetOf(found.state, action);
  return { found, action, caller, at: laterOf(now, found.updatedAt) };
}

/** What a step comes to. */
export interface Outcome<Name extends CaseEventName> {
  /** Everything that differs from what was found; state, version and time of change follow from the step. */
  readonly changed: Partial<Case>;
  readonly event: Name;
  readonly detail: EventDetail<Name>;
  /** For the timeline: codes, numbers and times. */
  readonly facts?: Readonly<Record<string, string>>;
  /** For the timeline, in words that the resident reads too. */
  readonly note?: string;
  /** For the timeline, for staff only. */
  readonly internalNote?: string;
}

/** One change of a case: its row with the next version, its entry in the timeline, its event and its audit record. */
export async function saveChange<Name extends CaseEventName>(tx: Tx, step: Step, outcome: Outcome<Name>): Promise<Case> {
  const { found, action, at } = step;
  const after: Case = { ...found, ...outcome.changed, state: targetOf(found.state, action), version: found.version + 1, updatedAt: at };
  await Promise.all([updateCase(tx, after), recordChange(tx, { ...step, after }, outcome)]);
  return after;
}

/** One change of a case whose row is written, or locked and about to be. */
export interface CaseChange {
  readonly after: Case;
  readonly action: string;
  readonly at: Date;
  readonly outcome: Pick<Outcome<CaseEventName>, 'event' | 'facts' | 'note' | 'internalNote'> & { readonly detail: object };
}

/** What goes with every change, sent together behind the case's row, which is locked or new. */
export async function recordChange<Name extends CaseEventName>(
  tx: Tx,
  { caller, ...change }: Omit<CaseChange, 'outcome'> & { readonly caller: Caller },
  outcome: Pick<Outcome<Name>, 'event' | 'detail' | 'facts' | 'note' | 'internalNote'>,
): Promise<void> {
  await recordChanges(tx, caller, [{ ...change, outcome }]);
}

/** The same for changes of many cases that one caller made, in a statement each for entries, events and audit records. */
export async function recordChanges(tx: Tx, caller: Caller, changes: readonly CaseChange[]): Promise<void> {
  if (changes.length === 0) return;
  const actor = { actorKind: caller.kind, actorId: caller.kind === 'system' ? '' : caller.subject };
  const entries = changes.map(({ after, at, outcome }) => ({
    ...actor,
    caseId: after.id,
    version: after.version,
    threadId: after.threadId,
    at,
    code: entryCode(outcome.event),
    facts: outcome.facts ?? {},
    note: outcome.note ?? '',
    internalNote: outcome.internalNote ?? '',
  }));
  const events = changes.map(({ after, outcome }) => ({
    type: `linli.requests.v1.${outcome.event}`,
    aggregateId: after.id,
    version: after.version,
    payload: { case: factsOf(after), ...outcome.detail },
  }));
  const records = changes.map(({ after, action }) => ({
    action: `case.${action}`,
    objectType: 'case',
    objectId: after.id,
    details: { version: String(after.version) },
  }));
  await Promise.all([insertEntries(tx, entries), enqueueAll(tx, events), recordAudits(tx, caller, records)]);
}

/** Clocks of two machines differ a little; a case's own time never runs backwards. */
function laterOf(now: Date, before: Date): Date {
  return now > before ? now : before;
}
