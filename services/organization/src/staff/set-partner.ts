import type { Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { aborted } from '@linli/errors';
import type { Tx } from '@linli/db';
import { today } from '../days';
import type { Deps } from '../deps';
import { coversStaff, lockForChange, type StaffRef } from './lock-for-change';
import { recordStaff } from './record-staff';
import { pair, staffNotFound, withPartner } from './rules';
import type { Staff } from './staff';
import { findStaff } from './store';

const permission = 'organization.staff.write';

/**
 * Pairs two people as each other's AB partner, or with an empty `partnerId` takes the pairing away. Both change, each with
 * its own version and event.
 * @throws not_found STAFF_NOT_FOUND (either), aborted VERSION_STALE, PARTNER_IS_SELF, PARTNER_TAKEN, STAFF_INACTIVE.
 */
export async function setPartner(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: StaffRef & { readonly partnerId: string }): Promise<Staff> {
  const { partnerId, ...ref } = input;
  const day = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const before = await peekPartner(tx, ref.staffId);
    const { staff, others } = await lockForChange(tx, caller, { permission, ref, others: [partnerId, before].filter((id) => id !== ''), day });
    if ((staff.partnerId ?? '') === partnerId) return staff;
    const changed = partnerId === '' ? part(staff, others) : pair(staff, visible(caller, others.get(partnerId), day));
    await recordStaff(tx, caller, { changes: changed.map((one) => ({ staff: one, event: 'PartnerSet' })), day });
    return changed[0];
  });
}

/** Read without a lock, to lock both in one order. */
export async function peekPartner(tx: Tx, staffId: string): Promise<string> {
  return (await findStaff(tx, staffId))?.partnerId ?? '';
}

/** The partner of somebody, both locked. @throws aborted when the pairing changed between the peek and the lock. */
export function partnerIn(staff: Staff, locked: ReadonlyMap<string, Staff>): Staff | undefined {
  if (staff.partnerId === undefined) return undefined;
  const partner = locked.get(staff.partnerId);
  if (partner === undefined) throw aborted('CONCURRENT_CHANGE', 'another change came in between');
  return partner;
}

function part(staff: Staff, locked: ReadonlyMap<string, Staff>): [Staff, ...Staff[]] {
  const partner = partnerIn(staff, locked);
  return [withPartner(staff, undefined), ...(partner === undefined ? [] : [withPartner(partner, undefined)])];
}

function visible(caller: Caller, partner: Staff | undefined, day: LocalDate): Staff {
  if (partner === undefined || !coversStaff(caller, permission, { staff: partner, day })) throw staffNotFound();
  return partner;
}
