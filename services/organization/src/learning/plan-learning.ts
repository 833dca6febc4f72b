import { coversUnit, type Caller } from '@linli/auth';
import { localDateOf } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { toldFact } from '../small-figures';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import { endWork, setWork } from '../work/store';
import type { Learning } from './learning';
import { attend, cancel, learningNotFound } from './rules';
import { insertLearning, lockLearning, replaceAttendance, saveLearning } from './store';
import { kindOnWire } from './wire';

type Planning = Pick<Deps, 'db' | 'now'>;

const write = 'organization.learning.write';
const work = 'organization.learning';

export type PlanLearning = Pick<Learning, 'unitId' | 'kind' | 'topicZh' | 'startsAt' | 'endsAt'> & { readonly request: RequestKey };

interface LearningRef {
  readonly learningId: string;
  readonly version: number;
}

/** Who came is to be entered when it is over. @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED; invalid_argument for a time that is over or reversed. */
export async function planLearning(deps: Planning, caller: Caller, { request, ...facts }: PlanLearning): Promise<Learning> {
  if (facts.startsAt <= deps.now()) throw violation('starts_at', 'in_past');
  if (facts.endsAt <= facts.startsAt) throw violation('ends_at', 'before_start');
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, write, unit.path)) throw unitNotFound();
      const at = deps.now();
      const learning: Learning = { ...facts, id: newId(at.getTime()), unitPath: unit.path, cancelled: false, attended: false, staffIds: [], others: 0, version: 1 };
      await insertLearning(tx, learning);
      const { id, unitId, unitPath, kind, topicZh, startsAt, endsAt, version } = learning;
      const payload = organization.LearningPlanned.fromPartial({ learningId: id, unitId, kind: kindOnWire.toWire(kind), startsAt });
      const entry = { threadId: id, unitPath, at, code: 'planned', facts: { kind, starts_on: localDateOf(startsAt) } };
      await recordChanges(tx, caller, [{ action: 'learning.plan', objectType: 'learning', id, version, event: 'LearningPlanned', payload, entry }]);
      await setWork(tx, [{ kind: work, subjectId: id, number: '', action: 'record_attendance', titleZh: topicZh, unitId, unitPath, ownerId: undefined, permission: write, dueAt: endsAt, threadId: id, version }]);
      return learning;
    }),
  );
}

/** @throws not_found LEARNING_NOT_FOUND; aborted VERSION_STALE; failed_precondition of `cancel`. */
export async function cancelLearning(deps: Planning, caller: Caller, ref: LearningRef): Promise<Learning> {
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const after = cancel(await lockForChange(tx, caller, ref), at);
    await saveLearning(tx, after);
    await endWork(tx, work, [after.id]);
    const { id, unitPath, version } = after;
    const payload = organization.LearningCancelled.fromPartial({ learningId: id });
    const entry = { threadId: id, unitPath, at, code: 'cancelled' };
    await recordChanges(tx, caller, [{ action: 'learning.cancel', objectType: 'learning', id, version, event: 'LearningCancelled', payload, entry }]);
    return after;
  });
}

/** @throws not_found LEARNING_NOT_FOUND, STAFF_NOT_FOUND; aborted VERSION_STALE; failed_precondition of `attend`. */
export async function recordAttendance(deps: Planning, caller: Caller, { staffIds, others, ...ref }: LearningRef & Pick<Learning, 'staffIds' | 'others'>): Promise<Learning> {
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const after = attend(await lockForChange(tx, caller, ref), { staffIds, others }, at);
    await saveLearning(tx, after);
    await replaceAttendance(tx, after);
    await endWork(tx, work, [after.id]);
    const { id, unitPath, version } = after;
    const payload = organization.LearningAttended.fromPartial({ learningId: id, staff: staffIds.length, others });
    const entry = { threadId: id, unitPath, at, code: 'attendance_recorded', facts: { ...toldFact('staff', staffIds.length), ...toldFact('others', others) } };
    await recordChanges(tx, caller, [{ action: 'learning.attend', objectType: 'learning', id, version, event: 'LearningAttended', payload, entry }]);
    return after;
  });
}

async function lockForChange(tx: Tx, caller: Caller, ref: LearningRef): Promise<Learning> {
  const learning = await lockLearning(tx, ref.learningId);
  if (learning === undefined || !coversUnit(caller, write, learning.unitPath)) throw learningNotFound();
  assertVersion(learning, ref.version);
  return learning;
}
