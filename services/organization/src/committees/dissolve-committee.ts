import type { Caller } from '@linli/auth';
import { today } from '../days';
import type { Deps } from '../deps';
import { lockClockOf } from '../timing/lock-clock';
import { lockForChange, type CommitteeRef } from './change-committee';
import type { Committee } from './committee';
import { endCommittee } from './end-committees';

/** It ends today, and its unit may found one of the kind again. @throws as `lockForChange`. */
export async function dissolveCommittee(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { reasonCode, ...ref }: CommitteeRef & { readonly reasonCode: string }): Promise<Committee> {
  return deps.db.withTenant(caller, async (tx) => {
    // Before the committee, as the scanner takes them.
    await lockClockOf(tx, ref.committeeId);
    const committee = await lockForChange(tx, caller, ref);
    return endCommittee(tx, caller, { committee, day: today(deps), at: deps.now(), reasonCode });
  });
}
