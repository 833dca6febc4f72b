import type { Caller } from '@linli/auth';
import { cancelClock, findClocks, type LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import { endWork } from '../work/store';
import { isOwed } from './owed-meeting';
import { endSeats, findCommitteesAt, lockCommittee, saveEnded } from './store';

/**
 * A committee whose unit ended, and whose unit's successor has one of its own, ends with its unit: its seats end, and it owes no
 * meeting any more. Clocks are locked before their committee, as the scanner does.
 */
export async function endCommittees(tx: Tx, caller: Caller, { unitIds, day, now }: { readonly unitIds: readonly string[]; readonly day: LocalDate; readonly now: Date }): Promise<void> {
  for (const id of await findCommitteesAt(tx, unitIds)) {
    const clock = (await findClocks(tx, id)).find(isOwed);
    if (clock !== undefined) await cancelClock(tx, { clockId: clock.id, at: now });
    const committee = await lockCommittee(tx, id);
    if (committee === undefined || committee.endedOn !== undefined) continue;
    const ended = { ...committee, endedOn: day, version: committee.version + 1 };
    await saveEnded(tx, ended);
    await endSeats(tx, id, day);
    await endWork(tx, 'organization.committee', [id]);
    const payload = organization.CommitteeEnded.fromPartial({ committeeId: id, endedOn: day });
    const entry = { threadId: id, unitPath: ended.unitPath, at: now, code: 'ended' };
    await recordChanges(tx, caller, [{ action: 'committee.end', objectType: 'committee', id, version: ended.version, event: 'CommitteeEnded', payload, entry }]);
  }
}
