import { randomUUID } from 'node:crypto';
import { eventually } from '@linli/testing';
import { Somebody, type Json, type Reply } from '../api';
import type { Platform } from '../platform';
import { hired, ownerships, people, places, type Ownership, type Role } from './people';
import { makeSelfGovernment, nobodysSelfGovernment, type SelfGovernment } from './self-government';

/** Ids of one ownership: all of them exist and belong together, or none does. */
export interface Target extends SelfGovernment {
  readonly tenantId: string;
  readonly itemCode: string;
  readonly residentId: string;
  readonly phone: string;
  readonly agentId: string;
  readonly unitId: string;
  readonly unitCode: string;
  readonly regradingId: string;
  readonly grantId: string;
  readonly mandateId: string;
  readonly caseId: string;
  readonly threadId: string;
  /** Above the unit: grids keep no roster. */
  readonly communityId: string;
  readonly dutyRosterId: string;
  /** The agent's and the clerk's, on two days. */
  readonly dutySlotIds: readonly [string, string];
  readonly siteId: string;
  readonly findingId: string;
  /** A venue and an activity of the community, and the resident's booking and sign-up there. */
  readonly communityCode: string;
  readonly venueId: string;
  readonly bookingId: string;
  readonly activityId: string;
  readonly signUpId: string;
  readonly orgId: string;
  readonly jobId: string;
  readonly applicationId: string;
  readonly learningId: string;
  readonly resettlementId: string;
  readonly complaintId: string;
  /** Of the resident and the agent at the identity provider. */
  readonly identity: { readonly issuer: string; readonly resident: string; readonly agent: string };
}

export type Targets = Readonly<Record<Ownership, Target>>;

const phones: Readonly<Record<string, string>> = { 'xs-resident-01': '15400100001', 'xs-resident-02': '15400100002', 'xs-resident-03': '15400100003', 'bh-resident-01': '15400110001' };

// A consumer that is new to a broker that served many runs has much to read first.
const arrival = { timeoutMs: 80_000, everyMs: 100 };

/** An accepted case under a mandate in each place, made by those whose it is. */
export async function makeTargets(platform: Platform): Promise<Targets> {
  for (const [role, scope] of Object.entries(hired)) await hire(platform, role as Role, scope);
  // Side by side, for each waits: for events to arrive, and for votes to be over.
  const made = await Promise.all(ownerships.map(async (ownership) => [ownership, ownership === 'nobody' ? nobodys(platform.issuer.url) : await makeTarget(platform, ownership)] as const));
  return Object.fromEntries(made) as Record<Ownership, Target>;
}

async function hire(platform: Platform, role: Role, scope: string): Promise<void> {
  const admin = await Somebody.of(platform, people.system_admin);
  const { id } = ok(await admin.create('/v1/staff', { code: people[role], name: '新人', identityIssuer: platform.issuer.url, identitySubject: people[role] }));
  await giveRole(platform, { principalId: id, role, scope });
}

/** A role is given by two: the security administrator asks, a director confirms. Gives the grant's id. */
export async function giveRole(platform: Platform, facts: Json): Promise<string> {
  const [security, director] = [await Somebody.of(platform, people.security_admin), await Somebody.of(platform, people.director)];
  const asked = ok(await security.create('/v1/grant-requests', { principalKind: 'staff', ...facts }));
  return String(ok(await director.change(`/v1/grant-requests/${String(asked['id'])}:confirm`, asked['version']))['grantId']);
}

async function makeTarget(platform: Platform, ownership: Exclude<Ownership, 'nobody'>): Promise<Target> {
  const place = places[ownership];
  const foreign = ownership === 'other office';
  const tenantId = foreign ? platform.otherTenantId : platform.tenantId;
  const [resident, agent, clerk] = await Promise.all([place.resident, place.agent, place.clerk].map((name) => Somebody.of(platform, name, tenantId)));
  if (resident === undefined || agent === undefined || clerk === undefined) throw new Error('the fixture lacks somebody');
  const unit = await findUnit(clerk, place.unit);
  const wish = { residentId: resident.id, agentId: agent.id, itemCode: place.item, consentForm: 'online' };
  // Units and people become known to requests by events of the import, which may still be on their way.
  await eventually(async () => ok(await clerk.get(`/v1/cases:count?unitId=${String(unit['id'])}`)), arrival);
  const mandate = await eventually(async () => ok(await resident.create('/v1/mandates', wish)), arrival);
  const filed = ok(await agent.create('/v1/cases', { itemCode: place.item, residentId: resident.id, mandateId: mandate['id'], channel: 'home_visit', subject: '办理', submit: true }));
  const accepted = await eventually(async () => ok(await clerk.change(`/v1/cases/${String(filed['id'])}:accept`, filed['version'])), arrival);
  const director = await Somebody.of(platform, foreign ? 'bh-staff-01' : 'xs-staff-01', tenantId);
  const admin = await Somebody.of(platform, foreign ? 'bh-staff-01' : 'xs-staff-04', tenantId);
  // Only one's own site has a leader who holds the role.
  const leader = ownership === 'own' ? await eventually(() => Somebody.of(platform, people.site_leader), arrival) : undefined;
  const site = await openSite(director, { unitId: String(unit['id']), agent, leader });
  const { grants } = ok(await admin.get(`/v1/grants?principalId=${agent.id}`)) as { grants: Json[] };
  const venue = await makeVenue(director, { resident, communityId: String(unit['parentId']) });
  return {
    tenantId,
    itemCode: place.item,
    residentId: resident.id,
    phone: phones[place.resident] ?? '',
    agentId: agent.id,
    unitId: String(unit['id']),
    unitCode: place.unit,
    // Nobody of the other office may plan: its own regradings are met in the service's tests.
    regradingId: foreign ? randomUUID() : await drawAndPlan(platform, unit),
    grantId: String(grants[0]?.['id']),
    mandateId: String(mandate['id']),
    caseId: String(accepted['id']),
    threadId: String(accepted['threadId']),
    ...(await makeDuty(platform, ownership, { communityId: String(unit['parentId']), aId: agent.id, bId: clerk.id })),
    ...(await makeSelfGovernment({ director, agent, resident }, { unitId: String(unit['id']), code: `t-${place.unit}` })),
    ...site,
    ...venue,
    identity: { issuer: platform.issuer.url, resident: place.resident, agent: place.agent },
  };
}

/** Far days, one pair of them for each place of one community. */
const dutyDays = { own: ['2030-01-02', '2030-01-03'], 'same unit': ['2030-01-07', '2030-01-08'], 'other unit': ['2030-01-02', '2030-01-03'], 'other office': ['2030-01-02', '2030-01-03'] } as const;

async function makeDuty(platform: Platform, ownership: Exclude<Ownership, 'nobody'>, at: { communityId: string; aId: string; bId: string }) {
  const foreign = ownership === 'other office';
  const planner = await Somebody.of(platform, foreign ? 'bh-staff-01' : 'xs-staff-01', foreign ? platform.otherTenantId : platform.tenantId);
  const [fromDay, toDay] = dutyDays[ownership];
  const { communityId: unitId, aId, bId } = at;
  await planner.create('/v1/duty-rosters', { unitId, kinds: ['workday'] });
  const { rosters } = ok(await planner.get('/v1/duty-rosters?pageSize=200')) as { rosters: Json[] };
  const { slots } = ok(await planner.create('/v1/duty-slots', { unitId, fromDay, toDay, kinds: ['workday'], pairs: [{ aId, bId }] })) as { slots: Json[] };
  const [one = '', other = ''] = slots.map(({ id }) => String(id));
  return { communityId: unitId, dutyRosterId: String(rosters.find((roster) => roster['unitId'] === unitId)?.['id']), dutySlotIds: [one, other] as const };
}

/**
 * A construction site at the unit with something wrong on it, a household that waits for a home and a worker who complained,
 * entered by the head of the office; the complaint by whoever leads the site and may, for its worker is theirs to see.
 */
async function openSite(
  director: Somebody,
  { unitId, agent, leader }: { readonly unitId: string; readonly agent: Somebody; readonly leader: Somebody | undefined },
): Promise<Pick<Target, 'siteId' | 'findingId' | 'resettlementId' | 'complaintId'>> {
  const leaderId = (leader ?? agent).id;
  const facts = { nameZh: '工地', ownerZh: '建设单位', contractorZh: '总包', permitNumber: `p${randomUUID().slice(0, 8)}`, stage: 'structure' };
  const site = ok(await director.create('/v1/sites', { ...facts, unitId, leaderId }));
  const siteId = String(site['id']);
  const finding = ok(await director.create(`/v1/sites/${siteId}/findings`, { concern: 'safety', severity: 'minor', description: '材料堆放' }));
  const agreement = { householdId: randomUUID(), agreementNumber: `h${randomUUID().slice(0, 8)}`, promisedOn: '2030-01-01' };
  const resettlement = ok(await director.create(`/v1/sites/${siteId}/resettlements`, agreement));
  const complaint = ok(await (leader ?? director).create('/v1/worker-complaints', { siteId, workerId: randomUUID(), kind: 'wage_unpaid', channel: 'walk_in' }));
  return { siteId, findingId: String(finding['id']), resettlementId: String(resettlement['id']), complaintId: String(complaint['id']) };
}

/** Always open, with room for whoever asks. */
async function makeVenue(director: Somebody, { resident, communityId }: { resident: Somebody; communityId: string }): Promise<Pick<Target, 'communityCode' | 'venueId' | 'bookingId' | 'activityId' | 'signUpId' | 'orgId' | 'jobId' | 'applicationId' | 'learningId'>> {
  const community = ok(await director.get(`/v1/units/${communityId}`));
  const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opensMinute: 0, closesMinute: 1_440 }));
  const venue = ok(await director.create('/v1/venues', { unitId: communityId, nameZh: '展厅', use: 'shared', capacity: 1_000, hours }));
  const booking = ok(await resident.create('/v1/bookings', { venueId: venue['id'], startsAt: hoursAhead(24), endsAt: hoursAhead(25), people: 1 }));
  ok(await director.post(`/v1/venues/${String(venue['id'])}/visitors`, { day: '2026-01-01', visitors: 20 }));
  // There is one already when two places are of one community.
  await director.post(`/v1/communities/${communityId}:publishBrand`, { themeZh: '主题' });
  const sessions = [{ startsAt: hoursAhead(48), endsAt: hoursAhead(49) }];
  const activity = ok(await director.create('/v1/activities', { unitId: communityId, kind: 'event', nameZh: '活动', placeZh: '展厅', ages: ['adult', 'under_14'], capacity: 5, sessions }));
  const signUp = ok(await resident.create('/v1/sign-ups', { activityId: activity['id'], adults: 1, under14: 1, guardianConsents: true }));
  return {
    communityCode: String(community['code']),
    venueId: String(venue['id']),
    bookingId: String(booking['id']),
    activityId: String(activity['id']),
    signUpId: String(signUp['id']),
    ...(await makeOthers(director, { resident, communityId })),
  };
}

async function makeOthers(director: Somebody, { resident, communityId: unitId }: { resident: Somebody; communityId: string }): Promise<Pick<Target, 'orgId' | 'jobId' | 'applicationId' | 'learningId'>> {
  const org = ok(await director.create('/v1/incubated-orgs', { unitId, nameZh: '学会' }));
  const job = ok(await director.create('/v1/jobs', { unitId, titleZh: '制作', employerZh: '协会', placeZh: '社区', wanted: 1, contactPhone: '000-5550100', openUntil: hoursAhead(480).slice(0, 10) }));
  const application = ok(await resident.create('/v1/job-applications', { jobId: job['id'] }));
  // Whoever may apply is told so, and nobody applies.
  ok(await director.change(`/v1/jobs/${String(job['id'])}:takeDown`, job['version']));
  const learning = ok(await director.create('/v1/learning', { unitId, kind: 'forum', topicZh: '学习', startsAt: hoursAhead(24), endsAt: hoursAhead(25) }));
  // The office's, and there already when two places are of one office.
  await director.post('/v1/conduct-rules/conduct:publish', { titleZh: '规范', rulesZh: ['公开'], complaintHintZh: '12388' });
  return { orgId: String(org['id']), jobId: String(job['id']), applicationId: String(application['id']), learningId: String(learning['id']) };
}

/** A full hour, so many hours from this one. */
export function hoursAhead(count: number): string {
  const hourMs = 3_600_000;
  return new Date((Math.floor(Date.now() / hourMs) + count) * hourMs).toISOString();
}

/** The unit lies somewhere, and something is planned below it. */
async function drawAndPlan(platform: Platform, { id, version }: Json): Promise<string> {
  const unitId = String(id);
  const admin = await Somebody.of(platform, 'xs-staff-03', platform.tenantId);
  const geometry = { type: 'Polygon', coordinates: [[[110, 39.8], [110.01, 39.8], [110.01, 39.81], [110, 39.8]]] };
  ok(await admin.change(`/v1/units/${unitId}:setBoundary`, version, { geometry }));
  const opening = { type: 'open', parent: { unitId }, kind: 'building', code: `planned-${randomUUID().slice(0, 8)}`, nameZh: '计划中的楼' };
  return String(ok(await admin.create('/v1/regradings', { titleZh: '调整', effectiveOn: '2035-01-01', operations: [opening] }))['id']);
}

async function findUnit(by: Somebody, code: string): Promise<Json> {
  const { units } = ok(await by.get('/v1/units?pageSize=200')) as { units: Json[] };
  const found = units.find((unit) => unit['code'] === code);
  if (found === undefined) throw new Error(`${code} is not in the fixture`);
  return found;
}

function nobodys(issuer: string): Target {
  const [residentId, agentId, unitId, regradingId, grantId, mandateId, caseId, threadId] = Array.from({ length: 8 }, () => randomUUID()) as [string, string, string, string, string, string, string, string];
  const duty = { communityId: randomUUID(), dutyRosterId: randomUUID(), dutySlotIds: [randomUUID(), randomUUID()] as const };
  const site = { siteId: randomUUID(), findingId: randomUUID(), resettlementId: randomUUID(), complaintId: randomUUID() };
  const venue = { communityCode: 'nowhere', venueId: randomUUID(), bookingId: randomUUID(), activityId: randomUUID(), signUpId: randomUUID(), orgId: randomUUID(), jobId: randomUUID(), applicationId: randomUUID(), learningId: randomUUID() };
  const office = { tenantId: 'nowhere', unitId, unitCode: 'nowhere-g01', regradingId, grantId, ...duty, ...nobodysSelfGovernment(), ...site, ...venue };
  return { ...office, itemCode: 'elder-allowance', residentId, phone: '15400199999', agentId, mandateId, caseId, threadId, identity: { issuer, resident: 'nobody', agent: 'nobody' } };
}

function ok(reply: Reply): Json {
  if (reply.status >= 300) throw new Error(JSON.stringify(reply.body));
  return reply.body;
}
