import { coversUnit, type Caller } from '@linli/auth';
import { daysBetween, startClock, type Calendar, type LocalDate } from '@linli/clocks';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { quorumAt } from '../quorum/store';
import { toldVote } from '../small-figures';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { permissions, recordProject, saveStep, takeProject, type ProjectRef } from './change';
import { assertCounts } from './inputs';
import type { PledgeOwner, PledgeProject, PledgePromise, Vote } from './pledge-project';
import { assertCarried } from './rules';
import { findPledgeOwner, insertProject } from './store';
import { promiseToWire, sourceOnWire, voteToWire } from './wire';

type Choosing = Pick<Deps, 'db' | 'now'>;

export const dueClock = 'organization.pledge_due';

export interface CollectProject extends Pick<PledgeProject, 'unitId' | 'code' | 'year' | 'titleZh' | 'descriptionZh' | 'source'> {
  readonly request: RequestKey;
}

/** @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED; already_exists PLEDGE_CODE_TAKEN. */
export async function collectProject(deps: Choosing, caller: Caller, input: CollectProject): Promise<PledgeProject> {
  const { request, ...facts } = input;
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, permissions.collect, unit.path)) throw unitNotFound();
      const at = deps.now();
      const project: PledgeProject = {
        ...facts,
        id: newId(at.getTime()),
        unitPath: unit.path,
        state: 'collected',
        vote: undefined,
        promise: undefined,
        progressDueAt: undefined,
        overdue: false,
        completion: undefined,
        check: undefined,
        createdAt: at,
        updatedAt: at,
        version: 1,
      };
      await insertProject(tx, project);
      const detail = { source: sourceOnWire.toWire(project.source) };
      await recordProject(tx, { caller, after: project, action: 'collect', at }, { event: 'PledgeProjectCollected', detail, facts: { source: project.source } });
      return project;
    }),
  );
}

/** @throws AppError as `takeProject`. */
export async function screenProject(deps: Choosing, caller: Caller, ref: ProjectRef): Promise<PledgeProject> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeProject(tx, caller, { ref, action: 'screen', permission: permissions.decide, at: deps.now() });
    return saveStep(tx, step, { changed: {}, event: 'PledgeProjectScreened', detail: {} });
  });
}

/** @throws AppError as `takeProject` and `assertCarried`; invalid_argument for counts that cannot be and a vote to come; not_found QUORUM_NOT_IN_FORCE. */
export async function selectProject(deps: Choosing, caller: Caller, input: ProjectRef & { readonly vote: Omit<Vote, 'ruleSetId' | 'ruleSetVersion'> }): Promise<PledgeProject> {
  if (input.vote.heldOn > today(deps)) throw violation('held_on', 'in_future');
  assertCounts(input.vote);
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeProject(tx, caller, { ref: input, action: 'select', permission: permissions.decide, at: deps.now() });
    const quorum = await quorumAt(tx, 'residents_meeting.representatives', input.vote.heldOn);
    assertCarried(input.vote, quorum);
    const vote: Vote = { ...input.vote, ruleSetId: quorum.id, ruleSetVersion: quorum.version };
    const told = toldVote(vote, vote.present);
    const facts = { held_on: vote.heldOn, ...(told && { entitled: String(told.entitled), present: String(told.present), in_favour: String(told.inFavour) }) };
    return saveStep(tx, step, { changed: { vote }, event: 'PledgeProjectSelected', detail: { vote: told && voteToWire(told) }, facts });
  });
}

export interface PromiseProject extends ProjectRef {
  readonly dueDay: LocalDate;
  readonly ownerUnitId: string;
  readonly postId: string;
  readonly budgetFen: number;
}

/** Promised in public, with a day that a clock keeps. @throws AppError as `takeProject` and `getOwner`; invalid_argument for a day that is not to come. */
export async function promiseProject(deps: Choosing & Pick<Deps, 'calendar'>, caller: Caller, input: PromiseProject): Promise<PledgeProject> {
  const { dueDay, ownerUnitId, postId, budgetFen } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const step = await takeProject(tx, caller, { ref: input, action: 'promise', permission: permissions.decide, at });
    const owner = await getOwner(tx, { unitId: ownerUnitId, postId, day: today(deps) });
    await timeDueDay(tx, deps.calendar, { project: step.found, dueDay, at, day: today(deps) });
    const promise: PledgePromise = { ...owner, dueDay, firstDueDay: dueDay, budgetFen };
    const facts = { due_day: dueDay, owner_unit: ownerUnitId, budget_fen: String(budgetFen) };
    return saveStep(tx, step, { changed: { promise }, event: 'PledgeProjectPledged', detail: { promise: promiseToWire(promise) }, facts });
  });
}

/** @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED; invalid_argument for a post that nobody holds there. */
export async function getOwner(tx: Tx, asked: { readonly unitId: string; readonly postId: string; readonly day: LocalDate }): Promise<PledgeOwner> {
  await holdUnitOpen(tx, asked.unitId, asked.day);
  const owner = await findPledgeOwner(tx, asked);
  if (owner === undefined) throw violation('post_id', 'unknown');
  return owner;
}

/** Starts the clock of what was promised for a day. @throws invalid_argument for a day that is not to come, or is more than ten years away. */
export async function timeDueDay(
  tx: Tx,
  calendar: Calendar,
  { project, dueDay, at, day }: { readonly project: PledgeProject; readonly dueDay: LocalDate; readonly at: Date; readonly day: LocalDate },
): Promise<void> {
  const amount = daysBetween(day, dueDay);
  if (amount < 1) throw violation('due_day', 'in_past');
  if (amount > 3_650) throw violation('due_day', 'too_large');
  await startClock(tx, calendar, {
    kind: dueClock,
    subjectType: 'organization.pledge_project',
    subjectId: project.id,
    ruleSet: { limit: { unit: 'calendar_days', roll: 'none', amount }, citation: '向居民公开承诺的完成日期' },
    at,
    alarms: ['due'],
  });
}
