import type { Activity } from '../activities/activity';
import { placesOf } from '../venues/rules';
import type { Venue } from '../venues/venue';
import type { ResourceKind } from './booking';

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
}

export function venueResource(venue: Venue): Resource {
  const { id, unitId, unitPath, nameZh, capacity } = venue;
  return { kind: 'venue', id, unitId, unitPath, nameZh, capacity, places: placesOf(venue), isTakenWhole: venue.use === 'exclusive' };
}

export function activityResource({ id, unitId, unitPath, nameZh, capacity }: Activity): Resource {
  return { kind: 'activity', id, unitId, unitPath, nameZh, capacity, places: capacity, isTakenWhole: false };
}

export function placesFor({ isTakenWhole }: Resource, people: number): number {
  return isTakenWhole ? 1 : people;
}
