import { coversUnit, isSelf, type Caller } from '@linli/auth';
import type { WorkerComplaint } from './worker-complaint';

export const permissions = {
  read: 'organization.worker_complaint.read',
  write: 'organization.worker_complaint.write',
  reveal: 'organization.worker_complaint.reveal',
} as const;

/** Whether the permission covers where the site lies, or the caller answers for the complaint and holds it for their own. Leading the site is not enough. */
export function coversComplaint(caller: Caller, permission: string, complaint: Pick<WorkerComplaint, 'unitPath' | 'ownerId'>): boolean {
  return coversUnit(caller, permission, complaint.unitPath) || isSelf(caller, permission, complaint.ownerId);
}
