import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges, type Entry } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import type { Committee } from './committee';
import { refreshWork } from './owed-meeting';
import { assertFit, assertThere, committeeNotFound } from './seats';
import { lockCommittee, readSeats, saveCommittee } from './store';

export interface CommitteeRef {
  readonly committeeId: string;
  readonly version: number;
}

/** @throws not_found COMMITTEE_NOT_FOUND, aborted VERSION_STALE, failed_precondition COMMITTEE_ENDED. */
export async function lockForChange(tx: Tx, caller: Caller, ref: CommitteeRef): Promise<Committee> {
  const committee = await lockCommittee(tx, ref.committeeId);
  if (committee === undefined || !coversUnit(caller, 'organization.committee.write', committee.unitPath)) throw committeeNotFound();
  assertVersion(committee, ref.version);
  assertThere(committee);
  return committee;
}

/** What is the same already changes nothing. @throws as `lockForChange`; failed_precondition COMMITTEE_FULL when more seats are held than it shall have. */
export async function updateCommittee(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  { changed, ...ref }: CommitteeRef & { readonly changed: Partial<Pick<Committee, 'nameZh' | 'size'>> },
): Promise<Committee> {
  return deps.db.withTenant(caller, async (tx) => {
    const found = await lockForChange(tx, caller, ref);
    const committee = { ...found, ...changed };
    if (committee.nameZh === found.nameZh && committee.size === found.size) return found;
    if (committee.size < found.size) assertFit(committee, await readSeats(tx, found.id), today(deps));
    const payload = organization.CommitteeUpdated.fromPartial({ committeeId: found.id });
    return recordStep(tx, caller, { committee, action: 'committee.update', event: 'CommitteeUpdated', payload, code: 'updated', at: deps.now() });
  });
}

export interface Step extends Pick<Entry, 'code' | 'facts' | 'at'> {
  readonly committee: Committee;
  /** `committee.take_seats` */
  readonly action: string;
  readonly event: string;
  readonly payload: object;
}

/** Counts the version up, with its event, its line in the story and what waits. */
export async function recordStep(tx: Tx, caller: Caller, step: Step): Promise<Committee> {
  const { committee, action, event, payload, code, facts = {} } = step;
  const changed = { ...committee, version: committee.version + 1 };
  await saveCommittee(tx, changed);
  await refreshWork(tx, changed);
  const entry = { threadId: changed.id, unitPath: changed.unitPath, at: step.at, code, facts };
  await recordChanges(tx, caller, [{ action, objectType: 'committee', id: changed.id, version: changed.version, event, payload, entry }]);
  return changed;
}
