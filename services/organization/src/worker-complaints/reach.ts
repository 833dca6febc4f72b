import { coversUnit, type Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import type { Asked } from '../sites/reach';
import { ownersFor } from '../staff/owners-for';
import type { WorkerComplaint } from './worker-complaint';

export const permissions = {
  read: 'organization.worker_complaint.read',
  write: 'organization.worker_complaint.write',
  reveal: 'organization.worker_complaint.reveal',
} as const;

/**
 * Whether the permission covers where the site lies, or the caller holds it for their own and answers for the complaint, or stands
 * in for who does. Leading the site is not enough.
 */
export async function coversComplaint(
  tx: Tx,
  caller: Caller,
  { complaint, ...asked }: Asked & { readonly complaint: Pick<WorkerComplaint, 'unitPath' | 'ownerId'> },
): Promise<boolean> {
  return coversUnit(caller, asked.permission, complaint.unitPath) || (await ownersFor(tx, caller, asked)).includes(complaint.ownerId);
}
