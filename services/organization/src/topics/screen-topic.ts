import { systemCaller, type Caller } from '@linli/auth';
import { satisfyClock, type Clock } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import type { Deps } from '../deps';
import { eraseNotes } from '../threads/store';
import { assertSaid } from '../threads/words';
import type { ClockHandler } from '../timing/clock-handlers';
import { saveStep, takeTopic, type Step, type TopicRef } from './change';
import { answerClock } from './raise-topic';
import { topicNotFound } from './rules';
import { lockTopic } from './store';
import type { DeclineReason, Topic } from './topic';
import { reasonOnWire } from './wire';

type Screening = Pick<Deps, 'db' | 'now'>;

/** @throws AppError as `takeTopic`. */
export async function acceptTopic(deps: Screening, caller: Caller, input: TopicRef & { readonly titleZh: string }): Promise<Topic> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeTopic(tx, caller, { ref: input, action: 'accept', at: deps.now() });
    return saveStep(tx, step, { changed: { titleZh: input.titleZh }, event: 'TopicAccepted', detail: {}, note: input.titleZh });
  });
}

/** Not accepted: with a reason, and an answer that everybody can read. @throws AppError as `takeTopic`. */
export async function declineTopic(
  deps: Screening,
  caller: Caller,
  input: TopicRef & { readonly titleZh: string; readonly reason: DeclineReason; readonly answerZh: string },
): Promise<Topic> {
  const { titleZh, reason, answerZh } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeTopic(tx, caller, { ref: input, action: 'decline', at: deps.now() });
    await endAnswer(tx, step);
    const changed = { titleZh, answerZh, declineReason: reason, answeredAt: step.at };
    return saveStep(tx, step, { changed, event: 'TopicDeclined', detail: { reason: reasonOnWire.toWire(reason) }, facts: { reason }, note: answerZh });
  });
}

/** @throws AppError as `takeTopic`. */
export async function answerTopic(deps: Screening, caller: Caller, input: TopicRef & { readonly answerZh: string }): Promise<Topic> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeTopic(tx, caller, { ref: input, action: 'answer', at: deps.now() });
    await endAnswer(tx, step);
    const late = step.at > step.found.answerDueAt;
    const changed = { answerZh: input.answerZh, answeredAt: step.at };
    return saveStep(tx, step, { changed, event: 'TopicAnswered', detail: { late }, ...(late && { facts: { late: 'true' } }), note: input.answerZh });
  });
}

/** What names a person goes, here and from the thread; that it was answered, and when, stays. @throws AppError as `takeTopic` and `assertSaid`. */
export async function withdrawTopicWords(deps: Screening, caller: Caller, ref: TopicRef): Promise<Topic> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeTopic(tx, caller, { ref, action: 'withdraw_words', at: deps.now() });
    assertSaid(step.found);
    await eraseNotes(tx, { threadId: step.found.id });
    return saveStep(tx, step, { changed: { titleZh: '', answerZh: '', wordsWithdrawn: true }, event: 'TopicWordsWithdrawn', detail: {} });
  });
}

async function endAnswer(tx: Tx, { found, at }: Step): Promise<void> {
  await satisfyClock(tx, { kind: answerClock, subjectId: found.id, at });
}

/** The limit for an answer: passed, or moved with the working calendar. */
export function topicAlarms(deps: Pick<Deps, 'now'>): ClockHandler {
  async function take(tx: Tx, clock: Clock): Promise<Step> {
    const found = await lockTopic(tx, clock.subjectId);
    if (found === undefined) throw topicNotFound();
    return { caller: systemCaller(tenantOf(tx), 'organization', []), found, action: 'fall_overdue', at: deps.now() };
  }
  return {
    async alarms(tx, alarms) {
      for (const { clock } of alarms) {
        const facts = { due_at: clock.dueAt.toISOString() };
        await saveStep(tx, await take(tx, clock), { changed: { overdue: true }, event: 'TopicAnswerOverdue', detail: { dueAt: clock.dueAt }, facts });
      }
    },
    async moved(tx, { clock }) {
      const step = { ...(await take(tx, clock)), action: 'move_due' as const };
      await saveStep(tx, step, { changed: { answerDueAt: clock.dueAt }, event: 'TopicAnswerDueMoved', detail: { dueAt: clock.dueAt }, facts: { due_at: clock.dueAt.toISOString() } });
    },
  };
}
