import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { kinds } from '../units/routes';
import { code, id, optionalText, text } from '../wire/fields';

const names = { nameZh: text(100), nameMn: optionalText(200) };
const targetSchema = z
  .union([z.strictObject({ unitId: id }), z.strictObject({ newCode: code.meta({ description: '同一次调整中新设单位的代码' }) })])
  .meta({ id: 'UnitTarget' });

/** One operation of a regrading; its type says what else it holds. */
export const operationSchema = z
  .discriminatedUnion('type', [
    z.strictObject({ type: z.literal('open'), parent: targetSchema, kind: kinds.schema, code, ...names }),
    z.strictObject({ type: z.literal('close'), unitId: id, successor: targetSchema.meta({ description: '未办事务、岗位的去向' }) }),
    z.strictObject({
      type: z.literal('split'),
      unitId: id,
      parts: z
        .array(z.strictObject({ code, ...names, childIds: z.array(id).max(1_000) }))
        .min(2)
        .max(50)
        .meta({ description: '每个下级单位归入一处；未办事务归第一处' }),
    }),
    z.strictObject({ type: z.literal('merge'), unitIds: z.array(id).min(1).max(50), into: targetSchema }),
    z.strictObject({ type: z.literal('move'), unitId: id, parent: targetSchema }),
    z.strictObject({ type: z.literal('rename'), unitId: id, ...names }),
  ])
  .meta({ id: 'RegradingOperation' });

type OperationJson = z.output<typeof operationSchema>;

export function operationFromJson(operation: OperationJson): organization.RegradingOperation {
  switch (operation.type) {
    case 'open': {
      const { parent, kind, ...facts } = operation;
      return { operation: { $case: 'open', value: { ...facts, parent: targetFromJson(parent), kind: kinds.toWire(kind) } } };
    }
    case 'close':
      return { operation: { $case: 'close', value: { unitId: operation.unitId, successor: targetFromJson(operation.successor) } } };
    case 'split':
      return { operation: { $case: 'split', value: operation } };
    case 'merge':
      return { operation: { $case: 'merge', value: { unitIds: operation.unitIds, into: targetFromJson(operation.into) } } };
    case 'move':
      return { operation: { $case: 'move', value: { unitId: operation.unitId, parent: targetFromJson(operation.parent) } } };
    case 'rename':
      return { operation: { $case: 'rename', value: operation } };
  }
}

export function operationToJson({ operation }: organization.RegradingOperation): z.input<typeof operationSchema> {
  switch (operation?.$case) {
    case 'open': {
      const { parent, kind, code: unitCode, nameZh, nameMn } = operation.value;
      return { type: 'open', parent: targetToJson(parent), kind: kinds.fromWire(kind) ?? unknown(), code: unitCode, nameZh, nameMn };
    }
    case 'close':
      return { type: 'close', unitId: operation.value.unitId, successor: targetToJson(operation.value.successor) };
    case 'split':
      return { type: 'split', ...operation.value };
    case 'merge':
      return { type: 'merge', unitIds: operation.value.unitIds, into: targetToJson(operation.value.into) };
    case 'move':
      return { type: 'move', unitId: operation.value.unitId, parent: targetToJson(operation.value.parent) };
    case 'rename':
      return { type: 'rename', ...operation.value };
    case undefined:
      return unknown();
  }
}

function targetFromJson(target: z.output<typeof targetSchema>): organization.UnitTarget {
  return { target: 'unitId' in target ? { $case: 'unitId', value: target.unitId } : { $case: 'newCode', value: target.newCode } };
}

function targetToJson(target: organization.UnitTarget | undefined): z.input<typeof targetSchema> {
  const named = target?.target;
  if (named === undefined) return unknown();
  return named.$case === 'unitId' ? { unitId: named.value } : { newCode: named.value };
}

/** @throws internal ANSWER_UNKNOWN: a newer service says what this gateway does not know. */
function unknown(): never {
  throw internal('ANSWER_UNKNOWN', 'a service answered with an operation unknown here');
}
