import type { Caller } from '@linli/auth';
import { coversUnit } from '@linli/auth';
import { cancelClock, type LocalDate } from '@linli/clocks';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { failedPrecondition, notFound } from '@linli/errors';
import { today } from '../days';
import type { Deps } from '../deps';
import { handOverFindings } from '../findings/hand-over';
import { handOverResettlements } from '../resettlements/hand-over';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import { owe } from './plan';
import { findOwedPlans, savePlan, visitRuleAt } from './plan-store';
import { coversSite, type Asked } from './reach';
import { recordSites, siteCreated } from './record-site';
import { assertSiteOpen, firstPeriod, siteNotFound } from './rules';
import { visitClock, type Site } from './site';
import { changeLeader, countOpenComplaints, countOpenFindings, countOpenResettlements, findSite, insertSite, lockSites, saveSite, shareActiveStaff } from './store';
import { stageOnWire } from './wire';

type Changing = Pick<Deps, 'db' | 'now' | 'calendar'>;

export type CreateSite = { readonly request: RequestKey } & Pick<
  Site,
  'nameZh' | 'ownerZh' | 'contractorZh' | 'subcontractorsZh' | 'permitNumber' | 'stage' | 'unitId' | 'leaderId' | 'openedOn'
>;

export interface SiteRef {
  readonly siteId: string;
  readonly version: number;
}

/** @throws not_found UNIT_NOT_FOUND, SITE_LEADER_UNKNOWN, VISIT_RULE_NOT_IN_FORCE; failed_precondition UNIT_CLOSED, STAFF_INACTIVE; already_exists SITE_PERMIT_TAKEN. */
export async function createSite(deps: Changing, caller: Caller, input: CreateSite): Promise<Site> {
  const { request, ...facts } = input;
  const at = deps.now();
  return deps.db.withTenant(caller, async (tx) => {
    const id = await answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, 'organization.site.write', unit.path)) throw unitNotFound();
      await assertLeader(tx, facts.leaderId);
      const rule = await visitRuleAt(tx, today(deps));
      const site: Site = { ...facts, id: newId(at.getTime()), unitPath: unit.path, leaderSince: at, closedOn: undefined, lastVisitedOn: undefined, missedSince: undefined, visitDueOn: undefined, version: 1 };
      await insertSite(tx, site);
      const owed = await owe(deps, tx, { site, rule, period: firstPeriod(rule, { openedOn: site.openedOn, day: today(deps) }) });
      await recordSites(tx, caller, [{ after: owed, code: 'created', event: 'SiteCreated', detail: siteCreated(owed), at }]);
      return site.id;
    });
    const made = await findSite(tx, id);
    if (made === undefined) throw siteNotFound();
    return made;
  });
}

export type SiteEdit = Partial<Pick<Site, 'nameZh' | 'contractorZh' | 'subcontractorsZh' | 'permitNumber' | 'stage'>>;

/** @throws AppError as `takeSite`; already_exists SITE_PERMIT_TAKEN. */
export async function updateSite(deps: Changing, caller: Caller, input: SiteRef & { readonly edit: SiteEdit }): Promise<Site> {
  return deps.db.withTenant(caller, async (tx) => {
    const site = await takeSite(tx, caller, { ref: input, permission: 'organization.site.update', now: deps.now() });
    const after = { ...site, ...input.edit, version: site.version + 1 };
    await saveSite(tx, after);
    await recordSites(tx, caller, [
      { after, code: 'updated', event: 'SiteUpdated', detail: { stage: stageOnWire.toWire(after.stage) }, facts: { stage: after.stage }, at: deps.now() },
    ]);
    return after;
  });
}

/** The visit that is owed, the findings that are open and what is promised to households are the new leader's from now on. @throws AppError as `takeSite`, `assertLeader`; failed_precondition SITE_LEADER_SAME. */
export async function assignLeader(deps: Changing, caller: Caller, input: SiteRef & { readonly leaderId: string }): Promise<Site> {
  const at = deps.now();
  return deps.db.withTenant(caller, async (tx) => {
    const site = await takeSite(tx, caller, { ref: input, permission: 'organization.site.write', now: at });
    const { leaderId } = input;
    if (site.leaderId === leaderId) throw failedPrecondition('SITE_LEADER_SAME', 'this leader is linked already');
    await assertLeader(tx, leaderId);
    const after = { ...site, leaderId, leaderSince: at, version: site.version + 1 };
    await saveSite(tx, after);
    await changeLeader(tx, after);
    for (const plan of await findOwedPlans(tx, [site.id])) await savePlan(tx, { ...plan, leaderId });
    await handOverFindings(tx, after);
    await handOverResettlements(tx, after);
    const facts = { from: site.leaderId, to: leaderId };
    await recordSites(tx, caller, [{ after, code: 'leader_assigned', event: 'SiteLeaderAssigned', detail: { leaderId }, facts, at }]);
    return after;
  });
}

/** No visit is owed any more. @throws AppError as `takeSite`; failed_precondition SITE_HAS_FINDINGS { open }, SITE_HAS_RESETTLEMENTS { open }, SITE_HAS_COMPLAINTS { open }. */
export async function closeSite(deps: Changing, caller: Caller, ref: SiteRef): Promise<Site> {
  const at = deps.now();
  const closedOn: LocalDate = today(deps);
  return deps.db.withTenant(caller, async (tx) => {
    const site = await takeSite(tx, caller, { ref, permission: 'organization.site.write', now: at });
    const open = await countOpenFindings(tx, site.id);
    if (open > 0) throw failedPrecondition('SITE_HAS_FINDINGS', 'findings on the site are open', { details: { open: String(open) } });
    const promised = await countOpenResettlements(tx, site.id);
    if (promised > 0) throw failedPrecondition('SITE_HAS_RESETTLEMENTS', 'households are not resettled', { details: { open: String(promised) } });
    const complaints = await countOpenComplaints(tx, site.id);
    if (complaints > 0) throw failedPrecondition('SITE_HAS_COMPLAINTS', 'complaints of workers are open', { details: { open: String(complaints) } });
    for (const plan of await findOwedPlans(tx, [site.id])) await savePlan(tx, { ...plan, state: 'cancelled' });
    await cancelClock(tx, { kind: visitClock, subjectId: site.id, at });
    const after = { ...site, closedOn, visitDueOn: undefined, version: site.version + 1 };
    await saveSite(tx, after);
    await recordSites(tx, caller, [{ after, code: 'closed', event: 'SiteClosed', detail: { closedOn }, at }]);
    return after;
  });
}

/** @throws not_found SITE_NOT_FOUND; aborted VERSION_STALE; failed_precondition SITE_CLOSED. */
async function takeSite(tx: Tx, caller: Caller, { ref, ...asked }: Asked & { readonly ref: SiteRef }): Promise<Site> {
  const [site] = await lockSites(tx, [ref.siteId]);
  if (site === undefined || !(await coversSite(tx, caller, { ...asked, site }))) throw siteNotFound();
  assertVersion(site, ref.version);
  assertSiteOpen(site);
  return site;
}

/** @throws not_found SITE_LEADER_UNKNOWN; failed_precondition STAFF_INACTIVE. */
async function assertLeader(tx: Tx, leaderId: string): Promise<void> {
  const staff = await shareActiveStaff(tx, leaderId);
  if (staff === undefined) throw notFound('SITE_LEADER_UNKNOWN', 'there is no such member of staff');
  if (!staff.active) throw failedPrecondition('STAFF_INACTIVE', 'this member of staff has left');
}
