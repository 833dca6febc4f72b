import { daysBetween, addDays } from '@linli/clocks';
import fc from 'fast-check';
import { assertAnswered, assertVisitable, endOfMonth, firstPeriod, nextPeriod } from './rules';

const monthly = { intervalMonths: 1, leastDays: 7, recordWithinDays: 7 };

describe('periods of visits', () => {
  it.each([
    ['2026-11-24', 0, '2026-11-30'],
    ['2026-12-31', 0, '2026-12-31'],
    ['2026-12-01', 1, '2027-01-31'],
    ['2028-02-10', 0, '2028-02-29'],
    ['2027-02-10', 0, '2027-02-28'],
    ['2026-11-30', 14, '2028-01-31'],
  ])('the month of %s and %i more ends on %s', (day, months, end) => {
    expect(endOfMonth(day, months)).toBe(end);
  });

  it('run from the day a site opens, and from the first of the month for one that stood before', () => {
    expect(firstPeriod(monthly, { openedOn: '2026-11-20', day: '2026-11-20' })).toEqual({ opensOn: '2026-11-20', dueOn: '2026-11-30' });
    expect(firstPeriod(monthly, { openedOn: '2024-03-01', day: '2026-11-20' })).toEqual({ opensOn: '2026-11-01', dueOn: '2026-11-30' });
  });

  it('give a site of the last days of a month the next one too', () => {
    expect(firstPeriod(monthly, { openedOn: '2026-11-24', day: '2026-11-24' }).dueOn).toBe('2026-11-30');
    expect(firstPeriod(monthly, { openedOn: '2026-11-25', day: '2026-11-25' }).dueOn).toBe('2026-12-31');
  });

  it('follow one another without a gap, each to the end of a month', () => {
    const days = fc.integer({ min: 0, max: 20_000 }).map((offset) => addDays('2000-01-01', offset));
    const rules = fc.record({ intervalMonths: fc.integer({ min: 1, max: 12 }), leastDays: fc.integer({ min: 1, max: 28 }) });
    fc.assert(
      fc.property(days, rules, (day, rule) => {
        const first = firstPeriod(rule, { openedOn: day, day });
        const second = nextPeriod(rule, first.dueOn);
        expect(first.opensOn <= day && day <= first.dueOn).toBe(true);
        expect(daysBetween(first.dueOn, second.opensOn)).toBe(1);
        expect(endOfMonth(second.dueOn)).toBe(second.dueOn);
        expect(daysBetween(day, first.dueOn)).toBeGreaterThanOrEqual(rule.leastDays - 1);
      }),
    );
  });
});

describe('a visit', () => {
  const site = { openedOn: '2026-11-10', closedOn: undefined };

  it.each([
    ['VISIT_IN_FUTURE', site, '2026-11-25'],
    ['VISIT_BEFORE_SITE', { ...site, openedOn: '2026-11-24' }, '2026-11-23'],
    ['VISIT_TOO_LATE', site, '2026-11-16'],
    ['SITE_CLOSED', { ...site, closedOn: '2026-11-20' }, '2026-11-19'],
  ])('is refused with %s', (reason, of, visitedOn) => {
    expect(() => assertVisitable(of, monthly, { visitedOn, day: '2026-11-24' })).toThrow(expect.objectContaining({ reason }));
  });

  it('may be recorded to the last day of the time for it', () => {
    expect(() => assertVisitable(site, monthly, { visitedOn: '2026-11-17', day: '2026-11-24' })).not.toThrow();
  });

  it('answers every item and no other', () => {
    const checklist = [{ code: 'a' }, { code: 'b' }];
    expect(() => assertAnswered(checklist, { a: 'yes', b: 'not_seen' })).not.toThrow();
    expect(() => assertAnswered(checklist, { a: 'yes' })).toThrow(expect.objectContaining({ reason: 'CHECKLIST_INCOMPLETE', details: { missing: 'b' } }));
    expect(() => assertAnswered(checklist, { a: 'yes', b: 'no', c: 'no' })).toThrow(expect.objectContaining({ reason: 'CHECKLIST_UNKNOWN_ITEM' }));
  });
});
