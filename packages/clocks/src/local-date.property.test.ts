import fc from 'fast-check';
import { isAppError } from '@linli/errors';
import { addDays, assertLocalDate, daysBetween, instantAt, localDateOf, weekdayOf } from './local-date';

const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2199-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
const nearly = fc.tuple(fc.integer({ min: 0, max: 12_000 }), fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 33 })).map(([year, month, date]) => [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(date).padStart(2, '0')].join('-'));

describe('local dates', () => {
  it('are taken as written when there is such a day, and refused with one reason when there is none', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.string({ unit: 'binary', maxLength: 14 }), day.map((text) => `${text}\n`), day.map((text) => text.replace('-', '/'))), (text) => {
        const [year = NaN, month = NaN, date = NaN] = /^\d{4}-\d{2}-\d{2}$/.test(text) ? text.split('-').map(Number) : [];
        const at = new Date(0);
        at.setUTCFullYear(year, month - 1, date);
        const exists = at.getUTCMonth() === month - 1 && at.getUTCDate() === date;
        try {
          expect([assertLocalDate(text), exists]).toEqual([text, true]);
        } catch (error) {
          if (!isAppError(error)) throw error;
          expect([error.reason, exists]).toEqual(['LOCAL_DATE_MALFORMED', false]);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('know the time in Asia/Shanghai as the runtime’s own data does, in every year', () => {
    const shown = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit' });
    fc.assert(
      fc.property(fc.date({ min: new Date('1986-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }), (instant) => {
        expect(localDateOf(instant)).toBe(shown.format(instant));
      }),
      { numRuns: 2_000 },
    );
  });

  it('count forth and back, and the day of an instant of a day is that day', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: -3_000, max: 3_000 }), fc.integer({ min: 3 * 3_600_000, max: 86_399_999 }), (from, days, msOfDay) => {
        const to = addDays(from, days);
        expect([daysBetween(from, to), addDays(to, -days), (weekdayOf(to) - weekdayOf(from) - days) % 7 === 0]).toEqual([days, from, true]);
        expect(localDateOf(instantAt(from, msOfDay))).toBe(from);
      }),
      { numRuns: 300 },
    );
  });
});
