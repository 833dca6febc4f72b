import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { fresh, history, makeTenant, makeUnit, placesOf, sentEvents, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const { TOPIC_STATE_COLLECTED, TOPIC_STATE_ACCEPTED, TOPIC_STATE_NOT_ACCEPTED, TOPIC_STATE_ANSWERED } = organization.TopicState;
const { TOPIC_DECLINE_REASON_NOT_OURS, TOPIC_DECLINE_REASON_UNSPECIFIED } = organization.TopicDeclineReason;
const { DELIBERATION_RESULT_AGREED } = organization.DeliberationResult;
const { PARTICIPANT_ROLE_RESIDENTS, PARTICIPANT_ROLE_PROPERTY_COMPANY } = organization.ParticipantRole;

const all = ['raise', 'read', 'screen', 'deliberations'].map((word) => `organization.topic.${word}`);
const caller = testCaller({ permissions: [...all, 'work.queue.read', 'thread.read'] });
const at = (unitPath: string) => testCaller({ grants: [{ permissions: all, scope: 'subtree', unitPath }] });
const gateway = { ...testCaller({ permissions: ['organization.public.read'] }), kind: 'system' as const, subject: 'system:gateway' };
const resident = (subject: string) => testCaller({ kind: 'resident', subject, grants: [{ permissions: ['organization.topic.raise', 'organization.topic.read'], scope: 'self', unitPath: '' }] });
const one = resident('01900000-0000-7000-8000-0000000000a1');
const other = resident('01900000-0000-7000-8000-0000000000a2');
const said = '三号楼门口晚上太黑，老人摔了两次';

let office: Office;
let grid: organization.Unit;
let elsewhere: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  const { root } = await makeTenant(office);
  const community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
  elsewhere = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

type Topic = organization.Topic;
const given = ({ topic }: { topic: Topic | undefined }): Topic => {
  if (topic === undefined) throw new Error('no topic came back');
  return topic;
};
const ref = ({ id, version }: Topic) => ({ topicId: id, version });
const raise = async (by = one) => given(await office.topics.raiseTopic({ unitId: grid.id, textZh: said }, { caller: by }));
const accept = async () => given(await office.topics.acceptTopic({ ...ref(await raise()), titleZh: '楼门口照明' }, { caller }));
const get = async (id: string, by = caller) => given(await office.topics.getTopic({ topicId: id }, { caller: by }));

describe('a topic', () => {
  it('is raised by a resident, screened, and answered for everybody', async () => {
    const topic = await raise();
    expect(topic).toMatchObject({ state: TOPIC_STATE_COLLECTED, source: 'TOPIC_SOURCE_RESIDENT', residentId: one.subject, textZh: said, titleZh: '', answerDueAt: new Date('2026-12-15T10:00:00Z') });
    // Whoever answers needs the matter, not whose it is.
    expect([await get(topic.id, one), await get(topic.id)]).toEqual([topic, { ...topic, residentId: '' }]);
    const accepted = given(await office.topics.acceptTopic({ ...ref(topic), titleZh: '楼门口照明' }, { caller }));
    expect(accepted.state).toBe(TOPIC_STATE_ACCEPTED);
    const answered = given(await office.topics.answerTopic({ ...ref(accepted), answerZh: '十二月底前装好' }, { caller }));
    expect(answered).toMatchObject({ state: TOPIC_STATE_ANSWERED, answeredAt: office.clock.now() });
    expect(await history(office, topic.id)).toEqual(['TopicCollected 1', 'TopicAccepted 2', 'TopicAnswered 3']);
    const { topics } = await office.topics.listPublicTopics({}, { caller: gateway });
    expect(topics[0]).toEqual(expect.objectContaining({ id: topic.id, titleZh: '楼门口照明', answerZh: '十二月底前装好', answeredOn: '2026-11-24', unitNameZh: grid.nameZh }));
    expect(JSON.stringify(topics)).not.toContain(one.subject);
    expect(JSON.stringify(topics)).not.toContain('老人');
  });

  it('says in no event who raised it nor what they said, and keeps no copy of it in a stored answer', async () => {
    const requestId = fresh('r');
    const [first, again] = await Promise.all([1, 2].map(() => office.topics.raiseTopic({ requestId, unitId: grid.id, textZh: said }, { caller: one })));
    expect(first).toEqual(again);
    const told = JSON.stringify(await sentEvents(office, first?.topic?.id));
    expect(told).not.toMatch(/[一-鿿]|0000000000a1/);
    expect(await history(office, first?.topic?.id ?? '')).toEqual(['TopicCollected 1']);
    const stored = await office.knex('answered_requests').where({ request_id: requestId }).select('answer');
    expect(stored).toEqual([{ answer: { id: first?.topic?.id } }]);
  });

  it('is not accepted only with a reason and an answer in public', async () => {
    const topic = await raise();
    const asked = { ...ref(topic), titleZh: '学区划分', reason: TOPIC_DECLINE_REASON_NOT_OURS, answerZh: '请向区教育局反映' };
    for (const [field, wrong] of [['reason', { reason: TOPIC_DECLINE_REASON_UNSPECIFIED }], ['answer_zh', { answerZh: '' }], ['title_zh', { titleZh: '' }]] as const) {
      await expect(office.topics.declineTopic({ ...asked, ...wrong }, { caller })).rejects.toMatchObject({ violations: [{ field }] });
    }
    const declined = given(await office.topics.declineTopic(asked, { caller }));
    expect(declined).toMatchObject({ state: TOPIC_STATE_NOT_ACCEPTED, declineReason: TOPIC_DECLINE_REASON_NOT_OURS });
    await expect(office.topics.answerTopic({ ...ref(declined), answerZh: '再答' }, { caller })).rejects.toMatchObject({ reason: 'TOPIC_STATE_FORBIDS' });
  });

  it('that names a person in its answer loses title and answer for good, here, in public and in its thread', async () => {
    const named = '王大力家的灯';
    const accepted = given(await office.topics.acceptTopic({ ...ref(await raise()), titleZh: named }, { caller }));
    await expect(office.topics.withdrawTopicWords(ref(accepted), { caller })).rejects.toMatchObject({ reason: 'TOPIC_STATE_FORBIDS' });
    const answered = given(await office.topics.answerTopic({ ...ref(accepted), answerZh: `${named}已装好` }, { caller }));
    expect((await placesOf(office, named)).sort()).toEqual(['thread_entries', 'topics']);
    const gone = given(await office.topics.withdrawTopicWords(ref(answered), { caller }));
    expect(gone).toEqual({ ...answered, titleZh: '', answerZh: '', wordsWithdrawn: true, version: 4 });
    expect(await placesOf(office, named)).toEqual([]);
    const { topics } = await office.topics.listPublicTopics({}, { caller: gateway });
    expect(topics.find(({ id }) => id === gone.id)).toMatchObject({ titleZh: '', answerZh: '', wordsWithdrawn: true, answeredOn: '2026-11-24' });
    expect(await history(office, gone.id)).toEqual(['TopicCollected 1', 'TopicAccepted 2', 'TopicAnswered 3', 'TopicWordsWithdrawn 4']);
    await expect(office.topics.withdrawTopicWords(ref(gone), { caller })).rejects.toMatchObject({ reason: 'WORDS_WITHDRAWN' });
    await expect(office.topics.withdrawTopicWords(ref(gone), { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'TOPIC_NOT_FOUND' });
    const { entries } = await office.threads.listEntries({ threadId: gone.id }, { caller });
    expect(entries.at(-1)).toMatchObject({ code: 'words_withdrawn' });
    await expect(office.knex('thread_entries').where({ thread_id: gone.id }).update({ note: '别的话' })).rejects.toMatchObject({ code: '23514' });
  });

  it('of two who screen it at once is screened by one', async () => {
    const topic = await raise();
    const results = await Promise.allSettled([1, 2].map(() => office.topics.acceptTopic({ ...ref(topic), titleZh: '照明' }, { caller })));
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
  });

  it('waits for those who screen, and is told of once when its answer is late', async () => {
    const topic = await accept();
    const waiting = async () => (await office.work.listWork({ unitId: grid.id, pageSize: 200 }, { caller })).items.find(({ subjectId }) => subjectId === topic.id);
    expect(await waiting()).toMatchObject({ action: 'answer', dueAt: topic.answerDueAt });
    office.clock.set('2026-12-15T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    await office.app.scanner.scanOnce();
    const late = await get(topic.id);
    expect(late).toMatchObject({ overdue: true, version: topic.version + 1 });
    office.clock.advance(60_000);
    given(await office.topics.answerTopic({ ...ref(late), answerZh: '已装好' }, { caller }));
    expect((await sentEvents(office, topic.id)).slice(-2)).toMatchObject([{ type: 'TopicAnswerOverdue' }, { type: 'TopicAnswered', payload: { late: true } }]);
    expect(await waiting()).toBeUndefined();
  });

  it('is seen by who raised it and by staff of its unit; to others it is not there', async () => {
    const topic = await raise();
    expect((await get(topic.id, one)).id).toBe(topic.id);
    for (const by of [other, at(elsewhere.path), { ...caller, tenantId: 'baihe' }]) await expect(get(topic.id, by)).rejects.toMatchObject({ kind: 'not_found', reason: 'TOPIC_NOT_FOUND' });
    await expect(office.topics.acceptTopic({ ...ref(topic), titleZh: '照明' }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'TOPIC_NOT_FOUND' });
    expect((await office.topics.listTopics({}, { caller: other })).topics).toEqual([]);
    expect((await office.topics.listTopics({ pageSize: 200 }, { caller: one })).topics.every(({ residentId }) => residentId === one.subject)).toBe(true);
    await expect(office.topics.raiseTopic({ unitId: grid.id, textZh: said }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
    const heard = given(await office.topics.raiseTopic({ unitId: grid.id, textZh: said }, { caller: at(grid.path) }));
    expect(heard).toMatchObject({ source: 'TOPIC_SOURCE_STAFF', residentId: '' });
  });

  it('is listed page by page, the newest first, by its state', async () => {
    const mine = [await raise(other), await raise(other), await raise(other)].map(({ id }) => id);
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await office.topics.listTopics({ pageSize: 1, pageToken, state: TOPIC_STATE_COLLECTED }, { caller: other });
      seen.push(...page.topics.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual(mine.toSorted().toReversed());
    expect((await office.topics.listTopics({ state: TOPIC_STATE_ANSWERED }, { caller: other })).topics).toEqual([]);
  });
});

describe('a deliberation', () => {
  const facts = { participants: [{ unitId: '', role: PARTICIPANT_ROLE_RESIDENTS, count: 12 }, { unitId: '', role: PARTICIPANT_ROLE_PROPERTY_COMPANY, count: 1 }], opinionsZh: '都同意先装灯', result: DELIBERATION_RESULT_AGREED, conclusionZh: '先装三处' };
  const record = async (more: object = {}) => office.topics.recordDeliberation({ unitId: grid.id, heldOn: '2026-11-23', ...facts, ...more }, { caller });

  it('keeps who took part by number, in the story of its topic', async () => {
    const topic = await accept();
    office.clock.advance(60_000);
    const { deliberation } = await record({ topicId: topic.id });
    expect(deliberation).toMatchObject({ topicId: topic.id, participants: facts.participants, opinionsZh: facts.opinionsZh, version: 1 });
    const { entries } = await office.threads.listEntries({ threadId: topic.id }, { caller });
    expect(entries.map(({ code }) => code)).toEqual(['collected', 'accepted', 'deliberated']);
    const { deliberations } = await office.topics.listDeliberations({ topicId: topic.id }, { caller });
    expect(deliberations).toEqual([deliberation]);
    expect((await office.topics.listDeliberations({ topicId: topic.id }, { caller: at(elsewhere.path) })).deliberations).toEqual([]);
    expect(JSON.stringify(await sentEvents(office, deliberation?.id))).not.toMatch(/[一-鿿]/);
  });

  it.each([
    ['participants', { participants: [] }],
    ['participants[0].count', { participants: [{ unitId: '', role: PARTICIPANT_ROLE_RESIDENTS, count: 0 }] }],
    ['participants[0].role', { participants: [{ unitId: '', role: 'PARTICIPANT_ROLE_UNSPECIFIED', count: 1 }] }],
    ['held_on', { heldOn: '2026-11-25' }],
    ['conclusion_zh', { conclusionZh: '' }],
    ['result', { result: 'DELIBERATION_RESULT_UNSPECIFIED' }],
  ])('is refused with a wrong %s', async (field, wrong) => {
    await expect(record(wrong)).rejects.toMatchObject({ violations: [{ field }] });
  });

  it('is of a topic and a unit that the caller may see', async () => {
    await expect(record({ topicId: '01900000-0000-7000-8000-00000000abcd' })).rejects.toMatchObject({ reason: 'TOPIC_NOT_FOUND' });
    await expect(office.topics.recordDeliberation({ unitId: grid.id, ...facts }, { caller: at(elsewhere.path) })).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });
});
