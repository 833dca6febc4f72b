import { assertCoversUnit, type Caller } from '@linli/auth';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { today } from '../days';
import type { Deps } from '../deps';
import type { Identity } from '../fields';
import { addStaff } from './record-staff';
import { staffNotFound } from './rules';
import { findStaff } from './store';
import type { Staff } from './staff';

export interface CreateStaff {
  readonly request: RequestKey;
  readonly code: string;
  readonly name: string;
  readonly workPhone: string;
  readonly identity: Identity | undefined;
}

/**
 * A person without posts belongs to no unit, so this needs the permission over the whole tenant.
 * @throws permission_denied UNIT_OUT_OF_SCOPE, already_exists STAFF_CODE_TAKEN, IDENTITY_TAKEN.
 */
export async function createStaff(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: CreateStaff): Promise<Staff> {
  const { request, ...facts } = input;
  assertCoversUnit(caller, 'organization.staff.write', '');
  return deps.db.withTenant(caller, (tx) =>
    onceById(tx, request, async () => {
      const id = newId(deps.now().getTime());
      const staff = { ...facts, id, active: true, posts: [], partnerId: undefined, absences: [], version: 1 };
      await addStaff(tx, caller, { staff: [staff], day: today(deps) });
      return id;
    }),
  );
}

/** A repeat is answered from the row as it is now: stored answers must hold no name. */
export async function onceById(tx: Tx, request: RequestKey, work: () => Promise<string>): Promise<Staff> {
  const staff = await findStaff(tx, await answerOnce(tx, request, work));
  if (staff === undefined) throw staffNotFound();
  return staff;
}
