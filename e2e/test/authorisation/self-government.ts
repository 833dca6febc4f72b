import { randomUUID } from 'node:crypto';
import { eventually } from '@linli/testing';
import type { Json, Reply, Somebody } from '../api';

/** What residents' self-government has of a unit. */
export interface SelfGovernment {
  readonly pledgeId: string;
  readonly topicId: string;
  readonly decisionId: string;
  readonly publicationId: string;
  readonly objectionId: string;
  readonly buildingId: string;
  readonly diaryId: string;
  readonly covenantId: string;
  readonly fundRaiseId: string;
}

interface People {
  readonly director: Somebody;
  readonly agent: Somebody;
  readonly resident: Somebody;
}

/** Something of each kind: what a resident does is the resident's own. */
export async function makeSelfGovernment({ director, agent, resident }: People, { unitId, code }: { unitId: string; code: string }): Promise<SelfGovernment> {
  const idOf = (reply: Reply) => String(ok(reply)['id']);
  const pledgeId = await makePledge(director, { unitId, code, ownerId: agent.id });
  const topicId = idOf(await resident.create('/v1/topics', { unitId, textZh: '楼门口太黑' }));
  ok(await director.create('/v1/deliberations', { unitId, heldOn: '2026-01-05', participants: [{ role: 'residents', count: 3 }], result: 'agreed', conclusionZh: '先装三处' }));
  const drafted = ok(await director.create('/v1/decisions', { unitId, subject: 'matter', titleZh: '路灯', textZh: '三处', basis: 'households', callers: 0 }));
  const decisionId = String(drafted['id']);
  ok(await director.change(`/v1/decisions/${decisionId}:addVoters`, drafted['version'], { voterIds: [resident.id] }));
  const publicationId = idOf(await director.create('/v1/publications', { unitId, kind: 'accounts', titleZh: '收支', textZh: '明细', toDay: '2040-01-01' }));
  const objectionId = idOf(await resident.create('/v1/objections', { publicationId, textZh: '金额不对' }));
  const { units } = ok(await director.get(`/v1/units?underUnitId=${unitId}&kind=building`)) as { units: Json[] };
  const buildingId = String(units[0]?.['id']);
  const diaryId = idOf(await director.create('/v1/diary-entries', { unitId: buildingId, needs: ['lighting'], action: 'none', textZh: '楼道灯坏了', followUpAsked: false }));
  const [covenantDecision, fundDecision] = await Promise.all(['covenant', 'fund_raise'].map((subject) => makeAdopted(director, { unitId, subject })));
  const covenantId = idOf(await director.create('/v1/covenants', { unitId, decisionId: covenantDecision, textZh: '邻里互助', effectiveFrom: '2040-01-01' }));
  const fundRaiseId = idOf(await director.create('/v1/fund-raises', { unitId, decisionId: fundDecision, titleZh: '路灯' }));
  return { pledgeId, topicId, decisionId, publicationId, objectionId, buildingId, diaryId, covenantId, fundRaiseId };
}

/** A decision whose households agreed, in the second that it was open. */
async function makeAdopted(director: Somebody, { unitId, subject }: { unitId: string; subject: string }): Promise<string> {
  let decision = ok(await director.create('/v1/decisions', { unitId, subject, titleZh: '表决', textZh: '内容', basis: 'households', callers: 0 }));
  const path = `/v1/decisions/${String(decision['id'])}`;
  for (const step of ['branch_proposed', 'committees_consulted', 'members_deliberated']) decision = ok(await director.change(`${path}:recordStep`, decision['version'], { step, heldOn: '2026-01-05' }));
  const opens = Date.now() + 2_000;
  decision = ok(await director.change(`${path}:giveNotice`, decision['version'], { entitled: 3, opensAt: new Date(opens).toISOString(), closesAt: new Date(opens + 1).toISOString() }));
  decision = await eventually(async () => ok(await director.change(`${path}:close`, decision['version'], { papers: { inFavour: 3, against: 0, abstained: 0 } })), { timeoutMs: 20_000, everyMs: 100 });
  return String(decision['id']);
}

export function nobodysSelfGovernment(): SelfGovernment {
  const [pledgeId, topicId, decisionId, publicationId, objectionId, buildingId, diaryId] = Array.from({ length: 7 }, () => randomUUID()) as [string, string, string, string, string, string, string];
  return { pledgeId, topicId, decisionId, publicationId, objectionId, buildingId, diaryId, covenantId: randomUUID(), fundRaiseId: randomUUID() };
}

/** A project that the office promised in public, with the agent's post to answer for it. */
async function makePledge(director: Somebody, { unitId, code, ownerId }: { unitId: string; code: string; ownerId: string }): Promise<string> {
  const { posts } = ok(await director.get(`/v1/staff/${ownerId}`)) as { posts: Json[] };
  const [post] = posts;
  const collected = ok(await director.create('/v1/pledge-projects', { unitId, code, year: 2030, titleZh: '路灯', source: 'residents' }));
  const path = `/v1/pledge-projects/${String(collected['id'])}`;
  const screened = ok(await director.change(`${path}:screen`, collected['version']));
  const vote = { heldOn: '2026-01-05', entitled: 61, present: 40, inFavour: 35, against: 3, abstained: 2 };
  const selected = ok(await director.change(`${path}:select`, screened['version'], vote));
  const promised = ok(await director.change(`${path}:promise`, selected['version'], { dueDay: '2030-10-31', ownerUnitId: post?.['unitId'], postId: post?.['id'], budgetFen: 100 }));
  return String(promised['id']);
}

function ok(reply: Reply): Json {
  if (reply.status >= 300) throw new Error(JSON.stringify(reply.body));
  return reply.body;
}
