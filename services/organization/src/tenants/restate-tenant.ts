import type { Caller } from '@linli/auth';
import { restateCalendar } from '../calendar/restate-calendar';
import { today } from '../days';
import type { Deps } from '../deps';
import { restateGrants } from '../grants/restate-grants';
import { restateStaff } from '../staff/restate-staff';
import { restateUnits } from '../units/restate-units';

const parts = ['units', 'staff', 'grants', 'calendar'] as const;
type Part = (typeof parts)[number];

const before = '00000000-0000-0000-0000-000000000000';
const pageSize = 500;

export interface Restated {
  readonly restated: number;
  /** Empty when all has been told. */
  readonly nextPageToken: string;
}

/**
 * Tells one page of the office again: each aggregate gets its next version and an event with its whole state. For readers
 * that were away for longer than topics keep events. Units come before the staff who work there, and both before grants.
 * @throws invalid_argument PAGE_TOKEN_INVALID.
 */
export async function restateTenant(deps: Pick<Deps, 'db' | 'now' | 'pages'>, caller: Caller, pageToken: string): Promise<Restated> {
  const context = { list: 'restate', tenant: caller.tenantId };
  const [part = 'units', afterId = before] = (deps.pages.read(pageToken, context) ?? []) as [Part?, string?];
  const ids = await deps.db.withTenant(caller, (tx) => {
    const page = { afterId, limit: pageSize, day: today(deps) };
    if (part === 'units') return restateUnits(tx, caller, page);
    if (part === 'staff') return restateStaff(tx, caller, page);
    if (part === 'grants') return restateGrants(tx, caller, page);
    return restateCalendar(tx, caller, page);
  });
  const last = ids.at(-1);
  if (ids.length === pageSize && last !== undefined) return { restated: ids.length, nextPageToken: deps.pages.sign([part, last], context) };
  const next = parts[parts.indexOf(part) + 1];
  return { restated: ids.length, nextPageToken: next === undefined ? '' : deps.pages.sign([next, before], context) };
}
