import { periodAfter, periodOf } from './periods';

it.each([
  ['2026-01-01', '2026-01-01', '2026-03-31'],
  ['2026-03-31', '2026-01-01', '2026-03-31'],
  ['2026-06-30', '2026-04-01', '2026-06-30'],
  ['2026-12-31', '2026-10-01', '2026-12-31'],
])('%s is of the quarter from %s to %s', (day, from, until) => {
  expect(periodOf('quarter', day)).toEqual({ from, until });
});

it('is followed by the next one, over the turn of the year', () => {
  expect(periodAfter('quarter', periodOf('quarter', '2026-11-24'))).toEqual({ from: '2027-01-01', until: '2027-03-31' });
  expect(periodAfter('year', periodOf('year', '2026-11-24'))).toEqual({ from: '2027-01-01', until: '2027-12-31' });
});
