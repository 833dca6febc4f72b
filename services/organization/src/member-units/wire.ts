import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { memberUnitKinds, type MemberUnit } from './member-unit';

export const memberUnitKindOnWire = wireEnum('MEMBER_UNIT_KIND', organization.MemberUnitKind, memberUnitKinds);

export function memberUnitToWire(memberUnit: MemberUnit): organization.MemberUnit {
  const { leftOn = '', kind, ...rest } = memberUnit;
  return { ...rest, leftOn, kind: memberUnitKindOnWire.toWire(kind) };
}
