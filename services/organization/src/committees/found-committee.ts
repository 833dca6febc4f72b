import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { placeOf, type Committee } from './committee';
import { oweFirstMeeting, type OwedMeeting } from './owed-meeting';
import { insertCommittee } from './store';
import { committeeKindOnWire } from './wire';

export interface FoundCommittee extends Omit<Committee, 'id' | 'unitPath' | 'endedOn' | 'version'> {
  readonly request: RequestKey;
}

/** From now on it owes its meetings. @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED, COMMITTEE_MISPLACED; already_exists COMMITTEE_EXISTS. */
export async function foundCommittee(
  deps: Pick<Deps, 'db' | 'now' | 'calendar'>,
  caller: Caller,
  { request, ...facts }: FoundCommittee,
): Promise<{ readonly committee: Committee; readonly owed: OwedMeeting }> {
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, 'organization.committee.write', unit.path)) throw unitNotFound();
      if (unit.kind !== placeOf[facts.kind]) {
        throw failedPrecondition('COMMITTEE_MISPLACED', 'a committee of the region is at the office, a joint one at a community', { details: { kind: facts.kind, unit_kind: unit.kind } });
      }
      const at = deps.now();
      const committee = { ...facts, id: newId(at.getTime()), unitPath: unit.path, endedOn: undefined, version: 1 };
      await insertCommittee(tx, committee);
      const owed = await oweFirstMeeting(deps, tx, committee);
      const { id, unitId, unitPath } = committee;
      const payload = organization.CommitteeFounded.fromPartial({ committeeId: id, kind: committeeKindOnWire.toWire(committee.kind), unitId });
      const entry = { threadId: id, unitPath, at, code: 'founded' };
      await recordChanges(tx, caller, [{ action: 'committee.found', objectType: 'committee', id, version: 1, event: 'CommitteeFounded', payload, entry }]);
      return { committee, owed };
    }),
  );
}
