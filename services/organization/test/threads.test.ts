import { organization } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { insertEntries } from '../src/threads/store';
import { at, makeActivity, makeVenue, runner } from './communities-support';
import { joinUnits, partyAffairs } from './party';
import { everything, fresh, makeStaff, makeTenant, makeUnit, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const { DUTY_KIND_WORKDAY } = organization.DutyKind;
const day = '2026-11-24';
const [all, runs, party] = [{ caller: everything() }, { caller: runner() }, { caller: partyAffairs() }];
const reader = (unitPath: string) => testCaller({ grants: [{ permissions: ['thread.read'], scope: 'subtree', unitPath }] });

let office: Office;
let root: organization.Unit;
let community: organization.Unit;
let elsewhere: organization.Unit;

beforeAll(async () => {
  office = await startOffice();
  ({ root } = await makeTenant(office));
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  elsewhere = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
});
beforeEach(() => office.clock.set(`${day}T09:00:00+08:00`));
afterAll(() => office.stop());

const linesOf = async (threadId: string, unitPath: string) => (await office.threads.listEntries({ threadId }, { caller: reader(unitPath) })).entries.map(({ code, facts }) => [code, facts]);
/** Entries of one instant come by subject: what is told of another one comes after. */
const aMinuteLater = () => office.clock.advance(60_000);

/** Each makes one thing, brings it to its end, and gives the id of its thread. */
const stories = {
  async unit() {
    const { id: unitId } = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    const geometryJson = JSON.stringify({ type: 'Polygon', coordinates: [[[110, 39.8], [110.01, 39.8], [110.01, 39.81], [110, 39.81], [110, 39.8]]] });
    await office.grids.setBoundary({ unitId, version: 1, geometryJson }, all);
    await office.grids.setGridFacts({ unitId, version: 2, supervisionPhone: '0477-5550100', householdCount: 412 }, all);
    await office.units.renameUnit({ unitId, version: 3, nameZh: '第一网格' }, all);
    aMinuteLater();
    await office.coverage.recordDevelopmentCount({ unitId, year: 2026, version: 0, activists: 24, admitted: 8 }, party);
    aMinuteLater();
    await office.units.closeUnit({ unitId, version: 4 }, all);
    return unitId;
  },
  async 'unit of a plan'() {
    const parent = { target: { $case: 'unitId', value: community.id } } as const;
    const operation = { $case: 'open', value: { parent, kind: UNIT_KIND_GRID, code: fresh('g'), nameZh: '新网格', nameMn: '' } } as const;
    office.clock.set('2026-11-25T09:00:00+08:00');
    const { regrading } = await office.regradings.planRegrading({ titleZh: '新设网格', effectiveOn: '2026-11-25', operations: [{ operation }] }, all);
    return regrading?.units[0]?.unitId;
  },
  async branch() {
    const grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    const wish = { kind: organization.BranchKind.BRANCH_KIND_BRANCH, unitId: grid.id, nameZh: '网格党支部', contactPhone: '0477-8500001' };
    const branchId = (await office.coverage.establishBranch(wish, party)).branch?.id ?? '';
    await office.coverage.updateBranch({ branchId, version: 1, contactPhone: '0477-8500002' }, party);
    await office.coverage.dissolveBranch({ branchId, version: 2 }, party);
    return branchId;
  },
  async instructor() {
    const [staff, memberUnitId] = [await makeStaff(office), (await joinUnits(office, community.id, 1))[0]?.id ?? ''];
    const instructorId = (await office.instructors.appointInstructor({ staffId: staff.id, unitId: community.id }, party)).instructor?.id ?? '';
    const { instructor } = await office.instructors.assignInstructor({ instructorId, version: 1, memberUnitId }, party);
    await office.instructors.recordInstructorVisit({ instructorId, version: 2, memberUnitId, purposeCode: 'guidance', note: '谈支部换届' }, party);
    await office.instructors.endInstructorAssignment({ instructorId, version: 3, assignmentId: instructor?.assignments[0]?.id ?? '' }, party);
    await office.instructors.dismissInstructor({ instructorId, version: 4 }, party);
    return instructorId;
  },
  async 'member unit'() {
    const memberUnitId = (await joinUnits(office, community.id, 1))[0]?.id ?? '';
    await office.memberUnits.updateMemberUnit({ memberUnitId, version: 1, contactName: '李联络' }, party);
    await office.memberUnits.leaveMemberUnit({ memberUnitId, version: 2 }, party);
    return memberUnitId;
  },
  async need() {
    const needId = (await office.jointProjects.raiseNeed({ unitId: community.id, categoryCode: 'parking', textZh: '停车难' }, party)).need?.id ?? '';
    const wish = { needIds: [needId], titleZh: '停车', tags: [organization.TogetherTag.TOGETHER_TAG_HELP], budgetCents: 500_000, dueOn: '2026-12-20' };
    const { jointProject } = await office.jointProjects.proposeJointProject(wish, party);
    await office.jointProjects.stallJointProject({ jointProjectId: jointProject?.id ?? '', version: 1, reasonCode: 'no_room' }, party);
    await office.jointProjects.withdrawNeed({ needId, version: 3 }, party);
    return needId;
  },
  async resource() {
    const memberUnitId = (await joinUnits(office, community.id, 1))[0]?.id ?? '';
    const resourceId = (await office.jointProjects.offerResource({ memberUnitId, categoryCode: 'parking', titleZh: '停车场', capacity: 1 }, party)).resource?.id ?? '';
    await office.jointProjects.withdrawResource({ resourceId, version: 1 }, party);
    return resourceId;
  },
  async venue() {
    const { id: venueId } = await makeVenue(office, community.id);
    await office.venues.updateVenue({ venueId, version: 1, nameZh: '新展厅' }, runs);
    await office.venues.setVenueDay({ venueId, version: 2, day: '2026-12-03', spans: [] }, runs);
    for (const [countedOn, visitors] of [['2026-11-22', 4], ['2026-11-23', 40]] as const) {
      aMinuteLater();
      await office.venues.recordVisitors({ venueId, day: countedOn, visitors }, runs);
    }
    aMinuteLater();
    await office.venues.closeVenue({ venueId, version: 3 }, runs);
    return venueId;
  },
  async activity() {
    const { id: activityId } = await makeActivity(office, community.id);
    await office.activities.updateActivity({ activityId, version: 1, placeZh: '二楼' }, runs);
    office.clock.set('2026-12-01T13:00:00+08:00');
    for (const [version, attended] of [[2, 12], [3, 4]] as const) await office.activities.countAttendance({ activityId, version, sessionNumber: 1, attended }, runs);
    return activityId;
  },
  async 'activity that is called off'() {
    const { id: activityId } = await makeActivity(office, community.id);
    await office.activities.callOffActivity({ activityId, version: 1 }, runs);
    return activityId;
  },
  async brand() {
    const parts = { themeZh: '文化共享社区', projects: [{ nameZh: '展厅', nameMn: '', summaryZh: '对所有人开放' }], evidence: [{ textZh: '开馆报道', url: '' }] };
    return (await office.brands.publishBrand({ unitId: community.id, ...parts }, runs)).brand?.id;
  },
  async 'duty roster'() {
    const { roster } = await office.duty.openDutyRoster({ unitId: (await makeUnit(office, community.id, { kind: UNIT_KIND_GRID })).id, kinds: [DUTY_KIND_WORKDAY] }, all);
    await office.duty.changeDutyRoster({ rosterId: roster?.id ?? '', version: 1, kinds: [] }, all);
    return roster?.id;
  },
  async 'duty slot'() {
    const grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    const [a, b, c] = [await makeStaff(office, grid.id), await makeStaff(office, grid.id), await makeStaff(office, grid.id)];
    const { slots } = await office.duty.planDuty({ unitId: grid.id, fromDay: '2026-12-01', toDay: '2026-12-01', kinds: [DUTY_KIND_WORKDAY], pairs: [{ aId: a.id, bId: b.id }] }, all);
    const slotId = slots[0]?.id ?? '';
    await office.duty.reassignDuty({ slotId, version: 1, aId: c.id, bId: '' }, all);
    await office.duty.cancelDuty({ slotId, version: 2 }, all);
    return slotId;
  },
  async job() {
    const offer = { titleZh: '手工艺制作', employerZh: '手工艺协会', placeZh: '社区', dutiesZh: '刺绣', wanted: 3, contactPhone: '0477-8500000', openUntil: '2026-12-31' };
    const jobId = (await office.jobs.postJob({ unitId: community.id, ...offer }, runs)).job?.id ?? '';
    await office.jobs.takeDownJob({ jobId, version: 1 }, runs);
    return jobId;
  },
  async 'learning session'() {
    const learningId = await planLearning();
    const staff = await makeStaff(office);
    office.clock.set('2026-12-01T11:30:00+08:00');
    await office.learning.recordLearningAttendance({ learningId, version: 1, staffIds: [staff.id], others: 12 }, runs);
    return learningId;
  },
  async 'learning session that is cancelled'() {
    const learningId = await planLearning();
    await office.learning.cancelLearning({ learningId, version: 1 }, runs);
    return learningId;
  },
} satisfies Record<string, () => Promise<string | undefined>>;

async function planLearning(): Promise<string> {
  const session = { kind: organization.LearningKind.LEARNING_KIND_READING, topicZh: '理论学习', startsAt: at('12-01T09:00'), endsAt: at('12-01T11:00') };
  return (await office.learning.planLearning({ unitId: community.id, ...session }, runs)).learning?.id ?? '';
}

type Line = readonly [code: string, facts: Readonly<Record<string, string>>];

const told: readonly (readonly [what: keyof typeof stories, lines: readonly Line[]])[] = [
  [
    'unit',
    [
      ['created', { kind: 'grid', valid_from: day }],
      ['boundary_set', { valid_from: day }],
      ['facts_set', {}],
      ['renamed', {}],
      ['development_recorded', { year: '2026' }],
      ['closed', { valid_to: day }],
    ],
  ],
  ['unit of a plan', [['created', { kind: 'grid', valid_from: '2026-11-25' }]]],
  ['branch', [['established', { kind: 'branch', valid_from: day }], ['updated', {}], ['dissolved', { valid_to: day }]]],
  [
    'instructor',
    [
      ['appointed', { appointed_on: day }],
      ['assigned', { valid_from: day }],
      ['visited', { visited_on: day, purpose: 'guidance' }],
      ['assignment_ended', {}],
      ['dismissed', {}],
    ],
  ],
  ['member unit', [['joined', { kind: 'institution', joined_on: '2020-01-01' }], ['updated', {}], ['left', { left_on: day }]]],
  ['need', [['raised', { category: 'parking' }], ['taken', {}], ['reopened', {}], ['withdrawn', {}]]],
  ['resource', [['offered', { category: 'parking' }], ['withdrawn', {}]]],
  [
    'venue',
    [
      ['created', { use: 'shared' }],
      ['changed', {}],
      ['day_changed', { day: '2026-12-03', open: 'false' }],
      ['visitors_counted', { day: '2026-11-22' }],
      ['visitors_counted', { day: '2026-11-23', visitors: '40' }],
      ['closed', {}],
    ],
  ],
  [
    'activity',
    [
      ['announced', { kind: 'event', starts_on: '2026-12-01' }],
      ['changed', {}],
      ['attendance_counted', { session: '1', attended: '12' }],
      ['attendance_counted', { session: '1' }],
    ],
  ],
  ['activity that is called off', [['announced', { kind: 'event', starts_on: '2026-12-01' }], ['called_off', {}]]],
  ['brand', [['published', { valid_from: day }]]],
  ['duty roster', [['opened', { kinds: 'workday' }], ['changed', { kinds: '' }]]],
  ['duty slot', [['planned', { day: '2026-12-01', kind: 'workday' }], ['reassigned', { day: '2026-12-01', kind: 'workday' }], ['cancelled', { day: '2026-12-01', kind: 'workday' }]]],
  ['job', [['posted', { open_from: day, open_until: '2026-12-31' }], ['taken_down', {}]]],
  ['learning session', [['planned', { kind: 'reading', starts_on: '2026-12-01' }], ['attendance_recorded', { others: '12' }]]],
  ['learning session that is cancelled', [['planned', { kind: 'reading', starts_on: '2026-12-01' }], ['cancelled', {}]]],
];

describe('the thread', () => {
  it.each(told)('of a %s tells what happened by codes, to those of its unit alone', async (what, lines) => {
    const threadId = (await stories[what]()) ?? '';
    expect(await linesOf(threadId, community.path)).toEqual(lines);
    expect(await linesOf(threadId, elsewhere.path)).toEqual([]);
  });

  it('of what is the whole office’s lies at its root', async () => {
    const { override } = await office.calendar.setCalendarOverride({ day: '2026-12-18', kind: organization.CalendarDayKind.CALENDAR_DAY_KIND_REST, nameZh: '那达慕', citation: '市政府通知' }, all);
    await office.calendar.removeCalendarOverride({ overrideId: override?.id ?? '', version: 1 }, all);
    const { rules } = await office.conduct.publishConductRules({ code: 'five-musts', titleZh: '五个一律', rulesZh: ['不收礼'], complaintUrl: 'https://discipline.example/report', complaintHintZh: '举报网站' }, runs);
    const fromRoot = async (id = '') => linesOf(id, root.path);
    expect(await fromRoot(override?.id)).toEqual([['set', { day: '2026-12-18', kind: 'rest' }], ['removed', { day: '2026-12-18', kind: 'rest' }]]);
    expect(await fromRoot(rules?.id)).toEqual([['published', { code: 'five-musts', valid_from: day }]]);
    expect(await linesOf(rules?.id ?? '', community.path)).toEqual([]);
  });

  it('takes more entries at once than a statement takes parameters', async () => {
    const entry = { unitPath: community.path, subjectKind: 'organization.unit', at: office.clock.now(), actorKind: 'system', actorId: 'operator', code: 'created', facts: { kind: 'grid' }, note: '' } as const;
    const threadId = '0191e000-0000-7000-8000-000000000000';
    const entries = Array.from({ length: 7_000 }, (_, n) => ({ ...entry, threadId, subjectId: `0191e000-0000-7000-8000-${String(n).padStart(12, '0')}`, version: 1 }));
    await office.app.deps.db.withTenant({ tenantId: 'xingsheng' }, (tx) => insertEntries(tx, entries));
    const { entries: found } = await office.threads.listEntries({ threadId, pageSize: 1 }, { caller: reader(community.path) });
    expect(found).toEqual([{ id: `${threadId}/1`, threadId, subjectKind: 'organization.unit', subjectId: threadId, subjectVersion: 1, at: entry.at, actorKind: 'system', actorId: 'operator', code: 'created', facts: { kind: 'grid' }, note: '' }]);
    expect(await office.knex('thread_entries').where({ thread_id: threadId }).pluck('subject_id')).toHaveLength(entries.length);
  });
});
