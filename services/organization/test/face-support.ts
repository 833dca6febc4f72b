import { organization } from '@linli/contracts';
import type { Caller } from '@linli/auth';
import { testCaller } from '@linli/testing';
import { fresh, type Office } from './support';

const ofVenues = ['read', 'write', 'count'].map((word) => `organization.venue.${word}`);
const ofBookings = ['read', 'create', 'cancel', 'manage'].map((word) => `organization.booking.${word}`);

/** Somebody who runs venues below a unit, or over the whole office. */
export function runner(unitPath?: string): Caller {
  const permissions = [...ofVenues, ...ofBookings, 'work.queue.read', 'thread.read'];
  return unitPath === undefined ? testCaller({ permissions }) : testCaller({ grants: [{ permissions, scope: 'subtree', unitPath }] });
}

let residents = 0;
/** Another resident each time, with what every resident may do. */
export function someResident(tenantId = 'xingsheng'): Caller {
  residents += 1;
  const subject = `0191d000-0000-7000-8000-${String(residents).padStart(12, '0')}`;
  const permissions = ['create', 'cancel', 'read'].map((word) => `organization.booking.${word}`);
  return testCaller({ tenantId, subject, kind: 'resident', grants: [{ permissions, scope: 'self', unitPath: '' }] });
}

/** Open every day from 9 to 21 o'clock. */
export const daily = { spans: [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opensMinute: 540, closesMinute: 1_260 })) };

export async function makeVenue(office: Office, unitId: string, facts: Partial<organization.CreateVenueRequest> = {}): Promise<organization.Venue> {
  const request = { unitId, nameZh: `展厅${fresh('v')}`, use: organization.VenueUse.VENUE_USE_SHARED, capacity: 10, hours: daily, ...facts };
  const { venue } = await office.venues.createVenue(request, { caller: runner() });
  if (venue === undefined) throw new Error('no venue came back');
  return venue;
}

/** `at('12-01T10:00')`: a time of 2026 in Asia/Shanghai. */
export function at(text: string): Date {
  return new Date(`2026-${text}:00+08:00`);
}
