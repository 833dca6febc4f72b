import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { roleDefinitions } from '../src/grants/roles';
import { fresh, type Office } from './support';

const permissions = [...(roleDefinitions.find(({ code }) => code === 'party_affairs')?.permissions ?? []), 'thread.read'];

/** 党建办, over the whole office. */
export function partyAffairs(tenantId = 'xingsheng'): Caller {
  return testCaller({ tenantId, permissions });
}

/** The same over one subtree only. */
export function partyWithin(unitPath: string, tenantId = 'xingsheng'): Caller {
  return testCaller({ tenantId, grants: [{ permissions, scope: 'subtree', unitPath }] });
}

export async function joinUnits(office: Office, unitId: string, count: number): Promise<organization.MemberUnit[]> {
  const caller = partyAffairs();
  const joined: organization.MemberUnit[] = [];
  for (let index = 0; index < count; index += 1) {
    const code = fresh('mu');
    const { memberUnit } = await office.memberUnits.joinMemberUnit({ code, nameZh: `成员单位${code}`, kind: organization.MemberUnitKind.MEMBER_UNIT_KIND_INSTITUTION, unitId, joinedOn: '2020-01-01' }, { caller });
    if (memberUnit === undefined) throw new Error('no member unit came back');
    joined.push(memberUnit);
  }
  return joined;
}

/** A committee with so many units seated since 2020. */
export async function seatedCommittee(
  office: Office,
  unitId: string,
  { kind, units, size = units }: { readonly kind: organization.CommitteeKind; readonly units: number; readonly size?: number },
): Promise<{ committee: organization.Committee; members: string[] }> {
  const caller = partyAffairs();
  const founded = await office.committees.foundCommittee({ kind, unitId, nameZh: '联合党委', size }, { caller });
  const members = (await joinUnits(office, unitId, units)).map(({ id }) => id);
  const { committee } = await office.committees.takeSeats({ committeeId: founded.committee?.id ?? '', version: 1, memberUnitIds: members, validFrom: '2020-01-01' }, { caller });
  if (committee === undefined) throw new Error('no committee came back');
  return { committee, members };
}

/** In no order that shows: ids of one instant come as they fall. */
export function sorted(ids: readonly (string | undefined)[] | undefined): (string | undefined)[] {
  return [...(ids ?? [])].sort();
}
