import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { joinUnits, partyAffairs, seatedCommittee } from './party';
import { everything, fresh, giveRole, history, makeStaff, makeTenant, makeUnit, sentEvents, startOffice, within, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID, UNIT_KIND_BUILDING } = organization.UnitKind;
const { DUTY_KIND_WORKDAY } = organization.DutyKind;
const { REGRADING_STATE_PLANNED, REGRADING_STATE_IN_EFFECT, REGRADING_STATE_WITHDRAWN } = organization.RegradingState;

type Operation = NonNullable<organization.RegradingOperation['operation']>;

const today = '2027-06-01';
const day = '2027-07-01';
const caller = everything();

let office: Office;
let root: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  office.clock.set('2027-05-01T09:00:00+08:00');
  ({ root } = await makeTenant(office));
  await makeTenant(office, 'baihe');
});

beforeEach(() => office.clock.set(`${today}T09:00:00+08:00`));

afterAll(() => office.stop());

/** Two communities; the first with two grids, of two buildings and one. */
async function makeTree() {
  office.clock.set('2027-05-01T09:00:00+08:00');
  const [one, two] = [await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY }), await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY })];
  const [g1, g2] = [await makeUnit(office, one.id, { kind: UNIT_KIND_GRID }), await makeUnit(office, one.id, { kind: UNIT_KIND_GRID })];
  const [b1, b2, b3] = [await makeUnit(office, g1.id, { kind: UNIT_KIND_BUILDING }), await makeUnit(office, g1.id, { kind: UNIT_KIND_BUILDING }), await makeUnit(office, g2.id, { kind: UNIT_KIND_BUILDING })];
  office.clock.set(`${today}T09:00:00+08:00`);
  return { one, two, g1, g2, b1, b2, b3 };
}

const unitOf = (unitId: string) => ({ target: { $case: 'unitId', value: unitId } }) as const;
const newUnit = (code: string) => ({ target: { $case: 'newCode', value: code } }) as const;
const move = (unit: organization.Unit, parent: organization.Unit): Operation => ({ $case: 'move', value: { unitId: unit.id, parent: unitOf(parent.id) } });
const close = (unit: organization.Unit, successor: organization.Unit): Operation => ({ $case: 'close', value: { unitId: unit.id, successor: unitOf(successor.id) } });
const rename = (unit: organization.Unit, nameZh: string): Operation => ({ $case: 'rename', value: { unitId: unit.id, nameZh, nameMn: '' } });

async function plan(operations: Operation[], more: { effectiveOn?: string; requestId?: string; by?: Caller } = {}): Promise<organization.Regrading> {
  const { effectiveOn = day, requestId = '', by = caller } = more;
  const { regrading } = await office.regradings.planRegrading({ requestId, titleZh: '七月网格调整', effectiveOn, operations: operations.map((operation) => ({ operation })) }, { caller: by });
  if (regrading === undefined) throw new Error('no regrading came back');
  return regrading;
}

async function namesUnder(unit: organization.Unit, asOf: string): Promise<string[]> {
  const { units } = await office.units.listUnits({ underUnitId: unit.id, asOf, pageSize: 200 }, { caller });
  return units.map(({ nameZh }) => nameZh).sort();
}

async function countsUnder(unit: organization.Unit, asOf: string): Promise<Record<string, number>> {
  const { counts } = await office.units.countUnits({ underUnitId: unit.id, asOf }, { caller });
  return Object.fromEntries(counts.map(({ kind, count }) => [kind.replace('UNIT_KIND_', '').toLowerCase(), count]));
}

async function dayComes(date = day): Promise<void> {
  office.clock.set(`${date}T00:00:00+08:00`);
  await office.app.scanner.scanOnce();
}

/** Deals with topics, branches and brands at a unit and below. */
const whoDeals = (unitPath: string): Caller =>
  testCaller({ grants: [{ permissions: [...['topic.raise', 'topic.read', 'topic.screen', 'branch.read', 'branch.write', 'brand.write'].map((one) => `organization.${one}`), 'thread.read'], scope: 'subtree', unitPath }] });

const successorOf = (regrading: organization.Regrading, unit: organization.Unit) => regrading.units.find(({ unitId }) => unitId === unit.id)?.successorId ?? '';

describe('a planned regrading', () => {
  it('shows from its day on at once, leaves the days before alone, and is told of on its day', async () => {
    const { one, two, g1, b1, b2 } = await makeTree();
    const regrading = await plan([move(g1, two)]);
    expect(regrading).toMatchObject({ state: REGRADING_STATE_PLANNED, effectiveOn: day, version: 1 });
    for (const asOf of ['', '2027-06-30']) {
      expect(await countsUnder(one, asOf)).toEqual({ community: 1, grid: 2, building: 3 });
      expect(await countsUnder(two, asOf)).toEqual({ community: 1 });
    }
    expect(await countsUnder(one, day)).toEqual({ community: 1, grid: 1, building: 1 });
    expect(await namesUnder(two, day)).toEqual([two, g1, b1, b2].map(({ nameZh }) => nameZh).sort());
    expect(await history(office, g1.id)).toEqual(['UnitCreated 1']);
    const continuing = successorOf(regrading, g1);
    expect(await history(office, continuing)).toEqual([]);
    expect((await office.units.getUnit({ unitId: continuing }, { caller })).unit).toMatchObject({ validFrom: day, continuesId: g1.id, version: 0 });

    await dayComes();
    await office.app.scanner.scanOnce();
    expect(await countsUnder(two, '')).toEqual({ community: 1, grid: 1, building: 2 });
    expect(await countsUnder(one, '2027-06-30')).toEqual({ community: 1, grid: 2, building: 3 });
    expect(await history(office, g1.id)).toEqual(['UnitCreated 1', 'UnitClosed 2']);
    expect((await sentEvents(office, g1.id)).at(-1)?.payload).toEqual({ unitId: g1.id, validTo: day, successorId: continuing, successorPath: `${two.path}${continuing}/` });
    expect((await sentEvents(office, continuing))[0]).toMatchObject({ type: 'UnitCreated', version: 1, payload: { parentId: two.id, path: `${two.path}${continuing}/`, continuesId: g1.id } });
    expect(await history(office, regrading.id)).toEqual(['RegradingPlanned 1', 'RegradingTookEffect 2']);
    expect((await office.regradings.getRegrading({ regradingId: regrading.id }, { caller })).regrading).toMatchObject({ state: REGRADING_STATE_IN_EFFECT, version: 2 });
  });

  it('takes effect as of its day when nobody was there at midnight', async () => {
    const { two, g1 } = await makeTree();
    const regrading = await plan([move(g1, two)]);
    await dayComes('2027-07-20');
    expect((await office.units.getUnit({ unitId: g1.id }, { caller })).unit).toMatchObject({ validTo: day, successorId: successorOf(regrading, g1) });
  });

  it('of today takes effect at once', async () => {
    const { two, g1 } = await makeTree();
    const regrading = await plan([move(g1, two)], { effectiveOn: today });
    expect(regrading).toMatchObject({ state: REGRADING_STATE_IN_EFFECT, version: 2 });
    expect(await history(office, g1.id)).toEqual(['UnitCreated 1', 'UnitClosed 2']);
    expect(await countsUnder(two, today)).toEqual({ community: 1, grid: 1, building: 2 });
    expect(await countsUnder(two, '2027-05-31')).toEqual({ community: 1 });
  });

  it('says where a unit hung on any day, by its old and its new id', async () => {
    const { one, two, g1, b1 } = await makeTree();
    const regrading = await plan([move(g1, two)]);
    const path = async (unitId: string, asOf: string) => (await office.units.getUnitPath({ unitId, asOf }, { caller })).units.map(({ id }) => id);
    const [g, b] = [successorOf(regrading, g1), successorOf(regrading, b1)];
    for (const id of [b1.id, b]) {
      expect(await path(id, '2027-06-30')).toEqual([root.id, one.id, g1.id, b1.id]);
      expect(await path(id, day)).toEqual([root.id, two.id, g, b]);
    }
    await expect(path(b1.id, '2027-04-30')).rejects.toMatchObject({ reason: 'UNIT_NOT_FOUND' });
  });

  it('renames on its day', async () => {
    const { one } = await makeTree();
    const regrading = await plan([rename(one, '更名社区')]);
    expect(await namesUnder(one, '2027-06-30')).toContain(one.nameZh);
    expect(await namesUnder(one, day)).toContain('更名社区');
    const named = async (asOf: string) => [(await office.units.getUnit({ unitId: one.id, asOf }, { caller })).unit, ...(await office.units.batchGetUnits({ unitIds: [one.id], asOf }, { caller })).units].map((unit) => unit?.nameZh);
    expect([await named('2027-06-30'), await named(day)]).toEqual([[one.nameZh, one.nameZh], ['更名社区', '更名社区']]);
    await dayComes();
    expect((await office.units.getUnit({ unitId: one.id }, { caller })).unit).toMatchObject({ nameZh: '更名社区', version: 2 });
    expect(await history(office, one.id)).toEqual(['UnitCreated 1', 'UnitRenamed 2']);
    expect(regrading.units).toEqual([{ unitId: one.id, regradedAs: organization.RegradedAs.REGRADED_AS_RENAMED, successorId: '' }]);
  });

  it('splits and merges, and a new unit may have the code of one that ends', async () => {
    const { one, g1, g2, b1, b2, b3 } = await makeTree();
    const parts = [{ code: g1.code, nameZh: '甲', nameMn: '', childIds: [b1.id] }, { code: fresh('u'), nameZh: '乙', nameMn: '', childIds: [b2.id] }];
    await plan([{ $case: 'split', value: { unitId: g1.id, parts } }], { effectiveOn: today });
    expect(await namesUnder(one, '')).toEqual([one, b1, b2, b3, g2].map(({ nameZh }) => nameZh).concat('甲', '乙').sort());
    expect(await countsUnder(one, '')).toEqual({ community: 1, grid: 3, building: 3 });
    const { units } = await office.units.listUnits({ underUnitId: one.id, kind: UNIT_KIND_GRID }, { caller });
    const code = fresh('u');
    const whole: Operation = { $case: 'open', value: { parent: unitOf(one.id), kind: UNIT_KIND_GRID, code, nameZh: '合', nameMn: '' } };
    await plan([whole, { $case: 'merge', value: { unitIds: units.map(({ id }) => id), into: newUnit(code) } }]);
    expect(await countsUnder(one, day)).toEqual({ community: 1, grid: 1, building: 3 });
    await dayComes();
    expect(await namesUnder(one, '')).toEqual([one, b1, b2, b3].map(({ nameZh }) => nameZh).concat('合').sort());
  });

  it('is made once for a repeated request', async () => {
    const { two, g1 } = await makeTree();
    const requestId = fresh('r');
    const [first, again] = [await plan([move(g1, two)], { requestId }), await plan([move(g1, two)], { requestId })];
    expect(again).toEqual(first);
    expect(await history(office, first.id)).toEqual(['RegradingPlanned 1']);
  });

  it('of two at a time over one unit is one', async () => {
    const { two, g1, g2 } = await makeTree();
    const results = await Promise.allSettled([plan([move(g1, two)]), plan([{ $case: 'merge', value: { unitIds: [g2.id], into: unitOf(g1.id) } }])]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'UNIT_IN_PLAN' } });
  });
});

describe('what hangs on a unit that ends', () => {
  it('goes on where its work goes: posts, roles and work, from that day', async () => {
    const { two, g1 } = await makeTree();
    const worker = await makeStaff(office, g1.id, { subject: fresh('who') });
    await giveRole(office, { principalId: worker.id, role: 'handler', scope: organization.GrantScope.GRANT_SCOPE_SUBTREE, unitId: g1.id }, caller);
    await office.knex('work_items').insert({ tenant_id: 'xingsheng', kind: 'organization.need', subject_id: worker.id, number: '', action: 'look', title_zh: '', unit_id: g1.id, unit_path: g1.path, permission: 'organization.unit.write', due_at: 'infinity', thread_id: worker.id, version: 1 });
    const regrading = await plan([move(g1, two)]);
    const next = successorOf(regrading, g1);
    // Nothing of it before the day; who works at the unit still may be given a post there.
    const colleague = await makeStaff(office, g1.id);
    await expect(office.staff.assignPost({ staffId: colleague.id, version: 2, unitId: next, titleZh: '干事' }, { caller })).rejects.toMatchObject({ reason: 'UNIT_PLANNED' });
    await dayComes();
    for (const { id } of [worker, colleague]) {
      const { staff } = await office.staff.getStaff({ staffId: id }, { caller });
      expect(staff?.posts.map(({ unitId, validFrom, validTo }) => [unitId, validFrom, validTo])).toEqual([[g1.id, today, day], [next, day, '']]);
      expect((await history(office, id)).at(-1)).toBe('PostsMoved 3');
    }
    const { grants } = await office.grants.listGrants({ principalId: worker.id }, { caller });
    expect(grants.map(({ unitId, revokedAt }) => [unitId, revokedAt !== undefined])).toEqual([[g1.id, true], [next, false]]);
    expect(await office.knex('work_items').where({ subject_id: worker.id }).first()).toMatchObject({ unit_id: next, unit_path: `${two.path}${next}/` });
  });

  it('makes the post primary that somebody has where their primary post goes', async () => {
    const { g1, g2 } = await makeTree();
    const worker = await makeStaff(office, g2.id);
    office.clock.set(`${today}T10:00:00+08:00`);
    await office.staff.assignPost({ staffId: worker.id, version: 2, unitId: g1.id, titleZh: '干事', primary: true }, { caller });
    await plan([{ $case: 'merge', value: { unitIds: [g1.id], into: unitOf(g2.id) } }]);
    await dayComes();
    const { staff } = await office.staff.getStaff({ staffId: worker.id }, { caller });
    expect(staff?.posts.map(({ unitId, primary, validTo }) => [unitId, primary, validTo])).toEqual([[g2.id, true, ''], [g1.id, true, day]]);
  });

  it('takes along what is dealt with there, for whoever works at the successor to go on with', async () => {
    const { one, two, g1 } = await makeTree();
    const raised = (await office.topics.raiseTopic({ unitId: g1.id, textZh: '楼门口太黑' }, { caller: whoDeals(g1.path) })).topic;
    const branch = (await office.coverage.establishBranch({ kind: organization.BranchKind.BRANCH_KIND_BRANCH, unitId: g1.id, nameZh: '第一网格党支部', contactPhone: '' }, { caller: whoDeals(g1.path) })).branch;
    const topic = { topicId: raised?.id ?? '' };
    const regrading = await plan([move(g1, two)]);
    const next = successorOf(regrading, g1);
    await dayComes();
    const [here, there] = [whoDeals(g1.path), whoDeals(`${two.path}${next}/`)];
    await expect(office.topics.getTopic(topic, { caller: here })).rejects.toMatchObject({ reason: 'TOPIC_NOT_FOUND' });
    const { version = 0 } = (await office.topics.getTopic(topic, { caller: there })).topic ?? {};
    expect((await office.topics.acceptTopic({ ...topic, version, titleZh: '楼门口照明' }, { caller: there })).topic).toMatchObject({ unitId: next });
    expect((await office.threads.listEntries({ threadId: raised?.threadId ?? '' }, { caller: there })).entries.map(({ code }) => code)).toEqual(expect.arrayContaining(['collected', 'accepted']));
    // The map of the days before is as it was; the branch goes on from the day.
    const covered = async (under: organization.Unit, asOf: string) => (await office.coverage.listCoverage({ underUnitId: under.id, asOf }, { caller: whoDeals(root.path) })).units.flatMap(({ unitId, branchId }) => (branchId === '' ? [] : [unitId]));
    expect([await covered(one, '2027-06-30'), await covered(one, day), await covered(two, day)]).toEqual([[g1.id], [], [next]]);
    expect(await history(office, branch?.id ?? '')).toEqual(['BranchEstablished 1', 'BranchDissolved 2']);
  });

  it('moves however many branches by the same few statements', async () => {
    const { two, g1, g2, b1, b2 } = await makeTree();
    const establish = (unit: organization.Unit, kind: organization.BranchKind) => office.coverage.establishBranch({ kind, unitId: unit.id, nameZh: '党支部', contactPhone: '' }, { caller: whoDeals(root.path) });
    for (const unit of [g1, g2]) await establish(unit, organization.BranchKind.BRANCH_KIND_BRANCH);
    for (const unit of [b1, b2]) await establish(unit, organization.BranchKind.BRANCH_KIND_GROUP);
    await plan([move(g1, two), move(g2, two)]);
    await office.knex.raw(`
      create sequence branch_statements;
      create function count_branch_statement() returns trigger language plpgsql security definer as $$ begin perform nextval('branch_statements'); return null; end $$;
      create trigger counted after insert or update on branches for each statement execute function count_branch_statement()`);
    await dayComes();
    const { rows } = await office.knex.raw<{ rows: { last_value: string }[] }>('select last_value from branch_statements');
    await office.knex.raw('drop trigger counted on branches; drop function count_branch_statement; drop sequence branch_statements');
    expect(Number(rows[0]?.last_value)).toBe(2);
    const { totals } = await office.coverage.listCoverage({ underUnitId: two.id, asOf: day }, { caller: whoDeals(root.path) });
    expect(totals).toMatchObject({ gridsCovered: 2, buildingsCovered: 2 });
  });

  it('leaves what a unit has one of where the successor has its own', async () => {
    const { one, two } = await makeTree();
    const deals = { caller: whoDeals(root.path) };
    const publish = async ({ id }: organization.Unit) => (await office.brands.publishBrand({ unitId: id, themeZh: '主题' }, deals)).brand?.id ?? '';
    const [mine, theirs] = [await publish(one), await publish(two)];
    const regrading = await plan([{ $case: 'merge', value: { unitIds: [one.id], into: unitOf(two.id) } }]);
    await dayComes();
    expect(regrading.units.some(({ unitId }) => unitId === one.id)).toBe(true);
    const places = await office.knex('brands').whereIn('id', [mine, theirs]).select<{ id: string; unit_id: string }[]>('id', 'unit_id');
    expect(new Map(places.map(({ id, unit_id }) => [id, unit_id]))).toEqual(new Map([[mine, one.id], [theirs, two.id]]));
  });

  it('goes along when a unit is closed today, too, and to the unit above when none is named', async () => {
    const { one, g1, g2, b1, b2, b3 } = await makeTree();
    const worker = await makeStaff(office, b3.id);
    await expect(office.units.closeUnit({ unitId: b3.id, version: 1 }, { caller })).rejects.toMatchObject({ reason: 'UNIT_HAS_POSTS' });
    await expect(office.units.closeUnit({ unitId: b3.id, version: 1, successorId: one.id }, { caller })).rejects.toMatchObject({ reason: 'SUCCESSOR_MISPLACED' });
    await office.units.closeUnit({ unitId: b3.id, version: 1, successorId: b1.id }, { caller });
    const { staff } = await office.staff.getStaff({ staffId: worker.id }, { caller });
    expect(staff?.posts.filter(({ validTo }) => validTo === '')).toMatchObject([{ unitId: b1.id }]);
    await office.units.closeUnit({ unitId: b2.id, version: 1 }, { caller });
    expect((await sentEvents(office, b2.id)).at(-1)?.payload).toEqual({ unitId: b2.id, validTo: today, successorId: g1.id, successorPath: g1.path });
    expect((await office.units.closeUnit({ unitId: g2.id, version: 1 }, { caller })).unit).toMatchObject({ successorId: one.id });
  });

  it('takes along the duty that lies ahead, with the roster, and leaves the days that are over', async () => {
    const { two, g1 } = await makeTree();
    const [a, b] = [await makeStaff(office, g1.id), await makeStaff(office, g1.id)];
    const { roster } = await office.duty.openDutyRoster({ unitId: g1.id, kinds: [DUTY_KIND_WORKDAY] }, { caller });
    const pairs = [{ aId: a.id, bId: b.id }];
    await office.duty.planDuty({ unitId: g1.id, fromDay: '2027-06-29', toDay: '2027-07-02', kinds: [DUTY_KIND_WORKDAY], pairs }, { caller });
    const next = successorOf(await plan([move(g1, two)]), g1);
    await dayComes();
    const planned = async (unitId: string) => (await office.duty.getDutyPlan({ unitId, fromDay: '2027-06-29', toDay: '2027-07-02' }, { caller })).slots.map((slot) => [slot.day, slot.aId]);
    expect([await planned(g1.id), await planned(next)]).toEqual([[['2027-06-29', a.id], ['2027-06-30', a.id]], [['2027-07-01', a.id], ['2027-07-02', a.id]]]);
    expect((await office.duty.listDutyRosters({ pageSize: 200 }, { caller })).rosters.find(({ id }) => id === roster?.id)).toMatchObject({ unitId: next, kinds: [DUTY_KIND_WORKDAY], version: 1 });
    expect((await office.duty.getDutyGaps({ unitId: next, days: 2 }, { caller })).gaps).toEqual([]);
  });

  it('cancels duty that the successor has planned already, and keeps the successor’s roster', async () => {
    const { one, two } = await makeTree();
    const people = [await makeStaff(office, one.id), await makeStaff(office, one.id), await makeStaff(office, two.id), await makeStaff(office, two.id)];
    const [a, b, c, d] = people.map(({ id }) => id);
    const kinds = [DUTY_KIND_WORKDAY];
    for (const unitId of [one.id, two.id]) await office.duty.openDutyRoster({ unitId, kinds }, { caller });
    const planAt = async (unitId: string, toDay: string, pair: object) => (await office.duty.planDuty({ unitId, fromDay: '2027-07-01', toDay, kinds, pairs: [pair] }, { caller })).slots;
    const [twice] = await planAt(one.id, '2027-07-02', { aId: a, bId: b });
    const [kept] = await planAt(two.id, '2027-07-01', { aId: c, bId: d });
    await plan([{ $case: 'merge', value: { unitIds: [one.id], into: unitOf(two.id) } }]);
    await dayComes();
    const { slots } = await office.duty.getDutyPlan({ unitId: two.id, fromDay: '2027-07-01', toDay: '2027-07-02' }, { caller });
    expect(slots.map((slot) => [slot.day, slot.aId])).toEqual([['2027-07-01', c], ['2027-07-02', a]]);
    expect(slots[0]?.id).toBe(kept?.id);
    expect(await history(office, twice?.id ?? '')).toEqual(['DutyPlanned 1', 'DutyCancelled 2']);
    // Its people are free again.
    await expect(office.duty.reassignDuty({ slotId: kept?.id ?? '', version: 1, aId: a ?? '' }, { caller })).resolves.toMatchObject({ slot: { aId: a } });
  });

  it('tells a roster that counted on people whose posts went elsewhere', async () => {
    const { one, two, g1 } = await makeTree();
    const [stays, goes] = [await makeStaff(office, one.id), await makeStaff(office, g1.id)];
    await office.duty.openDutyRoster({ unitId: one.id, kinds: [DUTY_KIND_WORKDAY] }, { caller });
    await office.duty.planDuty({ unitId: one.id, fromDay: '2027-07-01', toDay: '2027-08-31', kinds: [DUTY_KIND_WORKDAY], pairs: [{ aId: goes.id, bId: stays.id }] }, { caller });
    await plan([move(g1, two)]);
    await dayComes();
    const found = (await sentEvents(office)).filter(({ type, payload }) => type === 'DutyGapFound' && payload['unitId'] === one.id && String(payload['day']) >= day);
    expect(found[0]).toMatchObject({ payload: { day, missing: [organization.DutyPart.DUTY_PART_A] } });
  });

  it('ends a committee whose unit’s successor has its own: it owes nothing more', async () => {
    const { one, two } = await makeTree();
    const kind = organization.CommitteeKind.COMMITTEE_KIND_COMMUNITY_JOINT;
    const { committee: mine, members } = await seatedCommittee(office, one.id, { kind, units: 2 });
    await seatedCommittee(office, two.id, { kind, units: 2 });
    const { meeting } = await office.meetings.scheduleMeeting({ committeeId: mine.id, themeZh: '议题', scheduledOn: '2027-08-01', hostMemberUnitId: members[0] ?? '' }, { caller: partyAffairs() });
    await plan([{ $case: 'merge', value: { unitIds: [one.id], into: unitOf(two.id) } }]);
    await dayComes();
    const party = { caller: partyAffairs() };
    const { committee } = await office.committees.getCommittee({ committeeId: mine.id }, party);
    expect(committee).toMatchObject({ endedOn: day, seats: [], owedUntil: '' });
    // What it had scheduled nobody could convene.
    const calledOff = (await office.meetings.getMeeting({ meetingId: meeting?.id ?? '' }, party)).meeting;
    expect(calledOff).toMatchObject({ unitId: two.id, state: 'MEETING_STATE_CALLED_OFF', callOffReason: 'MEETING_CALL_OFF_REASON_COMMITTEE_ENDED', version: 2 });
    expect(await history(office, meeting?.id ?? '')).toEqual(['MeetingScheduled 1', 'MeetingCalledOff 2']);
    expect((await office.threads.listEntries({ threadId: meeting?.id ?? '' }, party)).entries.at(-1)).toMatchObject({ code: 'called_off', facts: { reason: 'committee_ended' } });
    const told = await history(office, mine.id);
    expect(told.at(-1)).toMatch(/^CommitteeEnded /);
    await expect(office.meetings.scheduleMeeting({ committeeId: mine.id, themeZh: '议题', scheduledOn: '2027-08-01' }, party)).rejects.toMatchObject({ reason: 'COMMITTEE_ENDED' });
    await expect(office.committees.takeSeats({ committeeId: mine.id, version: committee?.version ?? 0, memberUnitIds: members, validFrom: day }, party)).rejects.toMatchObject({ reason: 'COMMITTEE_ENDED', details: { ended_on: day } });
    await dayComes('2028-01-01');
    expect(await history(office, mine.id)).toEqual(told);
    expect((await office.work.listWork({ pageSize: 200 }, party)).items.filter(({ subjectId }) => [mine.id, meeting?.id].includes(subjectId))).toEqual([]);
  });

  it('ends a report to a community whose successor has one of the same member unit, and takes along the newest else', async () => {
    const party = { caller: partyAffairs() };
    const { one, two } = await makeTree();
    const [twice, once] = (await joinUnits(office, root.id, 2)).map(({ id }) => id);
    const file = async (memberUnitId = '', { id: unitId }: organization.Unit) => (await office.dualReports.fileDualReport({ memberUnitId, unitId, headcount: 3 }, party)).dualReport?.id ?? '';
    const get = async (dualReportId: string) => (await office.dualReports.getDualReport({ dualReportId }, party)).dualReport;
    const [left, stays, over, ended] = [await file(twice, one), await file(twice, two), await file(once, one), await file(once, two)];
    await office.dualReports.assignDualTask({ dualReportId: left, version: 1, textZh: '楼道清扫', dueOn: '2027-08-01' }, party);
    // Reports that ended, here and there, are no report that it has.
    for (const dualReportId of [over, ended]) await office.dualReports.endDualReport({ dualReportId, version: 1 }, party);
    const open = await file(once, one);
    await plan([{ $case: 'merge', value: { unitIds: [one.id], into: unitOf(two.id) } }]);
    await dayComes();
    expect(await get(left)).toMatchObject({ unitId: one.id, endedOn: day, reviewDueAt: undefined, tasks: [{ doneOn: '' }] });
    expect(await history(office, left)).toEqual(['DualReportFiled 1', 'DualTaskAssigned 2', 'DualReportEnded 3']);
    expect((await office.threads.listEntries({ threadId: left }, party)).entries.at(-1)).toMatchObject({ code: 'ended', facts: { open_tasks: '1' } });
    expect(await get(stays)).toMatchObject({ unitId: two.id, endedOn: '', version: 1 });
    expect(await get(open)).toMatchObject({ unitId: two.id, unitPath: two.path, endedOn: '', version: 1 });
    // Whoever takes over answers for the finished ones too.
    for (const id of [over, ended]) expect(await get(id)).toMatchObject({ unitId: two.id });
    const waits = (await office.work.listWork({ unitId: two.id, pageSize: 200 }, party)).items.map(({ subjectId }) => subjectId);
    expect(waits).toEqual(expect.arrayContaining([stays, open]));
    expect(waits).not.toContain(left);
    await dayComes('2028-09-01');
    expect((await history(office, left)).at(-1)).toBe('DualReportEnded 3');
    expect((await history(office, open)).at(-1)).toBe('DualReportReviewOverdue 2');
    await office.memberUnits.leaveMemberUnit({ memberUnitId: twice ?? '', version: 1 }, party);
  });

  it('a role does not go to a unit above', async () => {
    const { g2, b3 } = await makeTree();
    const worker = await makeStaff(office);
    await giveRole(office, { principalId: worker.id, role: 'handler', scope: organization.GrantScope.GRANT_SCOPE_SUBTREE, unitId: g2.id }, caller);
    await plan([close(b3, g2)], { effectiveOn: today });
    await office.units.closeUnit({ unitId: g2.id, version: 1 }, { caller });
    const { grants } = await office.grants.listGrants({ principalId: worker.id }, { caller });
    expect(grants.map(({ unitId }) => unitId)).toEqual([g2.id]);
  });
});

describe('withdrawing', () => {
  it('leaves no trace in the tree', async () => {
    const { one, two, g1, b1 } = await makeTree();
    const rows = () => office.knex('units').where('tenant_id', 'xingsheng').orderBy('path');
    const before = await rows();
    const code = fresh('u');
    const opened: Operation = { $case: 'open', value: { parent: unitOf(two.id), kind: UNIT_KIND_GRID, code, nameZh: '新网格', nameMn: '' } };
    const regrading = await plan([move(g1, two), rename(one, '新名'), opened, { $case: 'move', value: { unitId: b1.id, parent: newUnit(code) } }]);
    expect(await rows()).toHaveLength(before.length + 4);
    const { regrading: withdrawn } = await office.regradings.withdrawRegrading({ regradingId: regrading.id, version: 1 }, { caller });
    expect(withdrawn).toMatchObject({ state: REGRADING_STATE_WITHDRAWN, version: 2, units: [] });
    expect(withdrawn?.operations).toHaveLength(4);
    expect(await rows()).toEqual(before);
    expect(await namesUnder(one, day)).toContain(one.nameZh);
    await dayComes();
    expect(await history(office, regrading.id)).toEqual(['RegradingPlanned 1', 'RegradingWithdrawn 2']);
    expect(await rows()).toEqual(before);
    await plan([move(g1, two)], { effectiveOn: day });
  });

  it('is refused once its day has come, and twice', async () => {
    const { two, g1, g2 } = await makeTree();
    const withdraw = (regradingId: string, version: number) => office.regradings.withdrawRegrading({ regradingId, version }, { caller });
    const regrading = await plan([move(g1, two)]);
    await expect(withdraw(regrading.id, 7)).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    office.clock.set(`${day}T00:00:00+08:00`);
    await expect(withdraw(regrading.id, 1)).rejects.toMatchObject({ reason: expect.stringMatching(/^(REGRADING_DUE|VERSION_STALE)$/) as string });
    await dayComes();
    await expect(withdraw(regrading.id, 2)).rejects.toMatchObject({ reason: 'REGRADING_ENDED' });
    const other = await plan([move(g2, two)], { effectiveOn: '2027-09-01' });
    await withdraw(other.id, 1);
    await expect(withdraw(other.id, 2)).rejects.toMatchObject({ reason: 'REGRADING_ENDED' });
  });
});

describe('a plan is refused', () => {
  it('for a day that has passed, with nothing in it, or with something malformed', async () => {
    const { two, g1 } = await makeTree();
    await expect(plan([move(g1, two)], { effectiveOn: '2027-05-31' })).rejects.toMatchObject({ violations: [{ field: 'effective_on', code: 'in_past' }] });
    await expect(plan([move(g1, two)], { effectiveOn: '' })).rejects.toMatchObject({ violations: [{ field: 'effective_on', code: 'required' }] });
    await expect(plan([])).rejects.toMatchObject({ violations: [{ field: 'operations', code: 'required' }] });
    await expect(plan([{ $case: 'move', value: { unitId: g1.id } as never }])).rejects.toMatchObject({ violations: [{ field: 'operations[0].move.parent', code: 'required' }] });
    await expect(plan([{ $case: 'split', value: { unitId: g1.id, parts: [] } }])).rejects.toMatchObject({ violations: [{ field: 'operations[0].split.parts' }] });
    await expect(plan([rename(g1, ' ')])).rejects.toMatchObject({ violations: [{ field: 'operations[0].rename.name_zh' }] });
  });

  it('over a unit of another office or outside the caller’s part, in one word', async () => {
    const { one, two, g1 } = await makeTree();
    const foreign = await makeTenant(office, 'baihe');
    const nothing = { kind: 'not_found', reason: 'UNIT_NOT_FOUND' };
    await expect(plan([{ $case: 'move', value: { unitId: g1.id, parent: unitOf(foreign.root.id) } }])).rejects.toMatchObject(nothing);
    await expect(plan([move(g1, two)], { by: within(one.path) })).rejects.toMatchObject(nothing);
    await expect(plan([move(g1, two)], { by: everything('baihe') })).rejects.toMatchObject(nothing);
  });

  it('whole when one of its parts cannot be', async () => {
    const { one, two, g1, g2 } = await makeTree();
    const before = await office.knex('units').orderBy('path');
    const taken: Operation = { $case: 'open', value: { parent: unitOf(one.id), kind: UNIT_KIND_GRID, code: g2.code, nameZh: '同号', nameMn: '' } };
    await expect(plan([move(g1, two), taken])).rejects.toMatchObject({ kind: 'already_exists', reason: 'UNIT_CODE_TAKEN' });
    expect(await office.knex('units').orderBy('path')).toEqual(before);
  });

  it('while another one reckons with the unit; and so is every other change of it', async () => {
    const { one, two, g1, g2, b1, b3 } = await makeTree();
    await plan([move(g1, two), close(b3, g2)]);
    const inPlan = { kind: 'failed_precondition', reason: 'UNIT_IN_PLAN' };
    for (const effectiveOn of ['2027-06-15', '2027-08-01']) await expect(plan([rename(g1, '再')], { effectiveOn })).rejects.toMatchObject(inPlan);
    await expect(office.units.renameUnit({ unitId: g1.id, version: 1, nameZh: '再' }, { caller })).rejects.toMatchObject(inPlan);
    await expect(office.units.closeUnit({ unitId: b1.id, version: 1 }, { caller })).rejects.toMatchObject(inPlan);
    await expect(office.units.createUnit({ parentId: g1.id, kind: UNIT_KIND_BUILDING, code: fresh('u'), nameZh: '楼' }, { caller })).rejects.toMatchObject(inPlan);
    // Its successor must stay.
    await expect(office.units.closeUnit({ unitId: g2.id, version: 1 }, { caller })).rejects.toMatchObject(inPlan);
    await expect(office.units.closeUnit({ unitId: two.id, version: 1 }, { caller })).rejects.toMatchObject({ reason: 'UNIT_HAS_CHILDREN' });
    await plan([rename(one, '第一次')], { effectiveOn: '2027-08-01' });
    await expect(plan([rename(one, '第二次')], { effectiveOn: '2027-09-01' })).rejects.toMatchObject(inPlan);
  });
});

describe('regradings', () => {
  it('are listed by their days, in pages, to those who may see the units', async () => {
    const { one, two, g1, g2, b1 } = await makeTree();
    const [later, sooner] = [await plan([rename(one, '一')], { effectiveOn: '2028-02-01' }), await plan([rename(two, '二')], { effectiveOn: '2028-01-01' })];
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await office.regradings.listRegradings({ state: REGRADING_STATE_PLANNED, pageSize: 1, pageToken }, { caller });
      seen.push(...page.regradings.map(({ id }) => id));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen.filter((id) => [later.id, sooner.id].includes(id))).toEqual([sooner.id, later.id]);
    const own = await office.regradings.listRegradings({ pageSize: 200 }, { caller: within(two.path) });
    expect(own.regradings.map(({ id }) => id)).toEqual([sooner.id]);
    await expect(office.regradings.getRegrading({ regradingId: later.id }, { caller: within(two.path) })).rejects.toMatchObject({ reason: 'REGRADING_NOT_FOUND' });
    await expect(office.regradings.withdrawRegrading({ regradingId: later.id, version: 1 }, { caller: within(two.path) })).rejects.toMatchObject({ reason: 'REGRADING_NOT_FOUND' });
    await expect(office.regradings.getRegrading({ regradingId: later.id }, { caller: everything('baihe') })).rejects.toMatchObject({ reason: 'REGRADING_NOT_FOUND' });
    const all: Operation[] = [close(b1, g1), { $case: 'merge', value: { unitIds: [g2.id], into: unitOf(g1.id) } }];
    const { operations } = await plan(all, { effectiveOn: '2028-03-01' });
    expect(operations.map(({ operation }) => operation)).toEqual(all);
  });
});

it('a unit named twice in one day has the last name, and the earlier one for the days before', async () => {
  const { one } = await makeTree();
  await office.units.renameUnit({ unitId: one.id, version: 1, nameZh: '头一个名' }, { caller });
  await office.units.renameUnit({ unitId: one.id, version: 2, nameZh: '又一个名' }, { caller });
  expect(await namesUnder(one, '2027-05-31')).toContain(one.nameZh);
  expect(await namesUnder(one, today)).toContain('又一个名');
  expect(await namesUnder(one, today)).not.toContain('头一个名');
});
