import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import type { Committee } from './committee';
import { hostOf } from './rotation';
import { readSchedule } from './rotation-store';
import { assertThere, committeeNotFound, isSeatedOn, seatedOn } from './seats';
import { readSeats, shareCommittee } from './store';

/** For other capabilities: the committee, which does not end until this transaction does, if `visible` says so of its unit's path. @throws not_found COMMITTEE_NOT_FOUND; failed_precondition COMMITTEE_ENDED. */
export async function holdCommittee(tx: Tx, id: string, visible: (unitPath: string) => boolean): Promise<Committee> {
  const committee = await shareCommittee(tx, id);
  if (committee === undefined || !visible(committee.unitPath)) throw committeeNotFound();
  assertThere(committee);
  return committee;
}

/** By the rotation and its swaps; a year handed over has the same host for good. */
export async function findHost(tx: Tx, committeeId: string, year: number): Promise<string | undefined> {
  return hostOf(await readSchedule(tx, committeeId), year);
}

export async function isSeated(tx: Tx, { committeeId, memberUnitId, day }: { readonly committeeId: string; readonly memberUnitId: string; readonly day: LocalDate }): Promise<boolean> {
  return isSeatedOn(await readSeats(tx, committeeId), memberUnitId, day);
}

export async function listSeated(tx: Tx, committeeId: string, day: LocalDate): Promise<Set<string>> {
  return new Set(seatedOn(await readSeats(tx, committeeId), day).map(({ memberUnitId }) => memberUnitId));
}
