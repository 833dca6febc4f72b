import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { unitKinds, type Unit } from './unit';

export const kindOnWire = wireEnum('UNIT_KIND', organization.UnitKind, unitKinds);

export function unitToWire(unit: Unit): organization.Unit {
  const { parentId = '', validTo = '', continuesId = '', successorId = '', ...rest } = unit;
  return { ...rest, parentId, validTo, continuesId, successorId, kind: kindOnWire.toWire(unit.kind) };
}
