import { organization } from '@linli/contracts';
import type { Caller } from '@linli/auth';
import { testCaller } from '@linli/testing';
import { fresh, type Office } from './support';

const ofVenues = ['read', 'write', 'count'].map((word) => `organization.venue.${word}`);
const ofActivities = ['read', 'write', 'count'].map((word) => `organization.activity.${word}`);
const ofBrands = ['organization.brand.read', 'organization.brand.write'];
const ofOthers = ['incubation', 'job', 'learning', 'conduct'].flatMap((noun) => [`organization.${noun}.read`, `organization.${noun}.write`]);
const ofBookings = ['read', 'create', 'cancel', 'manage'].map((word) => `organization.booking.${word}`);

/** Somebody who runs venues below a unit, or over the whole office. */
export function runner(unitPath?: string): Caller {
  const permissions = [...ofVenues, ...ofBookings, ...ofActivities, ...ofBrands, ...ofOthers, 'organization.job.applications', 'work.queue.read', 'thread.read'];
  return unitPath === undefined ? testCaller({ permissions }) : testCaller({ grants: [{ permissions, scope: 'subtree', unitPath }] });
}

let residents = 0;
/** Another resident each time, with what every resident may do. */
export function someResident(tenantId = 'xingsheng'): Caller {
  residents += 1;
  const subject = `0191d000-0000-7000-8000-${String(residents).padStart(12, '0')}`;
  const permissions = [...['create', 'cancel', 'read'].map((word) => `organization.booking.${word}`), 'organization.job.apply', 'organization.job.applications'];
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

/** Two hours on 1 December for three people, adults and children. */
export async function makeActivity(office: Office, unitId: string, { by = runner(), ...facts }: Partial<organization.CreateActivityRequest> & { readonly by?: Caller } = {}): Promise<organization.Activity> {
  const request = {
    unitId,
    kind: organization.ActivityKind.ACTIVITY_KIND_EVENT,
    nameZh: '剪纸活动',
    placeZh: '一楼',
    ages: [organization.AgeBand.AGE_BAND_ADULT, organization.AgeBand.AGE_BAND_UNDER_14],
    capacity: 3,
    sessions: [{ startsAt: at('12-01T10:00'), endsAt: at('12-01T12:00') }],
    ...facts,
  };
  const { activity } = await office.activities.createActivity(request, { caller: by });
  if (activity === undefined) throw new Error('no activity came back');
  return activity;
}

/** `at('12-01T10:00')`: a time of 2026 in Asia/Shanghai. */
export function at(text: string): Date {
  return new Date(`2026-${text}:00+08:00`);
}
