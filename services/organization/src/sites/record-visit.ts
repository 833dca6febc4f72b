import type { Caller } from '@linli/auth';
import { satisfyClock, type LocalDate } from '@linli/clocks';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { internal } from '@linli/errors';
import { today } from '../days';
import type { Deps } from '../deps';
import { checklistAt } from './checklist-store';
import { owe } from './plan';
import { findPlans, findVisit, insertVisit, savePlan, visitRuleAt } from './plan-store';
import { coversSite } from './reach';
import { recordSites } from './record-site';
import { assertAnswered, assertVisitable, monthOf, nextPeriod, siteNotFound } from './rules';
import { visitClock, type Answer, type Site, type Visit, type VisitPlan, type VisitRule } from './site';
import { lockSites, saveSite } from './store';

export interface RecordVisit {
  readonly request: RequestKey;
  readonly siteId: string;
  readonly visitedOn: LocalDate;
  readonly answers: Readonly<Record<string, Answer>>;
}

type Visiting = Pick<Deps, 'db' | 'now' | 'calendar'>;

/**
 * Somebody was there. The first visit of a period is the one that was owed; a further one stands beside it.
 * @throws not_found SITE_NOT_FOUND, CHECKLIST_NOT_IN_FORCE; failed_precondition of `assertVisitable` and `assertAnswered`; already_exists VISIT_RECORDED_ALREADY.
 */
export async function recordVisit(deps: Visiting, caller: Caller, input: RecordVisit): Promise<Visit> {
  const { request, siteId, visitedOn, answers } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const id = await answerOnce(tx, request, async () => {
      const [site] = await lockSites(tx, [siteId]);
      if (site === undefined || !(await coversSite(tx, caller, { permission: 'organization.site.visit', site, now: deps.now() }))) throw siteNotFound();
      const rule = await visitRuleAt(tx, today(deps));
      assertVisitable(site, rule, { visitedOn, day: today(deps) });
      const checklist = await checklistAt(tx, visitedOn);
      assertAnswered(checklist, answers);
      const plan = (await findPlans(tx, siteId, visitedOn)).find(({ opensOn, dueOn }) => opensOn <= visitedOn && visitedOn <= dueOn);
      const fulfils = plan !== undefined && (plan.state === 'owed' || plan.state === 'missed');
      const visit: Visit = {
        id: newId(deps.now().getTime()),
        siteId,
        visitedOn,
        visitorId: caller.subject,
        checklistVersion: checklist[0]?.version ?? 0,
        answers,
        recordedAt: deps.now(),
        countsFor: fulfils ? monthOf(plan.dueOn) : '',
      };
      await insertVisit(tx, visit);
      await visited(deps, tx, { caller, site: fulfils ? await fulfil(deps, tx, { site, plan, visit, rule }) : site, visit });
      return visit.id;
    });
    const recorded = await findVisit(tx, id);
    if (recorded === undefined) throw internal('VISIT_LOST', 'a recorded visit is not there');
    return recorded;
  });
}

/** The owed visit is done: its clock ends and the next period's begins. A missed one, recorded late, counts after all. */
async function fulfil(deps: Visiting, tx: Tx, done: { readonly site: Site; readonly plan: VisitPlan; readonly visit: Visit; readonly rule: VisitRule }): Promise<Site> {
  const { site, plan, visit, rule } = done;
  await savePlan(tx, { ...plan, state: 'done', visitId: visit.id });
  if (plan.state === 'missed') return site;
  await satisfyClock(tx, { kind: visitClock, subjectId: site.id, at: deps.now() });
  return owe(deps, tx, { site, period: nextPeriod(rule, plan.dueOn), rule });
}

async function visited(deps: Visiting, tx: Tx, { caller, site, visit }: { readonly caller: Caller; readonly site: Site; readonly visit: Visit }): Promise<void> {
  const { visitedOn, countsFor, visitorId } = visit;
  const lastVisitedOn = site.lastVisitedOn !== undefined && site.lastVisitedOn > visitedOn ? site.lastVisitedOn : visitedOn;
  const after = { ...site, lastVisitedOn, missedSince: undefined, version: site.version + 1 };
  await saveSite(tx, after);
  const no = Object.values(visit.answers).filter((answer) => answer === 'no').length;
  await recordSites(tx, caller, [
    {
      after,
      code: 'visit_done',
      event: 'SiteVisitDone',
      detail: { visitId: visit.id, visitedOn, visitorId, countsFor },
      facts: { visited_on: visitedOn, answered_no: String(no) },
      at: deps.now(),
    },
  ]);
}
