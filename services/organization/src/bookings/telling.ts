import type { Work } from '../work/store';
import type { Booking } from './booking';

/** Nobody waits in front of a screen for news of a place: somebody of the community tells them. */
export function tellingOf({ id, unitId, unitPath, startsAt, version }: Booking, nameZh: string): Work {
  return {
    kind: 'organization.booking',
    subjectId: id,
    number: '',
    action: 'tell_holder',
    titleZh: nameZh,
    unitId,
    unitPath,
    ownerId: undefined,
    permission: 'organization.booking.manage',
    dueAt: startsAt,
    threadId: id,
    version,
  };
}
