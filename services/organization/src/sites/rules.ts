import { addDays, daysBetween, type LocalDate } from '@linli/clocks';
import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { Answer, ChecklistItem, Period, Site, VisitRule } from './site';

/** Also for a site outside the caller's scope, which must look the same. */
export function siteNotFound(): AppError {
  return notFound('SITE_NOT_FOUND', 'there is no such site');
}

/** @throws failed_precondition SITE_CLOSED. */
export function assertSiteOpen(site: Pick<Site, 'closedOn'>): void {
  if (site.closedOn !== undefined) throw failedPrecondition('SITE_CLOSED', 'the site is closed');
}

/** `2026-11` of a day. */
export function monthOf(day: LocalDate): string {
  return day.slice(0, 7);
}

/** The last day of the month that begins `months` months after the one of `day`. */
export function endOfMonth(day: LocalDate, months = 0): LocalDate {
  const [year = 0, month = 1] = day.split('-').map(Number);
  const following = year * 12 + month + months;
  const first = `${String(Math.floor(following / 12)).padStart(4, '0')}-${String((following % 12) + 1).padStart(2, '0')}-01`;
  return addDays(first, -1);
}

/**
 * The period in which the first visit is owed to a site that the office hears of on `day`: to the end of the month, and of
 * the next one when too little of it is left. Visits of this month before the site was entered count too.
 */
export function firstPeriod(rule: Pick<VisitRule, 'intervalMonths' | 'leastDays'>, { openedOn, day }: { openedOn: LocalDate; day: LocalDate }): Period {
  const monthBegins = `${monthOf(day)}-01`;
  const opensOn = openedOn > monthBegins ? openedOn : monthBegins;
  const left = daysBetween(day, endOfMonth(day)) + 1;
  return { opensOn, dueOn: endOfMonth(day, rule.intervalMonths - 1 + (left < rule.leastDays ? 1 : 0)) };
}

/** The period after the one that ended on `dueOn`. */
export function nextPeriod(rule: Pick<VisitRule, 'intervalMonths'>, dueOn: LocalDate): Period {
  const opensOn = addDays(dueOn, 1);
  return { opensOn, dueOn: endOfMonth(opensOn, rule.intervalMonths - 1) };
}

/**
 * A visit is recorded soon after it was made.
 * @throws failed_precondition SITE_CLOSED, VISIT_BEFORE_SITE, VISIT_IN_FUTURE, VISIT_TOO_LATE { days }.
 */
export function assertVisitable(site: Pick<Site, 'openedOn' | 'closedOn'>, rule: Pick<VisitRule, 'recordWithinDays'>, { visitedOn, day }: { visitedOn: LocalDate; day: LocalDate }): void {
  assertSiteOpen(site);
  if (visitedOn > day) throw failedPrecondition('VISIT_IN_FUTURE', 'a visit is recorded once it was made');
  if (visitedOn < site.openedOn) throw failedPrecondition('VISIT_BEFORE_SITE', 'the site was not open on that day');
  if (daysBetween(visitedOn, day) > rule.recordWithinDays) {
    throw failedPrecondition('VISIT_TOO_LATE', 'the time to record this visit is over', { details: { days: String(rule.recordWithinDays) } });
  }
}

/** Every question has its answer. @throws failed_precondition CHECKLIST_UNKNOWN_ITEM { item }, CHECKLIST_INCOMPLETE { missing }. */
export function assertAnswered(checklist: readonly Pick<ChecklistItem, 'code'>[], given: Readonly<Record<string, Answer>>): void {
  const asked = new Set(checklist.map(({ code }) => code));
  const unknown = Object.keys(given).find((code) => !asked.has(code));
  if (unknown !== undefined) throw failedPrecondition('CHECKLIST_UNKNOWN_ITEM', 'the checklist of that day does not ask this', { details: { item: unknown } });
  const missing = [...asked].filter((code) => !Object.hasOwn(given, code));
  if (missing.length > 0) throw failedPrecondition('CHECKLIST_INCOMPLETE', 'every item is answered, if need be as not seen', { details: { missing: missing.join(', ') } });
}
