import fc from 'fast-check';
import { alarmSchedule, alarmsAfter } from './alarms';
import type { Limit } from './calendar';
import { alarmLevels, computeDue, remaining, type Extension, type Pause, type TimeFacts } from './clock';
import { loadCalendar } from './load-calendar';
import { addDays, localDateOf } from './local-date';

const calendar = loadCalendar();
const at = (local: string) => new Date(`${local}+08:00`);
const working = (amount: number): Limit => ({ amount, unit: 'working_days', roll: 'none' });
const calendarDays = (amount: number, roll: Limit['roll'] = 'none'): Limit => ({ amount, unit: 'calendar_days', roll });
const hours = (amount: number): Limit => ({ amount, unit: 'hours', roll: 'none' });
const pause = (from: string, to?: string): Pause => ({ from: at(from), to: to === undefined ? undefined : at(to), cause: 'expert_review' });

function facts(limit: Limit, changes: Partial<TimeFacts> = {}): TimeFacts {
  return { startedAt: at('2026-03-02T09:00'), limit, pauses: [], extensions: [], ...changes }; // a Monday
}

function due(limit: Limit, ...pauses: Pause[]): Date {
  return computeDue(calendar, facts(limit, { pauses })).dueAt;
}

describe('a pause', () => {
  it('owes the whole working days that remained, after the day of the resume', () => {
    // Five days from Monday end on Monday 9th; at the pause on Wednesday Thursday, Friday and Monday remained.
    expect(due(working(5), pause('2026-03-04T10:00', '2026-03-16T10:00'))).toEqual(at('2026-03-19T18:00'));
  });

  it('stands still until the resume', () => {
    expect(due(working(5), pause('2026-03-04T10:00'))).toEqual(at('2026-03-09T18:00'));
  });

  it('moves nothing within one day, however often', () => {
    const often = Array.from({ length: 8 }, (_, hour) => pause(`2026-03-04T0${hour}:00`, `2026-03-04T0${hour}:59`));
    expect(due(working(5), ...often)).toEqual(at('2026-03-09T18:00'));
  });

  it('over a holiday gains the office no working day', () => {
    // 2026-02-15 to 02-23 are off; 13 February is a Friday, the 14th a made-up working day.
    const started = { startedAt: at('2026-02-12T09:00') };
    const straight = computeDue(calendar, facts(working(5), started)).dueAt;
    const paused = computeDue(calendar, facts(working(5), { ...started, pauses: [pause('2026-02-14T12:00', '2026-02-23T12:00')] })).dueAt;
    expect(paused).toEqual(straight);
  });

  it('on the last day owes the rest of the day of the resume, or the next working day when business is over', () => {
    expect(due(working(5), pause('2026-03-09T10:00', '2026-03-12T09:00'))).toEqual(at('2026-03-12T18:00'));
    expect(due(working(5), pause('2026-03-09T10:00', '2026-03-13T19:00'))).toEqual(at('2026-03-16T18:00'));
    expect(due(working(5), pause('2026-03-09T10:00', '2026-03-14T09:00'))).toEqual(at('2026-03-16T18:00'));
  });

  it('begun after the due time moves nothing: a breach stays one', () => {
    expect(due(working(5), pause('2026-03-09T18:00:01', '2026-03-20T09:00'))).toEqual(at('2026-03-09T18:00'));
  });

  it('shifts calendar days by days and hours by hours', () => {
    expect(due(calendarDays(15), pause('2026-03-10T10:00', '2026-03-20T08:00'))).toEqual(at('2026-03-27T18:00'));
    expect(due(calendarDays(15, 'forward'), pause('2026-03-10T10:00', '2026-03-21T08:00'))).toEqual(at('2026-03-30T23:59:59.999'));
    expect(due(hours(48), pause('2026-03-03T10:00', '2026-03-07T11:30'))).toEqual(at('2026-03-08T10:30'));
  });

  const limits = fc.oneof(
    fc.integer({ min: 1, max: 60 }).map(working),
    fc.integer({ min: 1, max: 90 }).chain((n) => fc.constantFrom(calendarDays(n), calendarDays(n, 'forward'))),
    fc.integer({ min: 1, max: 500 }).map(hours),
  );
  const minutes = fc.integer({ min: 0, max: 120 * 1440 });

  it('never shortens, leaves at least the whole units that remained, and more pauses never mean less time', () => {
    fc.assert(
      fc.property(limits, minutes, fc.array(minutes, { minLength: 2, maxLength: 8 }), (limit, offset, marks) => {
        const startedAt = new Date(at('2025-01-01T00:00').getTime() + offset * 60_000);
        const times = [...marks].sort((a, b) => a - b).map((mark) => new Date(startedAt.getTime() + mark * 60_000));
        let [before, pauses]: [Date, Pause[]] = [computeDue(calendar, facts(limit, { startedAt })).dueAt, []];
        for (let index = 0; index + 1 < times.length; index += 2) {
          const [from, to] = [times[index] ?? startedAt, times[index + 1] ?? startedAt];
          const left = remaining(calendar, { ...facts(limit, { startedAt, pauses }), dueAt: before }, from);
          pauses = [...pauses, { from, to, cause: 'survey' }];
          const after = computeDue(calendar, facts(limit, { startedAt, pauses })).dueAt;
          expect(after >= before).toBe(true);
          if (from > before) expect(after).toEqual(before);
          else {
            expect(after >= to).toBe(true);
            const leftAfter = remaining(calendar, { ...facts(limit, { startedAt, pauses }), dueAt: after }, to);
            expect(leftAfter).toBeGreaterThanOrEqual(left - 1e-9);
          }
          before = after;
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never gives the office more working days in hand than its limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 60 }), minutes, minutes, (amount, start, length) => {
        const from = new Date(at('2026-03-02T09:00').getTime() + start * 60_000);
        const to = new Date(from.getTime() + length * 60_000);
        const dueAt = due(working(amount), { from, to, cause: 'survey' });
        const straight = due(working(amount));
        if (from > straight || localDateOf(from) === localDateOf(straight)) return;
        const used = calendar.workingDaysBetween('2026-03-02', localDateOf(from)).days + calendar.workingDaysBetween(localDateOf(to), localDateOf(dueAt)).days;
        expect(used).toBe(amount);
      }),
    );
  });
});

describe('an extension', () => {
  const extension = (when: string, more: { limit: Limit } | { until: Date }): Extension => ({ at: at(when), reason: 'hard_case', by: 'someone', ...more });

  it('counts on from the due day: 20 and 10 working days are 30', () => {
    const extended = facts(working(20), { extensions: [extension('2026-03-20T10:00', { limit: working(10) })] });
    expect(computeDue(calendar, extended)).toEqual(computeDue(calendar, facts(working(30))));
  });

  it('counts 60 and 30 calendar days as 90', () => {
    const extended = facts(calendarDays(60), { extensions: [extension('2026-03-20T10:00', { limit: calendarDays(30) })] });
    expect(computeDue(calendar, extended)).toEqual(computeDue(calendar, facts(calendarDays(90))));
  });

  it('until a day settles what was provisional, and pauses go on from there', () => {
    const far = { startedAt: at('2026-12-21T09:00') };
    expect(computeDue(calendar, facts(working(20), far)).provisional).toBe(true);
    const extensions = [extension('2026-12-22T10:00', { until: at('2027-06-30T12:00') })];
    expect(computeDue(calendar, facts(working(20), { ...far, extensions }))).toEqual({ dueAt: at('2027-06-30T12:00'), provisional: false });
    const pauses = [pause('2026-12-23T10:00', '2026-12-23T11:00')];
    expect(computeDue(calendar, facts(working(20), { ...far, extensions, pauses })).dueAt).toEqual(at('2027-06-30T18:00'));
    // An evening that was granted is not taken back by a pause.
    const evening = [extension('2026-03-03T10:00', { until: at('2026-03-20T21:00') })];
    const paused = facts(working(5), { extensions: evening, pauses: [pause('2026-03-04T10:00', '2026-03-04T11:00')] });
    expect(computeDue(calendar, paused).dueAt).toEqual(at('2026-03-20T21:00'));
  });
});

describe('what remains', () => {
  const clock = (changes: Partial<TimeFacts> = {}) => ({ ...facts(working(5), changes), dueAt: at('2026-03-09T18:00') });

  it.each([
    ['2026-03-02T09:00', 5],
    ['2026-03-06T23:00', 1],
    ['2026-03-09T17:59', 0],
    ['2026-03-11T09:00', -2],
  ])('at %s is %i', (when, left) => {
    expect(remaining(calendar, clock(), at(when))).toBe(left);
  });

  it('stands still in a pause', () => {
    expect(remaining(calendar, clock({ pauses: [pause('2026-03-04T10:00')] }), at('2026-05-01T09:00'))).toBe(3);
  });
});

describe('alarms', () => {
  const schedule = (some: TimeFacts, alarms = [...alarmLevels]) =>
    alarmSchedule(calendar, { ...some, dueAt: computeDue(calendar, some).dueAt, alarms }).map((alarm) => [alarm.level, alarm.at] as const);

  it('of a long limit come as half used, three days left, one day left, due, breached', () => {
    expect(schedule(facts(working(10)))).toEqual([
      ['half_used', at('2026-03-09T18:00')],
      ['three_days_left', at('2026-03-11T00:00')],
      ['one_day_left', at('2026-03-13T00:00')],
      ['due', at('2026-03-16T18:00')],
      ['breached', at('2026-03-17T00:00')],
    ]);
  });

  it('of a short limit leave out what would come too early or after a graver one', () => {
    expect(schedule(facts(working(5))).map(([level]) => level)).toEqual(['three_days_left', 'one_day_left', 'due', 'breached']);
    expect(schedule(facts(working(2))).map(([level]) => level)).toEqual(['one_day_left', 'due', 'breached']);
    expect(schedule(facts(working(1)))).toEqual([
      ['half_used', at('2026-03-03T12:00')],
      ['due', at('2026-03-03T18:00')],
      ['breached', at('2026-03-04T00:00')],
    ]);
  });

  it('of hours are breached at once', () => {
    expect(schedule(facts(hours(4)))).toEqual([
      ['half_used', at('2026-03-02T11:00')],
      ['due', at('2026-03-02T13:00')],
      ['breached', new Date(at('2026-03-02T13:00').getTime() + 1)],
    ]);
  });

  it('of a duty that ends in a holiday warn by the working days before it', () => {
    const ending = schedule(facts(calendarDays(15), { startedAt: at('2026-02-01T09:00') }));
    expect(ending).toContainEqual(['one_day_left', at('2026-02-13T00:00')]);
    expect(ending).toContainEqual(['due', at('2026-02-16T18:00')]);
  });

  it('come half way through the limit, not through the pause', () => {
    const paused = facts(working(10), { pauses: [pause('2026-03-03T10:00', '2026-04-13T10:00')] });
    expect(schedule(paused)[0]).toEqual(['half_used', at('2026-04-17T18:00')]);
  });

  it('keep to the levels asked for and to what is not raised yet', () => {
    expect(schedule(facts(working(5)), ['half_used', 'breached']).map(([level]) => level)).toEqual(['half_used', 'breached']);
    const all = alarmSchedule(calendar, { ...facts(working(10)), dueAt: at('2026-03-16T18:00'), alarms: alarmLevels });
    expect(alarmsAfter(all, 'one_day_left').map(({ level }) => level)).toEqual(['due', 'breached']);
  });

  it('are in order of time and gravity for any limit and start', () => {
    const limits = fc.oneof(fc.integer({ min: 1, max: 40 }).map(working), fc.integer({ min: 1, max: 90 }).map((n) => calendarDays(n, 'forward')), fc.integer({ min: 1, max: 300 }).map(hours));
    fc.assert(
      fc.property(limits, fc.integer({ min: 0, max: 500 }), (limit, days) => {
        const times = schedule(facts(limit, { startedAt: at(`${addDays('2025-01-01', days)}T14:00`) }));
        expect(times.slice(-2).map(([level]) => level)).toEqual(['due', 'breached']);
        for (const [index, [level, time]] of times.entries()) {
          const [graver, later] = times[index + 1] ?? [];
          if (graver === undefined || later === undefined) continue;
          expect(later > time).toBe(true);
          expect(alarmLevels.indexOf(graver)).toBeGreaterThan(alarmLevels.indexOf(level));
        }
      }),
    );
  });
});
