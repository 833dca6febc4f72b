import { organization } from '@linli/contracts';
import { readUuid, readUuids, requireText, violation, wireEnum } from '@linli/grpc';
import { codeRule } from '../fields';
import { kindOnWire } from '../units/wire';
import { regradingStates, type Operation, type RegradedUnit, type Regrading, type Target } from './regrading';

export const stateOnWire = wireEnum('REGRADING_STATE', organization.RegradingState, regradingStates);
const regradedAsOnWire = wireEnum('REGRADED_AS', organization.RegradedAs, ['opened', 'ended', 'renamed'] as const);

const mostOperations = 200;
const mostParts = 50;
const mostChildren = 1_000;

/** @throws invalid_argument FIELD_INVALID, naming the place in the list. */
export function readOperations(operations: readonly organization.RegradingOperation[]): Operation[] {
  if (operations.length === 0) throw violation('operations', 'required');
  if (operations.length > mostOperations) throw violation('operations', 'too_many');
  return operations.map((operation, index) => readOperation(operation, `operations[${index}]`));
}

function readOperation({ operation }: organization.RegradingOperation, at: string): Operation {
  switch (operation?.$case) {
    case 'open': {
      const { parent, kind, code, ...names } = operation.value;
      return {
        type: 'open',
        parent: readTarget(parent, `${at}.open.parent`),
        kind: kindOnWire.fromWire(kind, `${at}.open.kind`),
        code: requireText(code, `${at}.open.code`, codeRule),
        ...readNames(names, `${at}.open`),
      };
    }
    case 'close':
      return {
        type: 'close',
        unitId: readUuid(operation.value.unitId, `${at}.close.unit_id`),
        successor: readTarget(operation.value.successor, `${at}.close.successor`),
      };
    case 'split':
      return { type: 'split', unitId: readUuid(operation.value.unitId, `${at}.split.unit_id`), parts: readParts(operation.value.parts, `${at}.split.parts`) };
    case 'merge': {
      const unitIds = readUuids(operation.value.unitIds, `${at}.merge.unit_ids`, mostParts);
      if (unitIds.length === 0) throw violation(`${at}.merge.unit_ids`, 'required');
      return { type: 'merge', unitIds, into: readTarget(operation.value.into, `${at}.merge.into`) };
    }
    case 'move':
      return { type: 'move', unitId: readUuid(operation.value.unitId, `${at}.move.unit_id`), parent: readTarget(operation.value.parent, `${at}.move.parent`) };
    case 'rename':
      return { type: 'rename', unitId: readUuid(operation.value.unitId, `${at}.rename.unit_id`), ...readNames(operation.value, `${at}.rename`) };
    case undefined:
      throw violation(at, 'required');
  }
}

function readParts(parts: readonly organization.SplitPart[], at: string) {
  if (parts.length < 2) throw violation(at, 'required');
  if (parts.length > mostParts) throw violation(at, 'too_many');
  return parts.map(({ code, childIds, ...names }, index) => ({
    code: requireText(code, `${at}[${index}].code`, codeRule),
    ...readNames(names, `${at}[${index}]`),
    childIds: readUuids(childIds, `${at}[${index}].child_ids`, mostChildren),
  }));
}

function readTarget(target: organization.UnitTarget | undefined, at: string): Target {
  const named = target?.target;
  if (named === undefined) throw violation(at, 'required');
  return named.$case === 'unitId' ? { unitId: readUuid(named.value, `${at}.unit_id`) } : { newCode: requireText(named.value, `${at}.new_code`, codeRule) };
}

function readNames({ nameZh, nameMn }: { readonly nameZh: string; readonly nameMn: string }, at: string) {
  return {
    nameZh: requireText(nameZh, `${at}.name_zh`, { max: 100 }),
    nameMn: requireText(nameMn, `${at}.name_mn`, { max: 200, optional: true }),
  };
}

/** Without its parts, as in lists. */
export function regradingToWire(regrading: Regrading): organization.Regrading {
  const { id, titleZh, effectiveOn, plannedBy, plannedAt, endedAt, version } = regrading;
  return { id, titleZh, effectiveOn, state: stateOnWire.toWire(regrading.state), operations: [], units: [], plannedBy, plannedAt, endedAt, version };
}

export function detailToWire({ regrading, units }: { readonly regrading: Regrading; readonly units: readonly RegradedUnit[] }): organization.Regrading {
  return {
    ...regradingToWire(regrading),
    operations: regrading.operations.map(operationToWire),
    units: units.map(({ unitId, regradedAs, successorId = '' }) => ({ unitId, regradedAs: regradedAsOnWire.toWire(regradedAs), successorId })),
  };
}

function operationToWire(operation: Operation): organization.RegradingOperation {
  switch (operation.type) {
    case 'open': {
      const { parent, kind, code, nameZh, nameMn } = operation;
      return { operation: { $case: 'open', value: { parent: targetToWire(parent), kind: kindOnWire.toWire(kind), code, nameZh, nameMn } } };
    }
    case 'close':
      return { operation: { $case: 'close', value: { unitId: operation.unitId, successor: targetToWire(operation.successor) } } };
    case 'split':
      return { operation: { $case: 'split', value: { unitId: operation.unitId, parts: operation.parts.map((part) => ({ ...part, childIds: [...part.childIds] })) } } };
    case 'merge':
      return { operation: { $case: 'merge', value: { unitIds: [...operation.unitIds], into: targetToWire(operation.into) } } };
    case 'move':
      return { operation: { $case: 'move', value: { unitId: operation.unitId, parent: targetToWire(operation.parent) } } };
    case 'rename': {
      const { unitId, nameZh, nameMn } = operation;
      return { operation: { $case: 'rename', value: { unitId, nameZh, nameMn } } };
    }
  }
}

function targetToWire(target: Target): organization.UnitTarget {
  return { target: 'unitId' in target ? { $case: 'unitId', value: target.unitId } : { $case: 'newCode', value: target.newCode } };
}
