import type { Activity } from '../activities/activity';
import { placesOf } from '../venues/rules';
import type { Venue } from '../venues/venue';
import type { Booking, ResourceKind } from './booking';

/** Something with places that can be held, whatever it is. */
export interface Resource {
  readonly kind: ResourceKind;
  readonly id: string;
  readonly unitId: string;
  readonly unitPath: string;
  readonly nameZh: string;
  /** People at a time. */
  readonly capacity: number;
  /** Places it has to hold: one a person, or a single one for whoever takes it whole. */
  readonly places: number;
  readonly isTakenWhole: boolean;
  /** When the sessions begin for which one holds its places; none where each booking has a time of its own. */
  readonly beginnings: readonly Date[];
}

/** The next time for which the holder may come, or may stay away; undefined once there is none. */
export function nextBeginning({ beginnings }: Pick<Resource, 'beginnings'>, { startsAt }: Pick<Booking, 'startsAt'>, now: Date): Date | undefined {
  return [startsAt, ...beginnings].find((beginning) => beginning > now);
}

export function venueResource(venue: Venue): Resource {
  const { id, unitId, unitPath, nameZh, capacity } = venue;
  return { kind: 'venue', id, unitId, unitPath, nameZh, capacity, places: placesOf(venue), isTakenWhole: venue.use === 'exclusive', beginnings: [] };
}

export function activityResource({ id, unitId, unitPath, nameZh, capacity, sessions }: Activity): Resource {
  return { kind: 'activity', id, unitId, unitPath, nameZh, capacity, places: capacity, isTakenWhole: false, beginnings: sessions.map(({ startsAt }) => startsAt) };
}

export function placesFor({ isTakenWhole }: Resource, people: number): number {
  return isTakenWhole ? 1 : people;
}
