import { instantAt } from '@linli/clocks';
import type { Tx } from '@linli/db';
import type { Change, Entry } from '../changes';
import { setWork } from '../work/store';
import type { Resolution } from './meeting';

export const resolutionClock = 'organization.resolution';

/** When the clock says so: business ends at 18:00. */
const businessEnds = 18 * 3_600_000;

export interface ResolutionStep extends Pick<Entry, 'at' | 'code' | 'facts'> {
  /** `deliver` */
  readonly action: string;
  readonly event: string;
  readonly payload: object;
}

/** A change of a resolution, told in the story of its meeting. */
export function resolutionChange({ id, version, meetingId, unitPath }: Resolution, { action, event, payload, at, code, facts = {} }: ResolutionStep): Change {
  return { action: `resolution.${action}`, objectType: 'resolution', id, version, event, payload, entry: { threadId: meetingId, unitPath, at, code, facts } };
}

/** Waits for the member of staff who owes it; a member unit's waits for those of the office who follow it. */
export async function waitForDelivery(tx: Tx, resolutions: readonly Resolution[]): Promise<void> {
  await setWork(
    tx,
    resolutions.map(({ id, meetingId, unitId, unitPath, ownerStaffId, dueOn, version }) => ({
      kind: 'organization.resolution',
      subjectId: id,
      number: '',
      action: 'deliver',
      // Its text is for those who may read it.
      titleZh: '会议决议',
      unitId,
      unitPath,
      ownerId: ownerStaffId,
      permission: 'organization.resolution.deliver',
      dueAt: instantAt(dueOn, businessEnds),
      threadId: meetingId,
      version,
    })),
  );
}
