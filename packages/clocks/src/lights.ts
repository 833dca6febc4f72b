import type { Calendar } from './calendar';
import { addDays, instantAt, localDateOf } from './local-date';

export interface LightLimits {
  /** Due up to here is red: today or earlier. */
  readonly redUntil: Date;
  /** Due up to here is yellow: three working days or fewer are left. */
  readonly yellowUntil: Date;
}

const lastMs = 86_400_000 - 1;

/** Worked out once for a whole list. */
export function lightLimits(calendar: Calendar, now: Date): LightLimits {
  const today = localDateOf(now);
  const third = calendar.addWorkingDays(today, 3).date;
  return { redUntil: instantAt(today, lastMs), yellowUntil: instantAt(addDays(third, 1), -1) };
}

/** The limits of now by a tenant's calendar, worked out once a day and calendar: every case that is shown asks for them. */
export function createLights(calendar: Calendar): (tenantId: string, now: Date) => LightLimits {
  const known = new WeakMap<Calendar, { readonly day: string; readonly limits: LightLimits }>();
  return (tenantId, now) => {
    const own = calendar.of(tenantId);
    const day = localDateOf(now);
    const before = known.get(own);
    if (before?.day === day) return before.limits;
    const limits = lightLimits(own, now);
    known.set(own, { day, limits });
    return limits;
  };
}

export function lightOf(dueAt: Date | undefined, { redUntil, yellowUntil }: LightLimits): 'green' | 'yellow' | 'red' | undefined {
  if (dueAt === undefined) return undefined;
  if (dueAt <= redUntil) return 'red';
  return dueAt <= yellowUntil ? 'yellow' : 'green';
}
