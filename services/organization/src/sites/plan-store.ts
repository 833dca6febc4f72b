import type { LocalDate } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import { notFound } from '@linli/errors';
import type { Visit, VisitPlan, VisitRule } from './site';

interface PlanRow {
  readonly site_id: string;
  readonly opens_on: string;
  readonly due_on: string;
  readonly state: VisitPlan['state'];
  readonly leader_id: string;
  readonly visit_id: string | null;
  readonly rule_version: number;
}

interface VisitRow {
  readonly id: string;
  readonly site_id: string;
  readonly visited_on: string;
  readonly visitor_id: string;
  readonly checklist_version: number;
  readonly answers: Visit['answers'];
  readonly counts_for: string;
  readonly recorded_at: Date;
}

const planColumns = ['site_id', 'opens_on', 'due_on', 'state', 'leader_id', 'visit_id', 'rule_version'] as const;
const visitColumns = ['id', 'site_id', 'visited_on', 'visitor_id', 'checklist_version', 'answers', 'counts_for', 'recorded_at'] as const;

/** The rule in force on a day. @throws not_found VISIT_RULE_NOT_IN_FORCE. */
export async function visitRuleAt(tx: Tx, day: LocalDate): Promise<VisitRule> {
  const rule = await tx('site_visit_rules')
    .where('effective_from', '<=', day)
    .andWhereRaw('(effective_to is null or effective_to > ?)', [day])
    .first<VisitRule | undefined>({
      version: 'version',
      intervalMonths: 'interval_months',
      leastDays: 'least_days',
      recordWithinDays: 'record_within_days',
      citation: 'citation',
    });
  if (rule === undefined) throw notFound('VISIT_RULE_NOT_IN_FORCE', 'no rule says how often a visit is owed on that day', { details: { day } });
  return rule;
}

export async function insertPlans(tx: Tx, plans: readonly VisitPlan[]): Promise<void> {
  if (plans.length > 0) await tx('site_visit_plans').insert(plans.map((plan) => ({ tenant_id: tenantOf(tx), ...toRow(plan) })));
}

/** The site is locked by this transaction. */
export async function savePlan(tx: Tx, plan: VisitPlan): Promise<void> {
  const { state, leader_id, visit_id } = toRow(plan);
  await tx('site_visit_plans').where({ tenant_id: tenantOf(tx), site_id: plan.siteId, due_on: plan.dueOn }).update({ state, leader_id, visit_id });
}

/** The plans of a site that are owed, or in whose days `day` lies; by day. */
export async function findPlans(tx: Tx, siteId: string, day: LocalDate): Promise<VisitPlan[]> {
  const rows = await tx('site_visit_plans')
    .where({ tenant_id: tenantOf(tx), site_id: siteId })
    .where((any) => void any.where('state', 'owed').orWhere((within) => void within.where('opens_on', '<=', day).where('due_on', '>=', day)))
    .orderBy('due_on')
    .select<PlanRow[]>(planColumns);
  return rows.map(toPlan);
}

/** The owed plans of these sites. Index: site_visit_plans_owed_key. */
export async function findOwedPlans(tx: Tx, siteIds: readonly string[]): Promise<VisitPlan[]> {
  const rows = await tx('site_visit_plans').where({ tenant_id: tenantOf(tx), state: 'owed' }).whereIn('site_id', siteIds).select<PlanRow[]>(planColumns);
  return rows.map(toPlan);
}

export async function insertVisit(tx: Tx, visit: Visit): Promise<void> {
  await tx('site_visits').insert({
    tenant_id: tenantOf(tx),
    id: visit.id,
    site_id: visit.siteId,
    visited_on: visit.visitedOn,
    visitor_id: visit.visitorId,
    checklist_version: visit.checklistVersion,
    answers: JSON.stringify(visit.answers),
    counts_for: visit.countsFor,
    recorded_at: visit.recordedAt,
  });
}

export async function findVisit(tx: Tx, id: string): Promise<Visit | undefined> {
  const row = await tx('site_visits').where({ tenant_id: tenantOf(tx), id }).first<VisitRow | undefined>(visitColumns);
  return row && toVisit(row);
}

export interface VisitPosition {
  readonly visitedOn: LocalDate;
  readonly id: string;
}

/** The latest first. Index: site_visits_site_idx. */
export async function listVisits(tx: Tx, asked: { readonly siteId: string; readonly after: VisitPosition | undefined; readonly limit: number }): Promise<Visit[]> {
  const { siteId, after, limit } = asked;
  const query = tx('site_visits')
    .where({ tenant_id: tenantOf(tx), site_id: siteId })
    .orderBy([
      { column: 'visited_on', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit)
    .select<VisitRow[]>(visitColumns);
  if (after !== undefined) void query.whereRaw('(visited_on, id) < (cast(? as date), cast(? as uuid))', [after.visitedOn, after.id]);
  return (await query).map(toVisit);
}

function toRow(plan: VisitPlan): PlanRow {
  return {
    site_id: plan.siteId,
    opens_on: plan.opensOn,
    due_on: plan.dueOn,
    state: plan.state,
    leader_id: plan.leaderId,
    visit_id: plan.visitId ?? null,
    rule_version: plan.ruleVersion,
  };
}

function toPlan(row: PlanRow): VisitPlan {
  return {
    siteId: row.site_id,
    opensOn: row.opens_on,
    dueOn: row.due_on,
    state: row.state,
    leaderId: row.leader_id,
    visitId: row.visit_id ?? undefined,
    ruleVersion: row.rule_version,
  };
}

function toVisit(row: VisitRow): Visit {
  return {
    id: row.id,
    siteId: row.site_id,
    visitedOn: row.visited_on,
    visitorId: row.visitor_id,
    checklistVersion: row.checklist_version,
    answers: row.answers,
    countsFor: row.counts_for,
    recordedAt: row.recorded_at,
  };
}
