import { loadCalendar } from './load-calendar';
import { lightLimits, lightOf } from './lights';

describe('the light of a due time', () => {
  const calendar = loadCalendar();
  // A Thursday before the National Day holiday of 2026-10-01 to 07; 10-10 is a made-up working day.
  const limits = lightLimits(calendar, new Date('2026-09-29T15:00:00+08:00'));

  it.each([
    ['2026-09-28T18:00:00+08:00', 'red'],
    ['2026-09-29T18:00:00+08:00', 'red'],
    ['2026-09-29T23:59:59+08:00', 'red'],
    ['2026-09-30T00:00:00+08:00', 'yellow'],
    ['2026-10-09T18:00:00+08:00', 'yellow'],
    ['2026-10-10T00:00:00+08:00', 'green'],
  ] as const)('%s is %s', (due, light) => {
    expect(lightOf(new Date(due), limits)).toBe(light);
  });

  it('is none without a due time', () => {
    expect(lightOf(undefined, limits)).toBeUndefined();
  });
});
