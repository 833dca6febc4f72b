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

/** The limits of now, worked out once a day: every case that is shown asks for them. */
export function createLights(calendar: Calendar): (now: Date) => LightLimits {
  let known: { readonly day: string; readonly limits: LightLimits } | undefined;
  return (now) => {
    const day = localDateOf(now);
    if (known?.day !== day) known = { day, limits: lightLimits(calendar, now) };
    return known.limits;
  };
}

export function lightOf(dueAt: Date | undefined, { redUntil, yellowUntil }: LightLimits): 'green' | 'yellow' | 'red' | undefined {
  if (dueAt === undefined) return undefined;
  if (dueAt <= redUntil) return 'red';
  return dueAt <= yellowUntil ? 'yellow' : 'green';
}
