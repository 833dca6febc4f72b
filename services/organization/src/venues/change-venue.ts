import { coversUnit, type Caller } from '@linli/auth';
import { addDays, type LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { promoteWaiting } from '../bookings/promote-waiting';
import { venueResource } from '../bookings/resource';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import { change, close, setDay, venueNotFound, type PromisedTime } from './rules';
import { deleteDay, listPromised, lockVenue, saveDay, saveVenue } from './store';
import type { DaySpan, Venue } from './venue';

type Changing = Pick<Deps, 'db' | 'now'>;

interface VenueRef {
  readonly venueId: string;
  readonly version: number;
}

/** What was said of a venue a year ahead would be wrong by then. */
const mostDaysAhead = 366;

/** Where more people fit than before, those who wait move up. @throws AppError as `lockForChange`; failed_precondition of `change`. */
export async function updateVenue(
  deps: Changing,
  caller: Caller,
  { changed, ...ref }: VenueRef & { readonly changed: Partial<Pick<Venue, 'nameZh' | 'nameMn' | 'capacity' | 'hours'>> },
): Promise<Venue> {
  return deps.db.withTenant(caller, async (tx) => {
    const { venue, promised } = await lockForChange(deps, tx, { caller, ref });
    const after = change(venue, changed, promised);
    await saveVenue(tx, after);
    const { id, unitPath, version, capacity } = after;
    const payload = organization.VenueChanged.fromPartial({ venueId: id, capacity });
    const now = deps.now();
    const entry = { threadId: id, unitPath, at: now, code: 'changed' };
    await recordChanges(tx, caller, [{ action: 'venue.update', objectType: 'venue', id, version, event: 'VenueChanged', payload, entry }]);
    if (capacity > venue.capacity) await promoteWaiting(tx, caller, { resource: venueResource(after), now });
    return after;
  });
}

/** `spans` undefined: the hours of its weekday again. @throws AppError as `lockForChange`; invalid_argument for a day that is over or far; failed_precondition of `setDay`. */
export async function changeVenueDay(
  deps: Changing,
  caller: Caller,
  { day, spans, ...ref }: VenueRef & { readonly day: LocalDate; readonly spans: readonly DaySpan[] | undefined },
): Promise<Venue> {
  const now = today(deps);
  if (day < now) throw violation('day', 'in_past');
  if (day > addDays(now, mostDaysAhead)) throw violation('day', 'out_of_range');
  return deps.db.withTenant(caller, async (tx) => {
    const { venue, promised } = await lockForChange(deps, tx, { caller, ref });
    const after = setDay(venue, { day, spans }, promised);
    await (spans === undefined ? deleteDay(tx, venue.id, day) : saveDay(tx, venue.id, { day, spans }));
    await saveVenue(tx, after);
    const { id, unitPath, version } = after;
    const open = spans?.length !== 0;
    const payload = organization.VenueDayChanged.fromPartial({ venueId: id, day, open });
    const entry = { threadId: id, unitPath, at: deps.now(), code: 'day_changed', facts: { day, open: String(open) } };
    await recordChanges(tx, caller, [{ action: 'venue.set_day', objectType: 'venue', id, version, event: 'VenueDayChanged', payload, entry }]);
    return after;
  });
}

/** @throws AppError as `lockForChange`; failed_precondition of `close`. */
export async function closeVenue(deps: Changing, caller: Caller, ref: VenueRef): Promise<Venue> {
  return deps.db.withTenant(caller, async (tx) => {
    const { venue, promised } = await lockForChange(deps, tx, { caller, ref });
    const after = close(venue, promised);
    await saveVenue(tx, after);
    const { id, unitPath, version } = after;
    const payload = organization.VenueClosed.fromPartial({ venueId: id });
    const entry = { threadId: id, unitPath, at: deps.now(), code: 'closed' };
    await recordChanges(tx, caller, [{ action: 'venue.close', objectType: 'venue', id, version, event: 'VenueClosed', payload, entry }]);
    return after;
  });
}

/** @throws not_found VENUE_NOT_FOUND, aborted VERSION_STALE. */
async function lockForChange(
  deps: Pick<Deps, 'now'>,
  tx: Tx,
  { caller, ref }: { readonly caller: Caller; readonly ref: VenueRef },
): Promise<{ readonly venue: Venue; readonly promised: readonly PromisedTime[] }> {
  const venue = await lockVenue(tx, ref.venueId, today(deps));
  if (venue === undefined || !coversUnit(caller, 'organization.venue.write', venue.unitPath)) throw venueNotFound();
  assertVersion(venue, ref.version);
  return { venue, promised: await listPromised(tx, venue.id, deps.now()) };
}
