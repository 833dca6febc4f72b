import { randomUUID } from 'node:crypto';
import type { Json, Reply, Somebody } from '../api';

/** What residents' self-government has of a unit. */
export interface SelfGovernment {
  readonly pledgeId: string;
}

/** A project that the office promised in public, with the agent's post to answer for it. */
export async function makeSelfGovernment({ director, agent }: { director: Somebody; agent: Somebody }, at: { unitId: string; code: string }): Promise<SelfGovernment> {
  return { pledgeId: await makePledge(director, { ...at, ownerId: agent.id }) };
}

export function nobodysSelfGovernment(): SelfGovernment {
  return { pledgeId: randomUUID() };
}

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
