import { tenantOf, type Tx } from '@linli/db';
import { whereReached, type SiteReach } from '../sites/reach';
import type { WageCount } from './rules';
import { wageKinds } from './worker-complaint';

export interface Counted {
  readonly reach: SiteReach;
  readonly siteId: string | undefined;
  readonly from: Date;
  readonly until: Date;
}

/** Complaints about wages that were closed from `from` until `until`, by site and by how they are known to have ended. Index: worker_complaints_closed_idx. */
export async function countWageComplaints(tx: Tx, { reach, siteId, from, until }: Counted): Promise<WageCount[]> {
  const query = tx('worker_complaints as c')
    .join('sites as s', (on) => void on.on('s.tenant_id', 'c.tenant_id').andOn('s.id', 'c.site_id'))
    .joinRaw(
      `join lateral (select e.outcome from worker_complaint_steps as e
          where e.tenant_id = c.tenant_id and e.complaint_id = c.id and e.outcome is not null order by e.version desc limit 1) as latest on true`,
    )
    .where('c.tenant_id', tenantOf(tx))
    .where('c.closed_at', '>=', from)
    .where('c.closed_at', '<', until)
    .whereIn('c.kind', wageKinds)
    .groupBy('c.site_id')
    .orderBy('c.site_id')
    .select<{ siteId: string; solved: number; referredHigher: number }[]>(
      'c.site_id as siteId',
      tx.raw(`cast(count(*) filter (where latest.outcome = 'solved') as int) as solved`),
      tx.raw(`cast(count(*) filter (where latest.outcome = 'referred_higher') as int) as "referredHigher"`),
    );
  whereReached(query, reach, { path: 's.unit_path', leader: 's.leader_id' });
  if (siteId !== undefined) void query.where('c.site_id', siteId);
  return query;
}
