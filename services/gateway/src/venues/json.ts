import { organization } from '@linli/contracts';
import { z } from 'zod';
import { day } from '../wire/fields';
import { words } from '../wire/words';

export const uses = words('VENUE_USE', organization.VenueUse, ['exclusive', 'shared']);

const opensMinute = z.int().min(0).max(1_439).meta({ description: '开放时刻：当日零点起的分钟数' });
const closesMinute = z.int().min(1).max(2_880).meta({ description: '关闭时刻；超过 1440 表示到次日' });

// Schemas of what comes in.
export const daySpans = z.array(z.strictObject({ opensMinute, closesMinute })).max(8);
export const hours = z
  .array(z.strictObject({ weekday: z.int().min(1).max(7).meta({ description: '1 为星期一，7 为星期日' }), opensMinute, closesMinute }))
  .min(1)
  .max(56);

// Schemas of what goes out.
export const shownUse = uses.schema.optional().meta({ description: 'exclusive：一次只接待一家；shared：按名额接待' });
export const shownHours = z.array(z.strictObject({ weekday: z.int(), opensMinute: z.int(), closesMinute: z.int() })).meta({ description: '每周开放时间' });
export const shownDays = z
  .array(z.strictObject({ day, spans: z.array(z.strictObject({ opensMinute: z.int(), closesMinute: z.int() })) }))
  .meta({ description: '另行安排的日期；没有时段表示当日不开放' });
