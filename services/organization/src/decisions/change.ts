import { coversUnit, type Caller } from '@linli/auth';
import type { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import { assertVersion } from '../version';
import { endWork, setWork } from '../work/store';
import type { Decision } from './decision';
import { decisionNotFound, targetOf, type DecisionAction } from './rules';
import { lockDecision, updateDecision } from './store';
import { stateOnWire, subjectOnWire } from './wire';

export const permissions = {
  read: 'organization.decision.read',
  prepare: 'organization.decision.prepare',
  call: 'organization.decision.call',
  vote: 'organization.decision.vote',
} as const;

export interface DecisionRef {
  readonly decisionId: string;
  readonly version: number;
}

export interface Step {
  readonly caller: Caller;
  readonly found: Decision;
  readonly action: DecisionAction;
  readonly at: Date;
}

/** @throws not_found DECISION_NOT_FOUND; aborted VERSION_STALE; failed_precondition DECISION_STATE_FORBIDS. */
export async function takeDecision(
  tx: Tx,
  caller: Caller,
  { ref, action, permission, at }: { readonly ref: DecisionRef; readonly action: DecisionAction; readonly permission: string; readonly at: Date },
): Promise<Step> {
  const found = await lockDecision(tx, ref.decisionId);
  if (found === undefined || !coversUnit(caller, permission, found.unitPath)) throw decisionNotFound();
  assertVersion(found, ref.version);
  targetOf(found.state, action);
  return { caller, found, action, at };
}

export interface Events {
  readonly DecisionDrafted: organization.DecisionDrafted;
  readonly DecisionStepRecorded: organization.DecisionStepRecorded;
  readonly DecisionVotersAdded: organization.DecisionVotersAdded;
  readonly DecisionNoticed: organization.DecisionNoticed;
  readonly DecisionCountOverdue: organization.DecisionCountOverdue;
  readonly DecisionCountDueMoved: organization.DecisionCountDueMoved;
  readonly DecisionWithdrawn: organization.DecisionWithdrawn;
  readonly DecisionClosed: organization.DecisionClosed;
  readonly DecisionPublished: organization.DecisionPublished;
  readonly DecisionReported: organization.DecisionReported;
  readonly DecisionPublicationOwed: organization.DecisionPublicationOwed;
  readonly DecisionPublicationOverdue: organization.DecisionPublicationOverdue;
  readonly DecisionPublicationDueMoved: organization.DecisionPublicationDueMoved;
}

const entryCodes: Readonly<Record<keyof Events, string>> = {
  DecisionDrafted: 'drafted',
  DecisionStepRecorded: 'step_recorded',
  DecisionVotersAdded: 'voters_added',
  DecisionNoticed: 'noticed',
  DecisionCountOverdue: 'count_overdue',
  DecisionCountDueMoved: 'count_due_moved',
  DecisionWithdrawn: 'withdrawn',
  DecisionClosed: 'closed',
  DecisionPublished: 'published',
  DecisionReported: 'reported',
  DecisionPublicationOwed: 'owed_again',
  DecisionPublicationOverdue: 'overdue',
  DecisionPublicationDueMoved: 'due_moved',
};

export interface Outcome<Name extends keyof Events> {
  readonly changed: Partial<Decision>;
  readonly event: Name;
  readonly detail: Omit<Events[Name], 'decision'>;
  readonly facts?: Readonly<Record<string, string>>;
}

export async function saveStep<Name extends keyof Events>(tx: Tx, step: Step, outcome: Outcome<Name>): Promise<Decision> {
  const { caller, found, action, at } = step;
  const after: Decision = { ...found, ...outcome.changed, state: targetOf(found.state, action), version: found.version + 1, updatedAt: at };
  await updateDecision(tx, after);
  await recordDecision(tx, { caller, after, action, at }, outcome);
  return after;
}

/** What goes with a decision whose row is written: its event, audit record, entry, and what waits next. */
export async function recordDecision<Name extends keyof Events>(
  tx: Tx,
  { caller, after, action, at }: { readonly caller: Caller; readonly after: Decision; readonly action: string; readonly at: Date },
  { event, detail, facts }: Omit<Outcome<Name>, 'changed'>,
): Promise<void> {
  const { id, version, unitId, unitPath, subject, state } = after;
  const payload = { decision: { decisionId: id, unitId, subject: subjectOnWire.toWire(subject), state: stateOnWire.toWire(state) }, ...detail };
  const entry = { threadId: id, unitPath, at, code: entryCodes[event], ...(facts && { facts }) };
  await recordChanges(tx, caller, [{ action: `decision.${action}`, objectType: 'decision', id, version, event, payload, entry }]);
  await setNext(tx, after);
}

const kind = 'organization.decision';
const publishing = 'organization.publication.publish';

interface Next {
  readonly action: string;
  readonly permission: string;
  readonly dueAt: Date | undefined;
}

/** What was withdrawn is owed first. Nothing comes of what was not adopted: once that is published, nobody is waited for. */
function nextOf({ state, outcome, countDueAt, publicationDueAt, owedAgain }: Decision): Next | undefined {
  if (owedAgain.decision !== undefined) return { action: 'republish', permission: publishing, dueAt: owedAgain.decision };
  if (owedAgain.outcome !== undefined) return { action: 'republish_outcome', permission: publishing, dueAt: owedAgain.outcome };
  switch (state) {
    case 'drafted':
      return { action: 'give_notice', permission: permissions.call, dueAt: undefined };
    case 'noticed':
      return { action: 'close', permission: permissions.call, dueAt: countDueAt };
    case 'closed':
      return { action: 'publish', permission: publishing, dueAt: publicationDueAt };
    case 'published':
      return outcome?.result === 'adopted' ? { action: 'publish_outcome', permission: publishing, dueAt: undefined } : undefined;
    case 'reported':
    case 'withdrawn':
      return undefined;
  }
}

async function setNext(tx: Tx, decision: Decision): Promise<void> {
  const { id, titleZh, unitId, unitPath, version } = decision;
  const next = nextOf(decision);
  if (next === undefined) return endWork(tx, kind, [id]);
  await setWork(tx, [{ kind, subjectId: id, number: '', titleZh, unitId, unitPath, ownerId: undefined, threadId: id, version, ...next }]);
}
