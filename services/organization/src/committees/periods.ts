import { addDays, type LocalDate } from '@linli/clocks';

/** A year or a quarter, by its first and its last day. */
export interface Period {
  readonly from: LocalDate;
  readonly until: LocalDate;
}

export type PeriodKind = 'year' | 'quarter';

export function periodOf(kind: PeriodKind, day: LocalDate): Period {
  const year = Number(day.slice(0, 4));
  if (kind === 'year') return { from: `${year}-01-01`, until: `${year}-12-31` };
  const first = Math.floor((Number(day.slice(5, 7)) - 1) / 3) * 3 + 1;
  const [nextYear, nextMonth] = first === 10 ? [year + 1, 1] : [year, first + 3];
  return { from: firstOf(year, first), until: addDays(firstOf(nextYear, nextMonth), -1) };
}

export function periodAfter(kind: PeriodKind, { until }: Period): Period {
  return periodOf(kind, addDays(until, 1));
}

function firstOf(year: number, month: number): LocalDate {
  return `${year}-${String(month).padStart(2, '0')}-01`;
}
