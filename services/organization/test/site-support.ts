import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { fresh, makeStaff, makeTenant, makeUnit, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY } = organization.UnitKind;
const { SITE_ANSWER_YES } = organization.SiteAnswer;

export const sitePermissions = [
  ...['read', 'write', 'update', 'visit'].map((word) => `organization.site.${word}`),
  ...['organization.finding.raise', 'organization.finding.process', 'organization.resettlement.read', 'organization.resettlement.write', 'work.queue.read', 'thread.read'],
  ...['read', 'write', 'reveal'].map((word) => `organization.worker_complaint.${word}`),
];
export const dayMs = 86_400_000;

export type Caller = ReturnType<typeof testCaller>;

/** An office with two communities, the head of it, and two leaders who hold their role for themselves. */
export interface SiteOffice {
  readonly office: Office;
  readonly here: organization.Unit;
  readonly there: organization.Unit;
  readonly director: Caller;
  readonly leader: Caller;
  readonly other: Caller;
}

export async function startSiteOffice(): Promise<SiteOffice> {
  const office = await startOffice();
  // Its units are there before whatever a test plays.
  office.clock.set('2026-01-05T09:00:00+08:00');
  const { root } = await makeTenant(office);
  const here = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  const there = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  const [one, two] = [await makeStaff(office, here.id), await makeStaff(office, there.id)];
  office.clock.set('2026-11-24T09:00:00+08:00');
  const director = testCaller({ tenantId: 'xingsheng', permissions: sitePermissions });
  return { office, here, there, director, leader: leaderOf(one.id), other: leaderOf(two.id) };
}

/** Somebody who holds everything about sites for the sites that they are linked to. */
export function leaderOf(subject: string): Caller {
  const permissions = sitePermissions.filter((permission) => permission !== 'organization.site.write');
  return { ...testCaller({ tenantId: 'xingsheng', grants: [{ permissions, scope: 'self', unitPath: '' }] }), subject, kind: 'staff' };
}

/** At a unit and below it. */
export function at(unitPath: string, permissions: readonly string[] = sitePermissions): Caller {
  return testCaller({ tenantId: 'xingsheng', grants: [{ permissions, scope: 'subtree', unitPath }] });
}

export function siteFacts(facts: { readonly unitId: string; readonly leaderId: string }) {
  return {
    ...{ nameZh: '万正广场二期', ownerZh: '某置业公司', contractorZh: '某建设集团', subcontractorsZh: ['某劳务公司'] },
    ...{ permitNumber: fresh('sg'), stage: organization.SiteStage.SITE_STAGE_STRUCTURE, openedOn: '2026-03-01', ...facts },
  };
}

export async function openSite({ office, here, director, leader }: SiteOffice, facts: object = {}): Promise<organization.Site> {
  const { site } = await office.sites.createSite({ ...siteFacts({ unitId: here.id, leaderId: leader.subject }), ...facts }, { caller: director });
  if (site === undefined) throw new Error('no site came back');
  return site;
}

/** Every question of the checklist answered alike. */
export async function allAnswers({ office, director }: SiteOffice, answer: organization.SiteAnswer = SITE_ANSWER_YES): Promise<organization.SiteVisitAnswer[]> {
  const { items } = await office.sites.getSiteChecklist({}, { caller: director });
  return items.map(({ code }) => ({ itemCode: code, answer }));
}

export async function visit(of: SiteOffice, siteId: string, { caller = of.leader, visitedOn = '' } = {}): Promise<organization.SiteVisit> {
  const { visit: recorded } = await of.office.sites.recordSiteVisit({ siteId, visitedOn, answers: await allAnswers(of) }, { caller });
  if (recorded === undefined) throw new Error('no visit came back');
  return recorded;
}

export async function readSite({ office, director }: SiteOffice, siteId: string): Promise<organization.Site> {
  const { site } = await office.sites.getSite({ siteId }, { caller: director });
  if (site === undefined) throw new Error('no site came back');
  return site;
}

/** Raises all that is due. */
export async function scan({ app }: Office): Promise<void> {
  let raised = 0;
  do raised = await app.scanner.scanOnce();
  while (raised > 0);
}
