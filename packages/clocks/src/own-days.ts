import type { SystemDatabase } from '@linli/db';
import { unavailable } from '@linli/errors';
import { calendarOn, type Calendar } from './calendar';
import type { LocalDate } from './local-date';
import { readOwnDays, readVersions, type OwnDayKind } from './own-day-store';

export type OwnDays = ReadonlyMap<LocalDate, OwnDayKind>;

/** The calendar with an office's own days over it. What an office decided is certain, also in a year that is not arranged yet. */
export function withOwnDays(calendar: Calendar, days: OwnDays): Calendar {
  if (days.size === 0) return calendar;
  return calendarOn(calendar, (date) => {
    const own = days.get(date);
    return own === undefined ? calendar.kindOfDay(date) : { kind: own === 'rest' ? 'holiday' : 'workday', provisional: false };
  });
}

/** The national calendar that knows, besides, each tenant's own: `of`. */
export interface Calendars extends Calendar {
  /** Learns what changed since. The scanner does it all the time; whoever changed a day does it at once. */
  refresh(): Promise<void>;
}

/**
 * Keeps the tenants' own days in memory, so that no due time costs a statement. What another process changed is seen within
 * the scanner's interval; due times that were worked out in between are found by `followCalendars` afterwards.
 */
export function createCalendars(national: Calendar, system: Pick<SystemDatabase, 'knex'>): Calendars {
  const known = new Map<string, { readonly version: number; readonly calendar: Calendar }>();
  let read = false;
  return {
    ...national,
    /** @throws unavailable CALENDAR_NOT_READ before the first `refresh`: a wrong due time would be told as a right one. */
    of(tenantId) {
      if (!read) throw unavailable('CALENDAR_NOT_READ', 'the days of the tenants are not read yet');
      return known.get(tenantId)?.calendar ?? national;
    },
    async refresh() {
      const changed = (await readVersions(system.knex)).filter(({ tenantId, version }) => known.get(tenantId)?.version !== version);
      const days = Map.groupBy(await readOwnDays(system.knex, changed.map(({ tenantId }) => tenantId)), ({ tenantId }) => tenantId);
      for (const { tenantId, version } of changed) {
        const own = new Map((days.get(tenantId) ?? []).map(({ day, kind }) => [day, kind]));
        known.set(tenantId, { version, calendar: withOwnDays(national, own) });
      }
      read = true;
    },
  };
}
