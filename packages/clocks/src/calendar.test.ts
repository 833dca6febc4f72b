import { isAppError } from '@linli/errors';
import fc from 'fast-check';
import { createCalendar, type Limit } from './calendar';
import { loadCalendar, readYears } from './load-calendar';
import { addDays, daysBetween, instantAt, localDateOf } from './local-date';

const calendar = loadCalendar();
const hour = 3_600_000;
const at = (local: string) => new Date(`${local}+08:00`);
const aDay = fc.integer({ min: 0, max: daysBetween('2004-01-05', '2026-06-30') }).map((n) => addDays('2004-01-05', n));
const working = (amount: number): Limit => ({ amount, unit: 'working_days', roll: 'none' });
const days = (amount: number, roll: Limit['roll']): Limit => ({ amount, unit: 'calendar_days', roll });

/** The reason of what `work` throws. */
function reasonOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    return isAppError(error) ? error.reason : String(error);
  }
  return undefined;
}

describe('working days', () => {
  it.each([
    [5, '2026-02-13', '2026-02-27'],
    [5, '2026-04-30', '2026-05-11'],
    [5, '2026-09-24', '2026-10-09'],
    [5, '2026-09-30', '2026-10-13'],
    [15, '2026-09-20', '2026-10-16'],
  ])('%i working days after %s end at 18:00 on %s', (amount, start, last) => {
    expect(calendar.addWorkingDays(start, amount)).toEqual({ date: last, provisional: false });
    expect(calendar.dueAt(at(`${start}T09:30`), working(amount))).toEqual({ dueAt: at(`${last}T18:00`), provisional: false });
  });

  it.each([
    { amount: 15, start: '2026-09-20', duty: '2026-10-05', right: '2026-10-08' },
    { amount: 60, start: '2026-03-02', duty: '2026-05-01', right: '2026-05-06' },
    { amount: 15, start: '2026-02-01', duty: '2026-02-16', right: '2026-02-24' },
  ])('$amount calendar days after $start: a duty ends on $duty, a right on $right', ({ amount, start, duty, right }) => {
    const from = at(`${start}T09:30`);
    expect(calendar.dueAt(from, days(amount, 'none')).dueAt).toEqual(at(`${duty}T18:00`));
    expect(calendar.dueAt(from, days(amount, 'forward')).dueAt).toEqual(at(`${right}T23:59:59.999`));
  });

  it('counts hours on the wall clock, through nights and holidays', () => {
    expect(calendar.dueAt(at('2026-02-14T17:00'), { amount: 48, unit: 'hours', roll: 'none' }).dueAt).toEqual(at('2026-02-16T17:00'));
  });

  it('takes the day of a start from Asia/Shanghai, not from UTC', () => {
    expect(calendar.dueAt(new Date('2026-03-02T16:30:00Z'), working(1)).dueAt).toEqual(at('2026-03-04T18:00'));
    expect(calendar.dueAt(new Date('2026-03-02T15:30:00Z'), working(1)).dueAt).toEqual(at('2026-03-03T18:00'));
  });

  it('knows made-up working days, a correction of the source and a holiday prolonged in the year', () => {
    expect(calendar.isWorkingDay('2026-02-14').working).toBe(true);
    expect(calendar.isWorkingDay('2005-12-31').working).toBe(true);
    expect(calendar.isWorkingDay('2020-01-31').working).toBe(false);
    expect(calendar.isWorkingDay('2020-02-01').working).toBe(false);
    expect(calendar.isWorkingDay('2015-09-03').working).toBe(false);
  });

  it.each([[0], [-1], [1.5], [NaN], [Infinity], [4_000]])('refuses a limit of %d days', (amount) => {
    expect(reasonOf(() => calendar.dueAt(at('2026-03-02T09:00'), working(amount)))).toBe('LIMIT_INVALID');
  });

  it('adds monotonically, and counting back gives what was added', () => {
    fc.assert(
      fc.property(aDay, aDay, fc.integer({ min: 1, max: 90 }), (one, other, n) => {
        const [early, late] = one <= other ? [one, other] : [other, one];
        const added = calendar.addWorkingDays(early, n).date;
        expect(added <= calendar.addWorkingDays(late, n).date).toBe(true);
        expect(added < calendar.addWorkingDays(early, n + 1).date).toBe(true);
        expect(calendar.isWorkingDay(added).working).toBe(true);
        expect(calendar.workingDaysBetween(early, added).days).toBe(n);
        expect(calendar.workingDaysBetween(added, early).days).toBe(-n);
        expect(calendar.workingDaysBetween(calendar.subtractWorkingDays(added, n), added).days).toBe(n);
      }),
    );
  });

  it('splits anywhere: n then m working days are n + m', () => {
    fc.assert(
      fc.property(aDay, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 }), (day, n, m) => {
        expect(calendar.addWorkingDays(calendar.addWorkingDays(day, n).date, m)).toEqual(calendar.addWorkingDays(day, n + m));
      }),
    );
  });

  it('never ends a right before the duty of the same length', () => {
    fc.assert(
      fc.property(aDay, fc.integer({ min: 1, max: 90 }), (day, n) => {
        const start = instantAt(day, 9 * hour);
        const right = calendar.dueAt(start, days(n, 'forward')).dueAt;
        expect(right > calendar.dueAt(start, days(n, 'none')).dueAt).toBe(true);
        expect(calendar.isWorkingDay(localDateOf(right)).working).toBe(true);
      }),
    );
  });
});

describe('beyond the reviewed years', () => {
  it('says so and leaves out the holidays fixed by law, instead of calling New Year a working day', () => {
    expect(calendar.lastYear).toBe(2026);
    expect(calendar.isWorkingDay('2027-01-01')).toEqual({ working: false, provisional: true });
    expect(calendar.isWorkingDay('2027-10-01')).toEqual({ working: false, provisional: true });
    expect(calendar.isWorkingDay('2027-03-02')).toEqual({ working: true, provisional: true });
    expect(calendar.dueAt(at('2026-12-21T09:00'), working(10))).toEqual({ dueAt: at('2027-01-05T18:00'), provisional: true });
    expect(calendar.isWorkingDay('2003-12-31').provisional).toBe(true);
  });

  it('holds the last days of the last year open: the next notice may still move them', () => {
    expect(calendar.isWorkingDay('2026-12-25')).toEqual({ working: true, provisional: false });
    expect(calendar.isWorkingDay('2026-12-28')).toEqual({ working: true, provisional: true });
  });

  it('does not call a limit provisional that needs no calendar', () => {
    expect(calendar.dueAt(at('2026-12-30T09:00'), days(15, 'none')).provisional).toBe(false);
    expect(calendar.dueAt(at('2026-12-30T09:00'), { amount: 72, unit: 'hours', roll: 'none' }).provisional).toBe(false);
    expect(calendar.dueAt(at('2026-12-30T09:00'), days(15, 'forward')).provisional).toBe(true);
  });

  it('asks each November for the next year', () => {
    expect(calendar.gaps(at('2026-10-31T23:59'))).toEqual([]);
    expect(calendar.gaps(at('2026-11-01T00:00'))).toEqual([2027]);
    expect(calendar.gaps(at('2027-12-01T00:00'))).toEqual([2027, 2028]);
  });

  it('becomes certain when the year is there', () => {
    const next = { year: 2027, rest: { '2027-01-01': '元旦', '2027-01-04': '元旦' }, work: {} };
    const due = createCalendar([...readYears(), next]).dueAt(at('2026-12-21T09:00'), working(10));
    expect(due).toEqual({ dueAt: at('2027-01-06T18:00'), provisional: false });
  });

  it.each([
    ['a gap', [{ year: 2025, rest: { '2025-01-01': 'x' }, work: {} }, { year: 2027, rest: { '2027-01-01': 'x' }, work: {} }]],
    ['a day of another year', [{ year: 2025, rest: { '2026-01-01': 'x' }, work: {} }]],
    ['a day both off and working', [{ year: 2025, rest: { '2025-01-01': 'x' }, work: { '2025-01-01': 'x' } }]],
    ['nothing', []],
  ])('refuses data with %s', (_what, years) => {
    expect(reasonOf(() => createCalendar(years))).toBe('CALENDAR_DATA_INVALID');
  });
});

describe('local days', () => {
  it('converts there and back, through the summer times of 1986 to 1991 too', () => {
    expect(localDateOf(new Date('1988-07-01T15:30:00Z'))).toBe('1988-07-02');
    expect(instantAt('1988-07-02', 0)).toEqual(new Date('1988-07-01T15:00:00Z'));
    expect(instantAt('2026-11-24', 18 * hour)).toEqual(new Date('2026-11-24T10:00:00Z'));
    fc.assert(
      fc.property(fc.date({ min: new Date('1992-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }), (instant) => {
        const date = localDateOf(instant);
        const since = instant.getTime() - instantAt(date, 0).getTime();
        expect(since >= 0 && since < 24 * hour).toBe(true);
      }),
    );
  });

  it.each(['2026-02-30', '2026-2-3', '20260203', '', '2026-13-01'])('refuses %s', (text) => {
    expect(reasonOf(() => addDays(text, 1))).toBe('LOCAL_DATE_MALFORMED');
  });
});
