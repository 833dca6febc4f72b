import { coversUnit, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges, type Change, type Entry } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { endReportsOf, lockReviewsOf } from '../dual-reports/change-dual-report';
import { endAssignmentsTo } from '../instructors/change-instructor';
import { withdrawResourcesOf } from '../joint-projects/needs';
import { assertVersion } from '../version';
import type { MemberUnit } from './member-unit';
import { assertIn, leave, memberUnitNotFound } from './rules';
import { countHeld, lockMemberUnit, saveMemberUnit } from './store';

interface MemberUnitRef {
  readonly memberUnitId: string;
  readonly version: number;
}

/** What is the same already changes nothing. @throws not_found, aborted VERSION_STALE, failed_precondition MEMBER_UNIT_LEFT. */
export async function updateMemberUnit(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  { changed, ...ref }: MemberUnitRef & { readonly changed: Partial<Pick<MemberUnit, 'nameZh' | 'contactName' | 'contactPhone'>> },
): Promise<MemberUnit> {
  return deps.db.withTenant(caller, async (tx) => {
    const memberUnit = await lockForChange(tx, caller, ref);
    assertIn(memberUnit);
    const updated = { ...memberUnit, ...changed, version: memberUnit.version + 1 };
    const { nameZh, contactName, contactPhone } = updated;
    if (nameZh === memberUnit.nameZh && contactName === memberUnit.contactName && contactPhone === memberUnit.contactPhone) return memberUnit;
    await saveMemberUnit(tx, updated);
    const payload = organization.MemberUnitUpdated.fromPartial({ memberUnitId: updated.id });
    await recordChanges(tx, caller, [changeOf(updated, 'update', { event: 'MemberUnitUpdated', payload, at: deps.now() })]);
    return updated;
  });
}

/**
 * What it offers, where it reports and who guides it end with it, also where the caller could not end them one by one.
 * @throws not_found, aborted VERSION_STALE, invalid_argument for a day to come or before it joined, as `leave`, and DUAL_TASKS_OPEN.
 */
export async function leaveMemberUnit(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: MemberUnitRef & { readonly leftOn: LocalDate }): Promise<MemberUnit> {
  return deps.db.withTenant(caller, async (tx) => {
    await lockReviewsOf(tx, input.memberUnitId);
    const memberUnit = await lockForChange(tx, caller, input);
    if (input.leftOn > today(deps)) throw violation('left_on', 'in_future');
    if (input.leftOn < memberUnit.joinedOn) throw violation('left_on', 'before_joined_on');
    const left = leave(memberUnit, input.leftOn, await countHeld(tx, memberUnit.id, input.leftOn));
    await saveMemberUnit(tx, left);
    const payload = organization.MemberUnitLeft.fromPartial({ memberUnitId: left.id, leftOn: input.leftOn });
    await recordChanges(tx, caller, [changeOf(left, 'leave', { event: 'MemberUnitLeft', payload, at: deps.now(), facts: { left_on: input.leftOn } })]);
    // In the order in which a unit that closes takes them.
    await endAssignmentsTo(deps, tx, { caller, memberUnitId: left.id });
    await endReportsOf(deps, tx, { caller, memberUnitId: left.id });
    await withdrawResourcesOf(deps, tx, { caller, memberUnitId: left.id });
    return left;
  });
}

const entryCodes = { update: 'updated', leave: 'left' } as const;

function changeOf({ id, unitPath, version }: MemberUnit, action: keyof typeof entryCodes, told: Pick<Change, 'event' | 'payload'> & Pick<Entry, 'at' | 'facts'>): Change {
  const { event, payload, at, facts = {} } = told;
  return { action: `member_unit.${action}`, objectType: 'member_unit', id, version, event, payload, entry: { threadId: id, unitPath, at, code: entryCodes[action], facts } };
}

async function lockForChange(tx: Tx, caller: Caller, ref: MemberUnitRef): Promise<MemberUnit> {
  const memberUnit = await lockMemberUnit(tx, ref.memberUnitId);
  if (memberUnit === undefined || !coversUnit(caller, 'organization.member_unit.write', memberUnit.unitPath)) throw memberUnitNotFound();
  assertVersion(memberUnit, ref.version);
  return memberUnit;
}
