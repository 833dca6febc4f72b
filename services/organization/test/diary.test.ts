import { METHODS, organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { fresh, history, makeTenant, makeUnit, placesOf, sentEvents, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID, UNIT_KIND_BUILDING } = organization.UnitKind;
const { DIARY_NEED_LIGHTING, DIARY_NEED_ELDER_CARE, DIARY_NEED_UNSPECIFIED } = organization.DiaryNeed;
const { DIARY_ACTION_WILL_RETURN, DIARY_ACTION_UNSPECIFIED } = organization.DiaryAction;

const all = ['organization.diary.read', 'organization.diary.write'];
const caller = testCaller({ permissions: all });
const at = (unitPath: string, subject = caller.subject) => testCaller({ subject, grants: [{ permissions: all, scope: 'subtree', unitPath }] });
const person = '01900000-0000-7000-8000-0000000000c1';
const words = '楼道灯坏了三层，住户希望周末修';

let office: Office;
let building: organization.Unit;
let neighbour: organization.Unit;
let community: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  const { root } = await makeTenant(office);
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  const grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
  building = await makeUnit(office, grid.id, { kind: UNIT_KIND_BUILDING });
  neighbour = await makeUnit(office, grid.id, { kind: UNIT_KIND_BUILDING });
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

const write = async (facts: object = {}, by = caller) => {
  const { entry } = await office.diary.writeDiaryEntry({ unitId: building.id, needs: [DIARY_NEED_LIGHTING, DIARY_NEED_ELDER_CARE], action: DIARY_ACTION_WILL_RETURN, textZh: words, ...facts }, { caller: by });
  if (entry === undefined) throw new Error('no entry came back');
  return entry;
};
const get = async (entryId: string, by = caller) => (await office.diary.getDiaryEntry({ entryId }, { caller: by })).entry;

describe('a diary entry', () => {
  it('holds a day, a building, codes, what is linked, and for ninety days a few words', async () => {
    const linkedCaseId = '01900000-0000-7000-8000-0000000000d1';
    const entry = await write({ linkedCaseId });
    expect(entry).toMatchObject({ visitedOn: '2026-11-24', unitId: building.id, authorId: caller.subject, textZh: words, textExpiresAt: new Date('2027-02-22T10:00:00Z'), textErased: false, followUpPersonId: '', linkedCaseId });
    expect(await history(office, entry.id)).toEqual(['DiaryEntryWritten 1']);
    const told = JSON.stringify(await sentEvents(office, entry.id));
    expect(told).not.toMatch(/[一-鿿]/);
    expect(told).toContain(linkedCaseId);
  });

  it.each([
    ['needs[0]', { needs: [DIARY_NEED_UNSPECIFIED] }],
    ['needs', { needs: Array.from({ length: 11 }, () => DIARY_NEED_LIGHTING) }],
    ['action', { action: DIARY_ACTION_UNSPECIFIED }],
    ['text_zh', { textZh: '长'.repeat(201) }],
    ['visited_on', { visitedOn: '2026-11-25' }],
    ['linked_need_id', { linkedNeedId: 'x' }],
  ])('is refused with a wrong %s', async (field, wrong) => {
    await expect(write(wrong)).rejects.toMatchObject({ violations: [{ field }] });
  });

  it('names a person only who asked to be called on again', async () => {
    await expect(write({ followUpPersonId: person })).rejects.toMatchObject({ violations: [{ field: 'follow_up_person_id', code: 'not_asked' }] });
    const entry = await write({ followUpAsked: true, followUpPersonId: person });
    expect(entry.followUpPersonId).toBe(person);
    expect(JSON.stringify(await sentEvents(office, entry.id))).not.toContain(person);
  });

  it('names a need only that is there and that its author may read', async () => {
    const needs = ['organization.need.read', 'organization.need.write'];
    const readers = testCaller({ permissions: [...all, ...needs] });
    const { need } = await office.jointProjects.raiseNeed({ unitId: building.id, categoryCode: 'lighting', textZh: '楼道照明' }, { caller: readers });
    const linkedNeedId = need?.id ?? '';
    expect(await write({ linkedNeedId }, readers)).toMatchObject({ linkedNeedId });
    const elsewhere = testCaller({ grants: [{ permissions: all, scope: 'subtree', unitPath: building.path }, { permissions: needs, scope: 'subtree', unitPath: neighbour.path }] });
    for (const by of [caller, elsewhere]) await expect(write({ linkedNeedId }, by)).rejects.toMatchObject({ kind: 'not_found', reason: 'NEED_NOT_FOUND' });
    await expect(write({ linkedNeedId: person }, readers)).rejects.toMatchObject({ kind: 'not_found', reason: 'NEED_NOT_FOUND' });
  });

  it('is of a building of the caller’s', async () => {
    await expect(write({ unitId: community.id })).rejects.toMatchObject({ reason: 'DIARY_NOT_OF_BUILDING', details: { kind: 'community' } });
    await expect(write({}, at(neighbour.path))).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });

  it('is written once for a repeated request', async () => {
    const requestId = fresh('r');
    const [one, two] = await Promise.all([write({ requestId }), write({ requestId })]);
    expect(one).toEqual(two);
    await expect(write({ requestId, textZh: '别的话' })).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it('is seen with its building, and listed by building or author, never searched', async () => {
    const [mine, theirs] = [await write({ unitId: neighbour.id }), await write({ unitId: neighbour.id }, at(neighbour.path, '01900000-0000-7000-8000-0000000000e1'))];
    await expect(get(mine.id, at(building.path))).rejects.toMatchObject({ kind: 'not_found', reason: 'DIARY_ENTRY_NOT_FOUND' });
    const list = async (asked: object, by = caller) => (await office.diary.listDiaryEntries({ pageSize: 200, ...asked }, { caller: by })).entries.map(({ id }) => id);
    expect(await list({ unitId: neighbour.id })).toEqual([mine.id, theirs.id].toSorted().toReversed());
    expect(await list({ authorId: theirs.authorId })).toEqual([theirs.id]);
    expect(await list({ authorId: theirs.authorId }, at(building.path))).toEqual([]);
    const page = await office.diary.listDiaryEntries({ unitId: neighbour.id, pageSize: 1 }, { caller });
    expect(await list({ unitId: neighbour.id, pageToken: page.nextPageToken })).toHaveLength(1);
    for (const asked of [{}, { unitId: neighbour.id, authorId: theirs.authorId }]) await expect(list(asked)).rejects.toMatchObject({ violations: [{ field: 'unit_id', code: 'one_of_two' }] });
    const methods = Object.keys(METHODS).filter((method) => method.includes('.DiaryService/')).map((method) => method.split('/')[2]);
    expect(methods).toEqual(['WriteDiaryEntry', 'GetDiaryEntry', 'ListDiaryEntries']);
    expect(Object.keys(organization.ListDiaryEntriesRequest.fromPartial({})).sort()).toEqual(['authorId', 'pageSize', 'pageToken', 'unitId']);
  });
});

describe('the words of a diary', () => {
  it('are gone from every table when their time is over, and with them who asked and the case that leads to them; what was coded stays', async () => {
    const said = '住户说孩子上学路上没有灯';
    const entry = await write({ requestId: fresh('r'), textZh: said, followUpAsked: true, followUpPersonId: person, linkedCaseId: '01900000-0000-7000-8000-0000000000d2' });
    expect(await placesOf(office, said)).toEqual(['diary_entries']);
    office.clock.set('2027-02-22T17:59:59+08:00');
    await office.app.scanner.scanOnce();
    expect((await get(entry.id))?.textZh).toBe(said);
    office.clock.set('2027-02-22T18:00:00+08:00');
    await office.app.scanner.scanOnce();
    expect(await get(entry.id)).toMatchObject({ textZh: '', textErased: true, followUpPersonId: '', linkedCaseId: '', needs: entry.needs, action: entry.action, version: 2 });
    expect(await placesOf(office, said)).toEqual([]);
    expect(await history(office, entry.id)).toEqual(['DiaryEntryWritten 1', 'DiaryTextErased 2']);
    expect(await office.knex('clocks').where({ subject_id: entry.id }).select('state')).toEqual([{ state: 'satisfied' }]);
  });

  it('are gone after an outage of half a year, all of them at the first sweep', async () => {
    const entries = [];
    for (const day of ['2026-11-24', '2026-11-25', '2026-12-20']) {
      office.clock.set(`${day}T09:00:00+08:00`);
      entries.push(await write({ textZh: `走访所见${day}` }));
    }
    office.clock.set('2027-09-01T09:00:00+08:00');
    await Promise.all([office.app.scanner.scanOnce(), office.app.scanner.scanOnce()]);
    expect(await placesOf(office, '走访所见')).toEqual([]);
    for (const { id } of entries) expect(await history(office, id)).toEqual(['DiaryEntryWritten 1', 'DiaryTextErased 2']);
  });
});
