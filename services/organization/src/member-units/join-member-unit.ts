import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import type { MemberUnit } from './member-unit';
import { memberUnitNotFound } from './rules';
import { findMemberUnit, insertMemberUnit } from './store';
import { memberUnitKindOnWire } from './wire';

export interface JoinMemberUnit extends Omit<MemberUnit, 'id' | 'unitPath' | 'leftOn' | 'version'> {
  readonly request: RequestKey;
}

/** @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED; already_exists MEMBER_UNIT_CODE_TAKEN; invalid_argument for a day to come. */
export async function joinMemberUnit(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { request, ...facts }: JoinMemberUnit): Promise<MemberUnit> {
  return deps.db.withTenant(caller, async (tx) => {
    const id = await answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, 'organization.member_unit.write', unit.path)) throw unitNotFound();
      if (facts.joinedOn > today(deps)) throw violation('joined_on', 'in_future');
      const at = deps.now();
      const memberUnit = { ...facts, id: newId(at.getTime()), unitPath: unit.path, leftOn: undefined, version: 1 };
      await insertMemberUnit(tx, memberUnit);
      const { id: memberUnitId, kind, unitId, unitPath, joinedOn } = memberUnit;
      const payload = organization.MemberUnitJoined.fromPartial({ memberUnitId, kind: memberUnitKindOnWire.toWire(kind), unitId, joinedOn });
      const entry = { threadId: memberUnitId, unitPath, at, code: 'joined', facts: { kind, joined_on: joinedOn } };
      await recordChanges(tx, caller, [{ action: 'member_unit.join', objectType: 'member_unit', id: memberUnitId, version: 1, event: 'MemberUnitJoined', payload, entry }]);
      return memberUnitId;
    });
    // A repeat is answered from the row as it is now: stored answers must hold no name.
    const memberUnit = await findMemberUnit(tx, id);
    if (memberUnit === undefined) throw memberUnitNotFound();
    return memberUnit;
  });
}
