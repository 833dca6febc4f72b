import type { Caller } from '@linli/auth';
import { cancelClock, findClocks, type LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import { callOffMeetingsOf } from '../meetings/change-schedule';
import { lockClockOf } from '../timing/lock-clock';
import { endWork } from '../work/store';
import type { Committee } from './committee';
import { isOwed } from './owed-meeting';
import { endSeats, findCommitteesAt, lockCommittee, saveEnded } from './store';

/**
 * A committee whose unit ended, and whose unit's successor has one of its own, ends with its unit. Clocks are locked before
 * their committee, as the scanner does.
 */
export async function endCommittees(tx: Tx, caller: Caller, { unitIds, day, now: at }: { readonly unitIds: readonly string[]; readonly day: LocalDate; readonly now: Date }): Promise<void> {
  for (const id of await findCommitteesAt(tx, unitIds)) {
    await lockClockOf(tx, id);
    const committee = await lockCommittee(tx, id);
    if (committee !== undefined && committee.endedOn === undefined) await endCommittee(tx, caller, { committee, day, at, reasonCode: '' });
  }
}

/** Its clock and the committee are locked. Its seats end, what was scheduled is called off, and it owes no meeting any more. */
export async function endCommittee(
  tx: Tx,
  caller: Caller,
  { committee, day, at, reasonCode }: { readonly committee: Committee; readonly day: LocalDate; readonly at: Date; readonly reasonCode: string },
): Promise<Committee> {
  const { id, unitPath } = committee;
  const ended = { ...committee, endedOn: day, version: committee.version + 1 };
  const clock = (await findClocks(tx, id)).find(isOwed);
  if (clock !== undefined) await cancelClock(tx, { clockId: clock.id, at });
  await saveEnded(tx, ended);
  await endSeats(tx, id, day);
  await endWork(tx, 'organization.committee', [id]);
  const payload = organization.CommitteeEnded.fromPartial({ committeeId: id, endedOn: day, reasonCode });
  const entry = { threadId: id, unitPath, at, code: 'ended', facts: reasonCode === '' ? {} : { reason: reasonCode } };
  await recordChanges(tx, caller, [{ action: 'committee.end', objectType: 'committee', id, version: ended.version, event: 'CommitteeEnded', payload, entry }]);
  await callOffMeetingsOf(tx, caller, { committeeId: id, at });
  return ended;
}
