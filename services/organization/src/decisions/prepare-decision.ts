import { coversUnit, type Caller } from '@linli/auth';
import { addDays, cancelClock, instantAt, ruleSetAt, startClock, type LocalDate } from '@linli/clocks';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { quorumAt } from '../quorum/store';
import { toldFact, toldOrNot } from '../small-figures';
import { assertTopicSeen } from '../topics/assert-topic-seen';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { permissions, recordDecision, saveStep, takeDecision, type DecisionRef } from './change';
import { countClock } from './clocks';
import type { Decision, DecisionStep, WithdrawReason } from './decision';
import { assertMayNotice, assertNotOpened, takeStep } from './rules';
import { insertDecision } from './store';
import { insertVoters, openTally, takeTally } from './store-votes';
import { stepOnWire, withdrawReasonOnWire } from './wire';

type Preparing = Pick<Deps, 'db' | 'now'>;

export interface DraftDecision extends Pick<Decision, 'unitId' | 'topicId' | 'subject' | 'titleZh' | 'textZh' | 'basis' | 'callers'> {
  readonly request: RequestKey;
}

/** @throws not_found UNIT_NOT_FOUND, TOPIC_NOT_FOUND; failed_precondition UNIT_CLOSED. */
export async function draftDecision(deps: Preparing, caller: Caller, input: DraftDecision): Promise<Decision> {
  const { request, ...facts } = input;
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, permissions.prepare, unit.path)) throw unitNotFound();
      if (facts.topicId !== undefined) await assertTopicSeen(tx, caller, facts.topicId);
      const at = deps.now();
      const decision: Decision = {
        ...facts,
        id: newId(at.getTime()),
        unitPath: unit.path,
        state: 'drafted',
        steps: {},
        registered: 0,
        rollErased: false,
        notice: undefined,
        outcome: undefined,
        countDueAt: undefined,
        publicationDueAt: undefined,
        owedAgain: { decision: undefined, outcome: undefined },
        withdrawReason: undefined,
        createdAt: at,
        updatedAt: at,
        version: 1,
      };
      await insertDecision(tx, decision);
      await recordDecision(tx, { caller, after: decision, action: 'draft', at }, { event: 'DecisionDrafted', detail: {}, facts: { subject: decision.subject } });
      return decision;
    }),
  );
}

/** 四议, each in its turn. @throws AppError as `takeDecision` and `takeStep`; invalid_argument for a day to come. */
export async function recordStep(deps: Preparing, caller: Caller, input: DecisionRef & { readonly step: DecisionStep; readonly heldOn: LocalDate }): Promise<Decision> {
  const { step: taken, heldOn } = input;
  if (heldOn > today(deps)) throw violation('held_on', 'in_future');
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeDecision(tx, caller, { ref: input, action: 'record_step', permission: permissions.prepare, at: deps.now() });
    const steps = takeStep(step.found.steps, taken, heldOn);
    return saveStep(tx, step, { changed: { steps }, event: 'DecisionStepRecorded', detail: { step: stepOnWire.toWire(taken), heldOn }, facts: { step: taken, held_on: heldOn } });
  });
}

/** Who may vote by their own sign-in; somebody who is on the roll already stays on it once. @throws AppError as `takeDecision`. */
export async function addVoters(deps: Preparing, caller: Caller, input: DecisionRef & { readonly voterIds: readonly string[] }): Promise<Decision> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeDecision(tx, caller, { ref: input, action: 'add_voters', permission: permissions.prepare, at: deps.now() });
    const registered = await insertVoters(tx, step.found.id, input.voterIds);
    return saveStep(tx, step, { changed: { registered }, event: 'DecisionVotersAdded', detail: { registered: toldOrNot(registered) }, facts: toldFact('registered', registered) });
  });
}

/**
 * Fixes who may vote, when, and by which quorum: the one in force on the day of the notice, for life. The time for the count runs from
 * the end of the vote.
 * @throws AppError as `takeDecision` and `assertMayNotice`; invalid_argument for times that are past, turned around or later than the rule allows; not_found
 *   QUORUM_NOT_IN_FORCE.
 */
export async function giveNotice(deps: Preparing & Pick<Deps, 'calendar'>, caller: Caller, input: DecisionRef & { readonly entitled: number; readonly opensAt: Date; readonly closesAt: Date }): Promise<Decision> {
  const { entitled, opensAt, closesAt } = input;
  if (opensAt < deps.now()) throw violation('opens_at', 'in_past');
  if (closesAt <= opensAt) throw violation('closes_at', 'not_later');
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeDecision(tx, caller, { ref: input, action: 'give_notice', permission: permissions.call, at: deps.now() });
    const { limit } = await ruleSetAt(tx, 'organization.vote_span', today(deps));
    if (closesAt > instantAt(addDays(today(deps), limit.amount + 1), 0)) throw violation('closes_at', 'too_late');
    const quorum = await quorumAt(tx, `residents_meeting.${step.found.basis}`, today(deps));
    assertMayNotice(step.found, entitled, quorum);
    await openTally(tx, step.found.id);
    const { dueAt } = await startClock(tx, deps.calendar, { kind: countClock, subjectType: 'organization.decision', subjectId: step.found.id, ruleSet: { id: countClock }, at: closesAt, alarms: ['due'] });
    const { id: quorumId, version: quorumVersion } = quorum;
    return saveStep(tx, step, {
      changed: { notice: { entitled, quorum, opensAt, closesAt }, countDueAt: dueAt },
      event: 'DecisionNoticed',
      detail: { entitled: toldOrNot(entitled), quorumId, quorumVersion, opensAt, closesAt },
      facts: { ...toldFact('entitled', entitled), opens_at: opensAt.toISOString(), closes_at: closesAt.toISOString() },
    });
  });
}

/** What was drafted or noticed comes to no vote, for a reason that is told in public. @throws AppError as `takeDecision` and `assertNotOpened`. */
export async function withdrawDecision(deps: Preparing, caller: Caller, input: DecisionRef & { readonly reason: WithdrawReason }): Promise<Decision> {
  const { reason } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const step = await takeDecision(tx, caller, { ref: input, action: 'withdraw', permission: permissions.call, at });
    assertNotOpened(step.found.notice, at);
    if (step.found.state === 'noticed') {
      await takeTally(tx, step.found.id);
      await cancelClock(tx, { kind: countClock, subjectId: step.found.id, at });
    }
    return saveStep(tx, step, { changed: { withdrawReason: reason, countDueAt: undefined }, event: 'DecisionWithdrawn', detail: { reason: withdrawReasonOnWire.toWire(reason) }, facts: { reason } });
  });
}
