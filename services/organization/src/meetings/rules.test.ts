import { meetingStates, type Meeting } from './meeting';
import { adopt, assertAllows, attend, callOff, convene, minute, reschedule, settle, type MeetingAction } from './rules';

const meeting = (facts: Partial<Meeting> = {}): Meeting => ({
  id: 'm',
  committeeId: 'c',
  kind: 'joint',
  unitId: 'u',
  unitPath: '/u/',
  state: 'scheduled',
  themeZh: '助老',
  agenda: [],
  tags: [],
  scheduledOn: '2026-11-24',
  convenedAt: undefined,
  callOffReason: undefined,
  hostMemberUnitId: 'a',
  minutes: '',
  resolutionsOpen: 0,
  version: 1,
  ...facts,
});
const known = (seated: string[], recorded: string[]) => ({ seated: new Set(seated), recorded: new Set(recorded) });

const actions: readonly MeetingAction[] = ['reschedule', 'call_off', 'convene', 'record_attendance', 'record_minutes', 'adopt_resolutions'];
const allowed = new Set(['scheduled reschedule', 'scheduled call_off', 'scheduled convene', 'convened record_attendance', 'convened record_minutes', 'minuted adopt_resolutions']);

it.each(meetingStates.flatMap((state) => actions.map((action) => [state, action] as const)))('%s: %s', (state, action) => {
  const trying = () => assertAllows(meeting({ state }), action);
  if (allowed.has(`${state} ${action}`)) expect(trying).not.toThrow();
  else expect(trying).toThrow(expect.objectContaining({ reason: 'MEETING_STATE_FORBIDS', details: { state, action } }));
});

it('is moved to another day, or called off for a reason', () => {
  expect(reschedule(meeting(), '2026-12-01', 'b')).toEqual(meeting({ scheduledOn: '2026-12-01', hostMemberUnitId: 'b', version: 2 }));
  expect(callOff(meeting(), 'merged')).toEqual(meeting({ state: 'called_off', callOffReason: 'merged', version: 2 }));
});

it('begins when it is convened', () => {
  const at = new Date('2026-11-24T01:00:00Z');
  expect(convene(meeting(), at)).toMatchObject({ state: 'convened', convenedAt: at, version: 2 });
});

it('takes attendance of those seated, once each', () => {
  const convened = meeting({ state: 'convened' });
  const attended = (memberUnitId: string) => [{ memberUnitId, presence: 'attended' as const }];
  expect(attend(convened, attended('a'), known(['a', 'b'], ['b']))).toMatchObject({ state: 'convened', version: 2 });
  expect(() => attend(convened, attended('b'), known(['a', 'b'], ['b']))).toThrow(expect.objectContaining({ reason: 'ATTENDANCE_RECORDED' }));
  expect(() => attend(convened, attended('x'), known(['a', 'b'], ['b']))).toThrow(expect.objectContaining({ reason: 'ATTENDANCE_NOT_SEATED' }));
});

it('is minuted when the attendance of all is known', () => {
  const convened = meeting({ state: 'convened' });
  expect(minute(convened, '纪要', known(['a', 'b'], ['a', 'b']))).toMatchObject({ state: 'minuted', minutes: '纪要' });
  expect(() => minute(convened, '纪要', known(['a', 'b'], ['a']))).toThrow(expect.objectContaining({ reason: 'ATTENDANCE_INCOMPLETE', details: { missing: '1' } }));
});

it('is done with its last resolution, or at once without any', () => {
  expect(adopt(meeting({ state: 'minuted' }), 0)).toMatchObject({ state: 'resolutions_done', version: 2 });
  const open = adopt(meeting({ state: 'minuted' }), 2);
  expect(open).toMatchObject({ state: 'resolutions_open', resolutionsOpen: 2, version: 2 });
  const one = settle(open);
  expect(one).toMatchObject({ state: 'resolutions_open', resolutionsOpen: 1, version: 2 });
  expect(settle(one)).toMatchObject({ state: 'resolutions_done', resolutionsOpen: 0, version: 3 });
});
