import { coversUnit, type Caller } from '@linli/auth';
import { startClock } from '@linli/clocks';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { permissions, recordTopic } from './change';
import { topicNotFound } from './rules';
import { findTopic, insertTopic } from './store';
import type { Topic } from './topic';
import { sourceOnWire } from './wire';

export const answerClock = 'organization.topic_answer';

/** From a resident about any unit of the office, or from staff of theirs. @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED. */
export async function raiseTopic(
  deps: Pick<Deps, 'db' | 'now' | 'calendar'>,
  caller: Caller,
  { request, unitId, textZh }: { readonly request: RequestKey; readonly unitId: string; readonly textZh: string },
): Promise<Topic> {
  return deps.db.withTenant(caller, async (tx) => {
    // A stored answer lies in clear, so it holds the id only.
    const { id } = await answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, unitId, today(deps));
      const resident = caller.kind === 'resident';
      if (!resident && !coversUnit(caller, permissions.raise, unit.path)) throw unitNotFound();
      const at = deps.now();
      const topicId = newId(at.getTime());
      const clock = await startClock(tx, deps.calendar, { kind: answerClock, subjectType: 'organization.topic', subjectId: topicId, ruleSet: { id: answerClock }, at, alarms: ['due'] });
      const source = resident ? 'resident' : 'staff';
      const topic: Topic = {
        id: topicId,
        unitId,
        unitPath: unit.path,
        textZh,
        textErased: false,
        source,
        residentId: resident ? caller.subject : undefined,
        state: 'collected',
        declineReason: undefined,
        titleZh: '',
        answerZh: '',
        wordsWithdrawn: false,
        answerDueAt: clock.dueAt,
        overdue: false,
        answeredAt: undefined,
        createdAt: at,
        updatedAt: at,
        version: 1,
      };
      await insertTopic(tx, topic);
      await recordTopic(tx, { caller, after: topic, action: 'raise', at }, { event: 'TopicCollected', detail: { source: sourceOnWire.toWire(source) }, facts: { source } });
      return { id: topicId };
    });
    const topic = await findTopic(tx, id);
    if (topic === undefined) throw topicNotFound();
    return topic;
  });
}
