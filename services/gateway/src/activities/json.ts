import { organization } from '@linli/contracts';
import { z } from 'zod';
import { time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

export const kinds = words('ACTIVITY_KIND', organization.ActivityKind, ['event', 'course']);
export const ages = words('AGE_BAND', organization.AgeBand, ['under_14', 'from_14_to_17', 'adult']);

/** What an activity is called by everybody who may see it. */
export const shownActivity = {
  id: z.string(),
  kind: kinds.schema.optional().meta({ description: 'event：活动；course：课程' }),
  nameZh: z.string(),
  nameMn: z.string().optional(),
  placeZh: z.string(),
  ages: z.array(ages.schema).meta({ description: '面向的年龄：under_14 未满 14 周岁，from_14_to_17 14 至 17 周岁，adult 成人' }),
  capacity: z.int(),
  signUpUntil: time.optional(),
} as const;

export const shownSession = { number: z.int(), startsAt: time.optional(), endsAt: time.optional() } as const;

export function agesToJson(list: readonly organization.AgeBand[]) {
  return list.map((band) => ages.fromWire(band)).filter((band) => band !== undefined);
}

export function sessionToJson({ number, startsAt, endsAt }: organization.ActivitySession) {
  return { number, startsAt: timeOf(startsAt), endsAt: timeOf(endsAt) };
}
