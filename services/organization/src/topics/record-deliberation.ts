import { coversUnit, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { internal } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertTopicSeen } from './assert-topic-seen';
import { permissions } from './change';
import { findDeliberation, insertDeliberation } from './store-deliberations';
import type { Deliberation } from './topic';
import { resultOnWire } from './wire';

export interface RecordDeliberation extends Omit<Deliberation, 'id' | 'unitPath' | 'opinionsErased' | 'createdAt' | 'version'> {
  readonly request: RequestKey;
  readonly heldOn: LocalDate;
}

/** @throws not_found UNIT_NOT_FOUND, TOPIC_NOT_FOUND; failed_precondition UNIT_CLOSED; invalid_argument for a day to come. */
export async function recordDeliberation(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: RecordDeliberation): Promise<Deliberation> {
  const { request, ...facts } = input;
  if (facts.heldOn > today(deps)) throw violation('held_on', 'in_future');
  return deps.db.withTenant(caller, async (tx) => {
    const { id } = await answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, permissions.screen, unit.path)) throw unitNotFound();
      if (facts.topicId !== undefined) await assertTopicSeen(tx, caller, facts.topicId);
      const at = deps.now();
      const deliberation: Deliberation = { ...facts, id: newId(at.getTime()), unitPath: unit.path, opinionsErased: false, createdAt: at, version: 1 };
      await insertDeliberation(tx, deliberation);
      const { id: deliberationId, unitId, topicId = '', heldOn, result } = deliberation;
      const payload = { deliberationId, unitId, topicId, heldOn, result: resultOnWire.toWire(result) };
      const entry = { threadId: topicId === '' ? deliberationId : topicId, unitPath: unit.path, at, code: 'deliberated', facts: { held_on: heldOn, result }, note: deliberation.conclusionZh };
      await recordChanges(tx, caller, [{ action: 'deliberation.record', objectType: 'deliberation', id: deliberationId, version: 1, event: 'DeliberationRecorded', payload, entry }]);
      return { id: deliberationId };
    });
    const deliberation = await findDeliberation(tx, id);
    if (deliberation === undefined) throw internal('DELIBERATION_MISSING', 'a deliberation that was recorded is gone');
    return deliberation;
  });
}
