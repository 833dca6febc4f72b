import { tenantOf, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';

/** What waits for one person and for nobody else. */
export interface InHand {
  readonly sites: number;
  readonly resolutions: number;
  readonly complaints: number;
  readonly instructorships: number;
  readonly pledges: number;
}

/**
 * Nobody leaves what others wait for: a site gets another leader, a complaint another owner; a resolution is delivered, by
 * those who follow it too; an instructor is dismissed; a pledge project is changed to another post. @throws failed_precondition STAFF_HAS_WORK with the counts.
 */
export function assertNothingInHand({ sites, resolutions, complaints, instructorships, pledges }: InHand): void {
  if (sites + resolutions + complaints + instructorships + pledges === 0) return;
  const details = { sites: String(sites), resolutions: String(resolutions), complaints: String(complaints), instructorships: String(instructorships), pledges: String(pledges) };
  throw failedPrecondition('STAFF_HAS_WORK', 'what somebody has in hand goes to others before they leave', { details });
}

/** What the person still has in hand. Indexes: sites_leader_idx, resolutions_owner_staff_idx, worker_complaints_owner_idx, instructors_staff_key, pledge_projects_owner_idx. */
export async function countInHand(tx: Tx, staffId: string): Promise<InHand> {
  const { rows } = await tx.raw<{ rows: InHand[] }>(
    `select (select count(*) from sites where tenant_id = :tenant and leader_id = :staffId and closed_on is null) as sites,
            (select count(*) from resolutions where tenant_id = :tenant and owner_staff_id = :staffId and state = 'open') as resolutions,
            (select count(*) from worker_complaints where tenant_id = :tenant and owner_id = :staffId and closed_at is null) as complaints,
            (select count(*) from instructors where tenant_id = :tenant and staff_id = :staffId and dismissed_on is null) as instructorships,
            (select count(*) from pledge_projects where tenant_id = :tenant and owner_id = :staffId and state in ('pledged', 'running', 'delayed')) as pledges`,
    { tenant: tenantOf(tx), staffId },
  );
  return rows[0] ?? { sites: 0, resolutions: 0, complaints: 0, instructorships: 0, pledges: 0 };
}
