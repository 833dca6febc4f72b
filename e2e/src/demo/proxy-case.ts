import { CasePlay } from './case-play';
import type { Journey } from './journey';
import { day, type Narrator } from './narrator';
import { Person, type Json } from './person';

/** Who is who in the Xingsheng fixture: 新园社区 and 民政科. */
const people = {
  resident: 'xs-resident-01',
  clerk: 'xs-staff-14',
  agent: 'xs-staff-16',
  partner: 'xs-staff-17',
  handler: 'xs-staff-08',
  coordinator: 'xs-staff-20',
  stranger: 'bh-staff-01',
} as const;
type Cast = Record<keyof typeof people, Person>;

const itemCode = 'elder-allowance';

/** The main job: an elder's allowance, run by a proxy agent from the door to the archive. Returns each aggregate's last version. */
async function playProxyCase(gateway: string, narrator: Narrator): Promise<Map<string, number>> {
  narrator.chapter('登录');
  const cast = await signInAll(gateway, narrator);
  const mandate = await signMandate(narrator, cast);
  const main = await takeIn(narrator, cast, String(mandate['id']));
  await handle(narrator, cast, main);
  await comeBack(narrator, cast, main);
  const others = await otherEndings(narrator, cast, mandate);
  await tellStory(narrator, cast, main);
  return new Map([[main.id, main.version], ...others]);
}

export const proxyCase: Journey = { topics: ['public.requests.case.v1', 'public.requests.mandate.v1'], play: playProxyCase };

async function signInAll(gateway: string, narrator: Narrator): Promise<Cast> {
  const signedIn = Object.entries(people).map(async ([part, subject]) => {
    const person = await Person.signIn(gateway, subject);
    return [part, person] as const;
  });
  const cast = Object.fromEntries(await Promise.all(signedIn)) as Cast;
  for (const [part, person] of Object.entries(cast)) narrator.tell(person.name, `以 ${part} 的身份登录`);
  return cast;
}

async function signMandate(narrator: Narrator, { resident, agent, stranger }: Cast): Promise<Json> {
  narrator.chapter('委托');
  const early = await agent.create('/v1/cases', {
    itemCode,
    residentId: resident.subject,
    channel: 'home_visit',
    subject: '代领高龄津贴',
    submit: true,
  });
  narrator.check(early.body['code'] === 'MANDATE_REQUIRED', `没有委托不得代办——${String(early.body['detail'])}`);
  const key = `demo-${Date.now()}`;
  const wish = { residentId: resident.subject, agentId: agent.subject, itemCode, consentForm: 'online' };
  let signed = await resident.create('/v1/mandates', wish, key);
  // On a platform that has only just begun, the agent's own event may still be on its way to requests.
  for (const until = Date.now() + 5_000; signed.body['code'] === 'AGENT_UNKNOWN' && Date.now() < until; ) {
    signed = await resident.create('/v1/mandates', wish, key);
  }
  if (signed.status !== 201) throw new Error(`the mandate was not signed: ${JSON.stringify(signed.body)}`);
  narrator.tell(resident.name, `在线签署委托，有效期至 ${day(signed.body['expiresAt'])}`);
  const again = await resident.create('/v1/mandates', wish, key);
  narrator.check(again.body['id'] === signed.body['id'], '网络重试没有产生第二份委托');
  const foreign = await stranger.get(`/v1/mandates/${String(signed.body['id'])}`);
  narrator.check(foreign.status === 404, '另一个街道查不到这份委托（404）');
  return signed.body;
}

async function takeIn(narrator: Narrator, { resident, clerk, agent }: Cast, mandateId: string): Promise<CasePlay> {
  narrator.chapter('受理');
  const play = await CasePlay.open(narrator, agent, {
    itemCode,
    residentId: resident.subject,
    mandateId,
    channel: 'home_visit',
    subject: '年满八十周岁，申请高龄津贴',
    submit: true,
    entrustedMaterialCodes: ['household-register'],
  });
  narrator.tell(agent.name, `上门收件并提交，收存居民户口簿；一次性告知的最后时刻 ${day(play.field('noticeDueAt'))}`);
  await play.step(clerk, 'requestMaterial', {
    body: { materialCodes: ['bank-card'], explanation: '请补交本人银行卡复印件，其余材料齐全。' },
    state: 'needs_material',
    say: '一次性告知：缺银行卡复印件',
  });
  await play.refused(clerk, 'requestMaterial', {
    body: { materialCodes: ['id-card'], explanation: '再补身份证。' },
    status: 409,
    code: 'NOTICE_ALREADY_GIVEN',
    say: '不得第二次要求补正',
  });
  await play.step(agent, 'supplyMaterial', { body: { materialCodes: ['bank-card'] }, state: 'needs_material', say: '代居民补交材料' });
  await play.step(clerk, 'accept', { state: 'accepted', say: '受理' });
  narrator.tell('回执', `编号 ${String(play.field('number'))}，承诺 ${day(play.field('dueAt'))} 前办结，代办员 ${String(play.field('agentName'))}，${String(play.field('dueLight'))} 灯`);
  return play;
}

async function handle(narrator: Narrator, cast: Cast, play: CasePlay): Promise<void> {
  const { agent, partner, handler, coordinator } = cast;
  narrator.chapter('办理');
  await play.step(agent, 'startProcessing', { state: 'processing', say: '开始办理' });
  const before = play.version;
  await absence(coordinator, agent, 'startAbsence');
  narrator.tell(coordinator.name, `登记 ${agent.name} 请假`);
  await becomesOwner(play, coordinator, partner);
  narrator.check(play.field('ownerId') === partner.subject, `A 角不在，B 角 ${partner.name} 自动接手（版本 ${before} → ${play.version}）`);
  await absence(coordinator, agent, 'endAbsence');
  await becomesOwner(play, coordinator, agent);
  narrator.check(play.field('ownerId') === agent.subject, `${agent.name} 返岗，办件回到 A 角`);
  await play.step(handler, 'pause', { body: { cause: 'survey' }, state: 'paused', say: '入户核查，时限中止' });
  await play.step(handler, 'resume', { state: 'processing', say: '核查完毕，时限恢复' });
  await decide(narrator, cast, play);
}

async function decide(narrator: Narrator, { agent, handler, resident }: Cast, play: CasePlay): Promise<void> {
  await play.step(agent, 'requestDecision', { state: 'awaiting_decision', say: '报送科室决定' });
  const body = { result: 'granted', explanation: '符合高龄津贴发放条件，自下月起按月发放。' };
  const tried = await agent.change(`/v1/cases/${play.id}:decide`, play.version, body);
  narrator.check(tried.status === 403, `代办员不得作出决定——${String(tried.body['detail'])}（${tried.status} ${String(tried.body['code'])}）`);
  await play.step(handler, 'decide', { body, state: 'decided', say: '决定：准予' });
  await play.step(agent, 'deliver', { body: { method: 'home', signedReceipt: true }, state: 'delivered', say: '上门送达，退还户口簿，居民签收' });
  const papers = (play.field('heldPapers') ?? []) as readonly Json[];
  narrator.check(papers.every((paper) => paper['returnedAt'] !== undefined), '代管材料全部退还');
  const own = await resident.get(`/v1/cases/${play.id}`);
  narrator.check(own.status === 200, '居民能看到自己的办件');
}

async function comeBack(narrator: Narrator, cast: Cast, play: CasePlay): Promise<void> {
  const { agent, coordinator, resident } = cast;
  narrator.chapter('回访');
  const blocked = await agent.change(`/v1/cases/${play.id}:callBack`, play.version, { reached: true, rating: 5, solved: true });
  narrator.check(blocked.status === 403, `代办员不得自己回访（${blocked.status} ${String(blocked.body['code'])}）`);
  await play.read(coordinator);
  await play.step(coordinator, 'callBack', { body: { reached: true, rating: 2, solved: false }, state: 'closed', say: '电话回访：居民评 2 分，问题未解决，办件归档' });
  await play.step(resident, 'reopen', { body: { reason: '津贴卡号登记有误，没有到账。' }, state: 'reopened', say: '三十日内要求重新办理' });
  await play.step(agent, 'startProcessing', { state: 'processing', say: '重新办理' });
  await decide(narrator, cast, play);
  await play.step(coordinator, 'callBack', { body: { reached: true, rating: 5, solved: true }, state: 'closed', say: '再次回访：5 分，已解决，归档' });
}

async function otherEndings(narrator: Narrator, cast: Cast, mandate: Json): Promise<[string, number][]> {
  const { resident, clerk, stranger } = cast;
  narrator.chapter('另外两种结局');
  const own = { itemCode: 'residence-permit-help', residentId: resident.subject, channel: 'online', subject: '想办居住证', submit: true };
  const declined = await CasePlay.open(narrator, resident, own);
  const declineBody = { reasonCode: 'other_authority', explanation: '本地户籍无需办理居住证。', redirect: '如需户籍证明，请到辖区派出所户籍窗口。' };
  await declined.step(clerk, 'decline', { body: declineBody, state: 'declined', say: '不予受理，说明理由和去处' });
  const withdrawn = await CasePlay.open(narrator, resident, { ...own, itemCode: 'elder-card', subject: '老年人优待证' });
  const kept = await clerk.change(`/v1/cases/${withdrawn.id}:withdraw`, withdrawn.version);
  narrator.check(kept.status === 403, `工作人员不得代居民撤回（${kept.status} ${String(kept.body['code'])}）`);
  await withdrawn.step(resident, 'withdraw', { state: 'withdrawn', say: '自己撤回' });
  const hidden = await stranger.get(`/v1/cases/${withdrawn.id}`);
  narrator.check(hidden.status === 404, '另一个街道查不到这件办件（404）');
  const stale = await clerk.change(`/v1/cases/${declined.id}:decline`, 1, declineBody);
  narrator.check(stale.status === 412, `旧版本的修改被拒绝（${stale.status} ${String(stale.body['code'])}）`);
  const revoked = await resident.change(`/v1/mandates/${String(mandate['id'])}:revoke`, mandate['version']);
  narrator.check(revoked.status === 200, '居民撤销委托，立即生效');
  return [
    [declined.id, declined.version],
    [withdrawn.id, withdrawn.version],
    [String(mandate['id']), Number(revoked.body['version'])],
  ];
}

async function tellStory(narrator: Narrator, { clerk }: Cast, play: CasePlay): Promise<void> {
  narrator.chapter('办件的全过程');
  await play.read(clerk);
  const { body } = await clerk.get(`/v1/threads/${String(play.field('threadId'))}/entries?pageSize=100`);
  const entries = (body['entries'] ?? []) as readonly Json[];
  for (const entry of entries) narrator.tell(String(entry['actorName'] ?? entry['actorKind']), `v${String(entry['subjectVersion'])} ${String(entry['code'])}`);
  narrator.check(entries.length === play.version, `时间线 ${entries.length} 条，与版本数一致`);
}

async function absence(by: Person, of: Person, word: 'startAbsence' | 'endAbsence'): Promise<void> {
  const { body } = await by.get(`/v1/staff/${of.subject}`);
  const answer = await by.change(`/v1/staff/${of.subject}:${word}`, body['version']);
  if (answer.status !== 200) throw new Error(`${word}: ${JSON.stringify(answer.body)}`);
}

/** The change comes by an event from another service: read until it is there, for five seconds at most. */
async function becomesOwner(play: CasePlay, by: Person, owner: Person): Promise<void> {
  for (const until = Date.now() + 5_000; Date.now() < until; ) {
    await play.read(by);
    if (play.field('ownerId') === owner.subject) return;
  }
}
