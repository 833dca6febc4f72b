import type { Tx } from '@linli/db';
import { endWork, type Work } from '../work/store';
import type { Booking } from './booking';
import { nextBeginning, type Resource } from './resource';
import { findTellingsOver } from './store';

const most = 1_000;

/** Nobody waits in front of a screen for news of a place: somebody of the community tells them. */
export function tellingOf(booking: Booking, resource: Resource, now: Date): Work {
  const { id, unitId, unitPath, startsAt, version } = booking;
  return {
    kind: 'organization.booking',
    subjectId: id,
    number: '',
    action: 'tell_holder',
    titleZh: resource.nameZh,
    unitId,
    unitPath,
    ownerId: undefined,
    permission: 'organization.booking.manage',
    dueAt: nextBeginning(resource, booking, now) ?? startsAt,
    threadId: id,
    version,
  };
}

/** Nobody needs to hear of what is over. The booking itself does not change. */
export async function endTellings(tx: Tx, now: Date): Promise<void> {
  await endWork(tx, 'organization.booking', await findTellingsOver(tx, { now, most }));
}
