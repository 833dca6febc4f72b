import { organization } from '@linli/contracts';
import { z } from 'zod';
import { given, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

export const dutyKinds = words('DUTY_KIND', organization.DutyKind, ['workday', 'extended', 'weekend', 'holiday']);
export const dutyParts = words('DUTY_PART', organization.DutyPart, ['a', 'b']);

export const rosterSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    kinds: z.array(dutyKinds.schema).meta({ description: '须有人值班的时段；空表示不再排班' }),
    version: z.int(),
  })
  .meta({ id: 'DutyRoster' });

export const slotSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    day: z.string(),
    kind: dutyKinds.schema.optional().meta({ description: '工作日、延时、周末、节假日' }),
    startsAt: time.optional(),
    endsAt: time.optional(),
    aId: z.string().optional().meta({ description: 'A 岗；已取消的没有' }),
    bId: z.string().optional().meta({ description: 'B 岗，A 岗不在时替班' }),
    cancelled: z.boolean(),
    version: z.int(),
  })
  .meta({ id: 'DutySlot' });

export const onCallSchema = z
  .strictObject({
    slot: slotSchema,
    actingId: z.string().optional().meta({ description: '此时实际值班的人；A、B 岗都不在则没有' }),
    standIn: z.boolean().meta({ description: 'B 岗替班' }),
  })
  .meta({ id: 'DutyOnCall' });

export const gapSchema = z
  .strictObject({
    day: z.string(),
    kind: dutyKinds.schema.optional(),
    missing: z.array(dutyParts.schema).meta({ description: '缺的是 A 岗还是 B 岗' }),
    slotId: z.string().optional().meta({ description: '没有排过则没有' }),
    provisional: z.boolean().meta({ description: '该年放假安排尚未公布，可能变动' }),
  })
  .meta({ id: 'DutyGap' });

export function rosterToJson({ kinds, ...rest }: organization.DutyRoster): z.input<typeof rosterSchema> {
  return { ...rest, kinds: kinds.flatMap((kind) => dutyKinds.fromWire(kind) ?? []) };
}

export function slotToJson({ kind, startsAt, endsAt, aId, bId, ...rest }: organization.DutySlot): z.input<typeof slotSchema> {
  return { ...rest, kind: dutyKinds.fromWire(kind), startsAt: timeOf(startsAt), endsAt: timeOf(endsAt), aId: given(aId), bId: given(bId) };
}

export function gapToJson({ day, kind, missing, slotId, provisional }: organization.DutyGap): z.input<typeof gapSchema> {
  return { day, kind: dutyKinds.fromWire(kind), missing: missing.flatMap((part) => dutyParts.fromWire(part) ?? []), slotId: given(slotId), provisional };
}
