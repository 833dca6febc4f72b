import type { LocalDate } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import { whereReached, type SiteReach } from './reach';
import type { Concern } from './site';

export interface LeaderCount {
  readonly leaderId: string;
  readonly owed: number;
  readonly visited: number;
  readonly missed: number;
}

/** What was owed in a month, by leader. Sites that closed before their visit are owed none. Index: site_visit_plans_due_idx. */
export async function countVisits(tx: Tx, asked: { readonly reach: SiteReach; readonly from: LocalDate; readonly to: LocalDate }): Promise<LeaderCount[]> {
  const query = tx('site_visit_plans as p')
    .join('sites as s', (on) => void on.on('s.tenant_id', 'p.tenant_id').andOn('s.id', 'p.site_id'))
    .where('p.tenant_id', tenantOf(tx))
    .whereBetween('p.due_on', [asked.from, asked.to])
    .whereNot('p.state', 'cancelled')
    .groupBy('p.leader_id')
    .orderBy('p.leader_id')
    .select<{ leaderId: string; owed: number; visited: number; missed: number }[]>(
      'p.leader_id as leaderId',
      tx.raw('cast(count(*) as int) as owed'),
      tx.raw(`cast(count(*) filter (where p.state = 'done') as int) as visited`),
      tx.raw(`cast(count(*) filter (where p.state = 'missed') as int) as missed`),
    );
  whereReached(query, asked.reach, { path: 's.unit_path', leader: 'p.leader_id' });
  return query;
}

/** Of the referrals that were sent from `from` until `until`. Index: site_referrals_sent_idx. */
export async function countReferrals(tx: Tx, asked: { readonly reach: SiteReach; readonly from: Date; readonly until: Date }): Promise<{ sent: number; answered: number }> {
  const query = tx('site_referrals as r')
    .join('site_findings as f', (on) => void on.on('f.tenant_id', 'r.tenant_id').andOn('f.id', 'r.finding_id'))
    .join('sites as s', (on) => void on.on('s.tenant_id', 'f.tenant_id').andOn('s.id', 'f.site_id'))
    .where('r.tenant_id', tenantOf(tx))
    .where('r.sent_at', '>=', asked.from)
    .where('r.sent_at', '<', asked.until)
    .select<{ sent: number; answered: number }[]>(tx.raw('cast(count(*) as int) as sent'), tx.raw('cast(count(r.answered_at) as int) as answered'));
  whereReached(query, asked.reach, { path: 's.unit_path', leader: 's.leader_id' });
  const [counted] = await query;
  return counted ?? { sent: 0, answered: 0 };
}

export interface FindingAges {
  readonly concern: Concern;
  readonly upTo7Days: number;
  readonly upTo30Days: number;
  readonly longer: number;
}

/** Findings that were open at a moment, by the days since they were found. Indexes: site_findings_open_idx, site_findings_closed_idx. */
export async function countOpenFindingsAt(tx: Tx, asked: { readonly reach: SiteReach; readonly at: Date }): Promise<FindingAges[]> {
  const { reach, at } = asked;
  const query = tx('site_findings as f')
    .join('sites as s', (on) => void on.on('s.tenant_id', 'f.tenant_id').andOn('s.id', 'f.site_id'))
    .where('f.tenant_id', tenantOf(tx))
    .where('f.found_at', '<=', at)
    .where((open) => void open.whereNull('f.closed_at').orWhere('f.closed_at', '>', at))
    .groupBy('f.concern')
    .orderBy('f.concern')
    .select<{ concern: Concern; upTo7Days: number; upTo30Days: number; longer: number }[]>(
      'f.concern',
      tx.raw(`cast(count(*) filter (where f.found_at >= cast(? as timestamptz) - interval '7 days') as int) as "upTo7Days"`, [at]),
      tx.raw(
        `cast(count(*) filter (where f.found_at < cast(? as timestamptz) - interval '7 days' and f.found_at >= cast(? as timestamptz) - interval '30 days') as int) as "upTo30Days"`,
        [at, at],
      ),
      tx.raw(`cast(count(*) filter (where f.found_at < cast(? as timestamptz) - interval '30 days') as int) as longer`, [at]),
    );
  whereReached(query, reach, { path: 's.unit_path', leader: 's.leader_id' });
  return query;
}
