import { instantAt, loadCalendar } from '@linli/clocks';
import fc from 'fast-check';
import { dutyKinds, type Hours, type Person, type Slot } from './duty';
import { actingAt, assertAble, assertAhead, daysOf, endOf, findGaps, kindsOn, missingOf, noticeDayOf, periodOf, spread } from './rules';

const calendar = loadCalendar();
const hours: Hours[] = dutyKinds.map((kind) => ({ kind, opensAt: kind === 'extended' ? 1080 : 540, closesAt: kind === 'extended' ? 1200 : 1080, effectiveFrom: '2020-01-01', effectiveTo: undefined }));
const at = (local: string) => new Date(`${local}+08:00`);

function person(facts: Partial<Person> = {}): Person {
  return { id: 'a', active: true, absences: [], posts: [{ validFrom: '2026-01-01', validTo: undefined }], ...facts };
}

function slot(facts: Partial<Slot> = {}): Slot {
  return { id: 's', unitId: 'u', day: '2026-12-01', kind: 'workday', startsAt: at('2026-12-01T09:00'), endsAt: at('2026-12-01T18:00'), aId: 'a', bId: 'b', cancelled: false, version: 1, ...facts };
}

const peopleOf = (...people: Person[]) => new Map(people.map((one) => [one.id, one]));

describe('the kinds of slots of a day', () => {
  it.each([
    ['2026-09-30', ['workday', 'extended']],
    // A Saturday that is worked for a holiday, a Saturday of a holiday, and one of neither.
    ['2026-10-10', ['workday', 'extended']],
    ['2026-10-03', ['holiday']],
    ['2026-10-17', ['weekend']],
  ])('follow the working calendar on %s', (day, expected) => {
    expect(kindsOn(calendar, day, dutyKinds)).toEqual({ kinds: expected, provisional: false });
    expect(kindsOn(calendar, day, []).kinds).toEqual([]);
  });

  it('have the hours of the rule of that day, and none without a rule', () => {
    const [first] = hours;
    if (first === undefined) throw new Error('no hours');
    const changed = [{ ...first, effectiveTo: '2026-12-01' }, { ...first, opensAt: 600, effectiveFrom: '2026-12-01' }];
    expect(periodOf(changed, '2026-11-30', 'workday').startsAt).toEqual(at('2026-11-30T09:00'));
    expect(periodOf(changed, '2026-12-01', 'workday').startsAt).toEqual(at('2026-12-01T10:00'));
    expect(() => periodOf(changed, '2026-12-01', 'weekend')).toThrow('no rule');
  });
});

describe('a pattern', () => {
  it('gives each day one pair, in turns, whatever the range', () => {
    const ranges = fc.record({ start: fc.integer({ min: 0, max: 300 }), length: fc.integer({ min: 1, max: 92 }), pairs: fc.integer({ min: 1, max: 9 }), kinds: fc.subarray([...dutyKinds], { minLength: 1 }) });
    fc.assert(
      fc.property(ranges, ({ start, length, pairs, kinds }) => {
        const from = `2026-01-${String((start % 28) + 1).padStart(2, '0')}`;
        const to = daysOf({ from, to: '2027-12-31' })[length - 1] ?? from;
        const slots = spread(calendar, hours, { from, to, kinds, pairs: Array.from({ length: pairs }, (_, index) => ({ aId: `a${index}`, bId: `b${index}` })) });
        const days = [...new Set(slots.map(({ day }) => day))];
        expect(slots.every(({ day, kind }) => kindsOn(calendar, day, kinds).kinds.includes(kind))).toBe(true);
        expect(slots.map(({ aId }) => aId)).toEqual(slots.map(({ day }) => `a${days.indexOf(day) % pairs}`));
        expect(slots.length).toBe(daysOf({ from, to }).flatMap((day) => kindsOn(calendar, day, kinds).kinds).length);
      }),
    );
  });
});

describe('who can be on duty', () => {
  it.each<[string, Partial<Person>, string | undefined]>([
    ['somebody with an open post', {}, undefined],
    ['whose post ends the day after', { posts: [{ validFrom: '2026-12-01', validTo: '2026-12-02' }] }, undefined],
    ['whose post ends that day', { posts: [{ validFrom: '2026-01-01', validTo: '2026-12-01' }] }, 'DUTY_PERSON_WITHOUT_POST'],
    ['whose post begins later', { posts: [{ validFrom: '2026-12-02', validTo: undefined }] }, 'DUTY_PERSON_WITHOUT_POST'],
    ['who never had a post there', { posts: [] }, 'STAFF_NOT_FOUND'],
    ['who left', { active: false }, 'STAFF_INACTIVE'],
    ['who is away until it begins', { absences: [{ from: at('2026-11-01T00:00'), until: at('2026-12-01T09:00') }] }, undefined],
    ['who is away from its end on', { absences: [{ from: at('2026-12-01T18:00'), until: undefined }] }, undefined],
    ['who is away for its last minute', { absences: [{ from: at('2026-12-01T17:59'), until: undefined }] }, 'DUTY_PERSON_AWAY'],
    ['who is away for an hour of it', { absences: [{ from: at('2026-12-01T12:00'), until: at('2026-12-01T13:00') }] }, 'DUTY_PERSON_AWAY'],
  ])('%s: %j → %s', (_what, facts, reason) => {
    const attempt = () => assertAble(person(facts), slot());
    if (reason === undefined) expect(attempt).not.toThrow();
    else expect(attempt).toThrow(expect.objectContaining({ reason }));
    expect(missingOf(slot(), peopleOf(person(facts), person({ id: 'b' })))).toEqual(reason === undefined ? [] : ['a']);
  });

  it('acts as A, as B while A is away, or not at all', () => {
    const away = { absences: [{ from: at('2026-12-01T12:00'), until: at('2026-12-01T13:00') }] };
    const people = peopleOf(person(away), person({ id: 'b' }));
    expect(actingAt(slot(), people, at('2026-12-01T11:59'))).toEqual({ actingId: 'a', standIn: false });
    expect(actingAt(slot(), people, at('2026-12-01T12:00'))).toEqual({ actingId: 'b', standIn: true });
    expect(actingAt(slot(), people, at('2026-12-01T13:00'))).toEqual({ actingId: 'a', standIn: false });
    expect(actingAt(slot(), peopleOf(person(away)), at('2026-12-01T12:00'))).toEqual({ actingId: undefined, standIn: false });
  });
});

describe('a gap', () => {
  const find = (slots: Slot[], now: string) => findGaps(['2026-12-01', '2026-12-05'], { calendar, hours, kinds: ['workday', 'weekend'], slots, people: peopleOf(person()) }, at(now));

  it('is a slot without A or B, or none at all, until it is over', () => {
    expect(find([slot()], '2026-12-01T17:59').map(({ day, kind, missing, slotId }) => [day, kind, missing, slotId])).toEqual([
      ['2026-12-01', 'workday', ['b'], 's'],
      ['2026-12-05', 'weekend', ['a', 'b'], undefined],
    ]);
    expect(find([slot()], '2026-12-01T18:00').map(({ day }) => day)).toEqual(['2026-12-05']);
  });

  it('is announced so many days ahead', () => {
    expect(noticeDayOf(calendar, '2026-10-09', { amount: 3, unit: 'working_days', roll: 'none' })).toBe('2026-09-29');
    expect(noticeDayOf(calendar, '2026-10-09', { amount: 3, unit: 'calendar_days', roll: 'none' })).toBe('2026-10-06');
  });

  it.each([
    ['2026-12-01T10:00', ['workday'], 'filled'],
    ['2026-12-01T10:00', ['weekend'], 'dropped'],
    ['2026-12-01T18:00', ['workday'], 'passed'],
  ] as const)('ends at %s with %j kept as %s', (now, kinds, cause) => {
    const known = { id: 'g', rosterId: 'r', day: '2026-12-01', kind: 'workday', missing: ['a'], endedBy: undefined, version: 1 } as const;
    expect(endOf(known, { calendar, hours, kinds, now: at(now) })).toBe(cause);
  });
});

describe('a slot', () => {
  it('changes until it ends, unless it was cancelled', () => {
    expect(() => assertAhead(slot(), instantAt('2026-12-01', 17 * 3_600_000))).not.toThrow();
    expect(() => assertAhead(slot(), at('2026-12-01T18:00'))).toThrow(expect.objectContaining({ reason: 'DUTY_SLOT_OVER' }));
    expect(() => assertAhead(slot({ cancelled: true }), at('2026-12-01T10:00'))).toThrow(expect.objectContaining({ reason: 'DUTY_SLOT_CANCELLED' }));
  });
});
