import fc from 'fast-check';
import { areDaySpans, isOpenDuring, openSpans } from './hours';
import type { Venue } from './venue';

const at = (text: string) => new Date(`2026-${text}+08:00`);
const during = (from: string, until: string) => ({ startsAt: at(from), endsAt: at(until) });
// 2026-11-24 is a Tuesday.
const venue: Pick<Venue, 'hours' | 'days'> = {
  hours: [
    { weekday: 2, opensMinute: 540, closesMinute: 720 },
    { weekday: 2, opensMinute: 840, closesMinute: 1_020 },
    { weekday: 5, opensMinute: 1_200, closesMinute: 1_560 },
    { weekday: 6, opensMinute: 120, closesMinute: 240 },
  ],
  days: [{ day: '2026-12-01', spans: [] }, { day: '2026-12-02', spans: [{ opensMinute: 600, closesMinute: 660 }] }],
};

describe('opening hours', () => {
  it.each([
    ['a whole morning', during('11-24T09:00', '11-24T12:00'), true],
    ['a minute too early', during('11-24T08:59', '11-24T10:00'), false],
    ['a minute too late', during('11-24T16:00', '11-24T17:01'), false],
    ['over the noon break', during('11-24T11:00', '11-24T15:00'), false],
    ['on another weekday', during('11-25T10:00', '11-25T11:00'), false],
    ['over midnight into Saturday', during('11-27T23:00', '11-28T02:00'), true],
    ['on where the night and the morning touch', during('11-27T23:00', '11-28T04:00'), true],
    ['after the night is over', during('11-28T03:59', '11-28T04:01'), false],
    ['on a day set closed', during('12-01T09:00', '12-01T10:00'), false],
    ['on a day set open', during('12-02T10:00', '12-02T11:00'), true],
  ])('hold %s: %s', (_what, span, open) => {
    expect(isOpenDuring(venue, span)).toBe(open);
  });

  it('let the night before run out on a day set closed', () => {
    const closedOnSaturday = { ...venue, days: [{ day: '2026-11-28', spans: [] }] };
    expect(isOpenDuring(closedOnSaturday, during('11-27T23:00', '11-28T02:00'))).toBe(true);
    expect(isOpenDuring(closedOnSaturday, during('11-28T02:00', '11-28T03:00'))).toBe(false);
  });

  it('are disjoint and in order whatever the spans are', () => {
    const span = fc.record({ weekday: fc.integer({ min: 1, max: 7 }), opensMinute: fc.integer({ min: 0, max: 1_439 }), long: fc.integer({ min: 1, max: 1_440 }) });
    fc.assert(
      fc.property(fc.array(span, { maxLength: 12 }), (spans) => {
        const hours = spans.map(({ weekday, opensMinute, long }) => ({ weekday, opensMinute, closesMinute: opensMinute + long }));
        const open = openSpans({ hours, days: [] }, { from: '2026-11-24', until: '2026-12-07' });
        for (const [index, { startsAt, endsAt }] of open.entries()) {
          expect(startsAt < endsAt).toBe(true);
          const next = open[index + 1];
          if (next !== undefined) expect(endsAt < next.startsAt).toBe(true);
        }
      }),
    );
  });

  it.each([
    ['none', [], true],
    ['two that touch', [[0, 60], [60, 120]], true],
    ['two that overlap', [[0, 61], [60, 120]], false],
    ['a whole day and night', [[0, 1_440]], true],
    ['longer than a day', [[0, 1_441]], false],
    ['into the next day', [[1_439, 2_000]], true],
    ['beginning on the next day', [[1_440, 1_500]], false],
    ['before the day', [[-1, 60]], false],
    ['reversed', [[60, 60]], false],
  ] as [string, [number, number][], boolean][])('of a day are those that a clock shows: %s', (_what, spans, right) => {
    expect(areDaySpans(spans.map(([opensMinute, closesMinute]) => ({ opensMinute, closesMinute })))).toBe(right);
  });
});
