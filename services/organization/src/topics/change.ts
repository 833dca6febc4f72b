import { coversUnit, isSelf, type Caller } from '@linli/auth';
import type { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import { assertVersion } from '../version';
import { endWork, setWork } from '../work/store';
import { targetOf, topicNotFound, type TopicAction } from './rules';
import { lockTopic, updateTopic } from './store';
import type { Topic } from './topic';
import { stateOnWire } from './wire';

export const permissions = {
  raise: 'organization.topic.raise',
  read: 'organization.topic.read',
  screen: 'organization.topic.screen',
  deliberations: 'organization.topic.deliberations',
} as const;

export interface TopicRef {
  readonly topicId: string;
  readonly version: number;
}

export interface Step {
  readonly caller: Caller;
  readonly found: Topic;
  readonly action: TopicAction;
  readonly at: Date;
}

/** A resident sees what they raised; staff what is of their units. */
export function seesTopic(caller: Caller, topic: Topic): boolean {
  return coversUnit(caller, permissions.read, topic.unitPath) || (topic.residentId !== undefined && isSelf(caller, permissions.read, topic.residentId));
}

/** @throws not_found TOPIC_NOT_FOUND; aborted VERSION_STALE; failed_precondition TOPIC_STATE_FORBIDS. */
export async function takeTopic(tx: Tx, caller: Caller, { ref, action, at }: { readonly ref: TopicRef; readonly action: TopicAction; readonly at: Date }): Promise<Step> {
  const found = await lockTopic(tx, ref.topicId);
  if (found === undefined || !coversUnit(caller, permissions.screen, found.unitPath)) throw topicNotFound();
  assertVersion(found, ref.version);
  targetOf(found.state, action);
  return { caller, found, action, at };
}

interface Events {
  readonly TopicCollected: organization.TopicCollected;
  readonly TopicAccepted: organization.TopicAccepted;
  readonly TopicDeclined: organization.TopicDeclined;
  readonly TopicAnswered: organization.TopicAnswered;
  readonly TopicWordsWithdrawn: organization.TopicWordsWithdrawn;
  readonly TopicAnswerOverdue: organization.TopicAnswerOverdue;
  readonly TopicAnswerDueMoved: organization.TopicAnswerDueMoved;
}

const entryCodes: Readonly<Record<keyof Events, string>> = {
  TopicCollected: 'collected',
  TopicAccepted: 'accepted',
  TopicDeclined: 'not_accepted',
  TopicAnswered: 'answered',
  TopicWordsWithdrawn: 'words_withdrawn',
  TopicAnswerOverdue: 'overdue',
  TopicAnswerDueMoved: 'due_moved',
};

export interface Outcome<Name extends keyof Events> {
  readonly changed: Partial<Topic>;
  readonly event: Name;
  readonly detail: Omit<Events[Name], 'topic'>;
  readonly facts?: Readonly<Record<string, string>>;
  readonly note?: string;
}

export async function saveStep<Name extends keyof Events>(tx: Tx, step: Step, outcome: Outcome<Name>): Promise<Topic> {
  const { caller, found, action, at } = step;
  const after: Topic = { ...found, ...outcome.changed, state: targetOf(found.state, action), version: found.version + 1, updatedAt: at };
  await updateTopic(tx, after);
  await recordTopic(tx, { caller, after, action, at }, outcome);
  return after;
}

/** What goes with a topic whose row is written: its event, audit record, entry, and what waits next. */
export async function recordTopic<Name extends keyof Events>(
  tx: Tx,
  { caller, after, action, at }: { readonly caller: Caller; readonly after: Topic; readonly action: string; readonly at: Date },
  { event, detail, facts, note }: Omit<Outcome<Name>, 'changed'>,
): Promise<void> {
  const { id, version, unitId, unitPath, state } = after;
  const payload = { topic: { topicId: id, unitId, state: stateOnWire.toWire(state) }, ...detail };
  const entry = { threadId: id, unitPath, at, code: entryCodes[event], ...(facts && { facts }), ...(note !== undefined && { note }) };
  await recordChanges(tx, caller, [{ action: `topic.${action}`, objectType: 'topic', id, version, event, payload, entry }]);
  const next = nextActions[state];
  const kind = 'organization.topic';
  if (next === undefined) return endWork(tx, kind, [id]);
  const work = { number: '', titleZh: '居民议题', ownerId: undefined, permission: permissions.screen, dueAt: after.answerDueAt };
  await setWork(tx, [{ ...work, kind, subjectId: id, action: next, unitId, unitPath, threadId: id, version }]);
}

const nextActions: Readonly<Record<Topic['state'], string | undefined>> = { collected: 'screen', accepted: 'answer', not_accepted: undefined, answered: undefined };
