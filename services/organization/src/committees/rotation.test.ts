import { isAppError } from '@linli/errors';
import fc from 'fast-check';
import { assertCanBegin, firstYearFrom, handOver, hostOf, plannedHost, swapHosts, type Schedule, type Swap } from './rotation';

const today = '2026-11-24';
const units = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'];
const schedule = (facts: Partial<Schedule> = {}): Schedule => ({ rotations: [{ baseYear: 2026, units }], swaps: [], lastHandedOver: undefined, ...facts });
const swapped = (swaps: readonly Swap[], years: readonly [number, number], day = today) => swapHosts(schedule({ swaps }), years, day);

it('gives each its year, again and again', () => {
  expect([2025, 2026, 2034, 2035, 2044].map((year) => plannedHost(schedule(), year))).toEqual([undefined, 'a', 'i', 'a', 'a']);
});

it('follows the newest rotation that has begun', () => {
  const rotations = [{ baseYear: 2026, units }, { baseYear: 2030, units: ['x', 'y'] }];
  expect([2029, 2030, 2031, 2032].map((year) => plannedHost({ rotations }, year))).toEqual(['d', 'x', 'y', 'x']);
});

it('gives two units each other’s year, and back', () => {
  const once = swapped([], [2029, 2027]);
  expect(once).toEqual({ year: 2027, otherYear: 2029, memberUnitId: 'b', otherMemberUnitId: 'd' });
  expect([2027, 2028, 2029].map((year) => hostOf(schedule({ swaps: [once] }), year))).toEqual(['d', 'c', 'b']);
  const twice = swapped([once], [2027, 2029]);
  expect([2027, 2028, 2029].map((year) => hostOf(schedule({ swaps: [once, twice] }), year))).toEqual(['b', 'c', 'd']);
});

it.each([
  ['this year', [2026, 2028], 'ROTATION_YEAR_BEGUN'],
  ['a year gone by', [2020, 2028], 'ROTATION_YEAR_BEGUN'],
  ['two years of one host', [2027, 2036], 'ROTATION_SWAP_IDLE'],
  ['one year', [2027, 2027], 'ROTATION_SWAP_IDLE'],
] as const)('does not swap %s', (_what, years, reason) => {
  expect(() => swapped([], years)).toThrow(expect.objectContaining({ reason }));
});

it('does not swap a year handed over, years of two rotations, or years that nobody hosts', () => {
  expect(() => swapHosts(schedule({ lastHandedOver: 2027 }), [2027, 2029], today)).toThrow(expect.objectContaining({ reason: 'ROTATION_YEAR_BEGUN' }));
  const rotations = [{ baseYear: 2026, units }, { baseYear: 2030, units: ['x', 'y'] }];
  expect(() => swapHosts(schedule({ rotations }), [2028, 2031], today)).toThrow(expect.objectContaining({ reason: 'ROTATION_YEARS_APART' }));
  expect(() => swapHosts(schedule({ rotations: [] }), [2028, 2031], today)).toThrow(expect.objectContaining({ reason: 'ROTATION_NONE' }));
});

it('skips a unit in one round, and in no second', () => {
  // b gives 2027 away for 2037: the first round is without b, the second hosts b twice.
  const first = swapped([], [2027, 2037]);
  expect(hostOf(schedule({ swaps: [first] }), 2037)).toBe('b');
  // Giving away both years of the second round would skip b again.
  const second = swapHosts(schedule({ swaps: [first] }), [2036, 2046], today);
  expect(() => swapHosts(schedule({ swaps: [first, second] }), [2037, 2047], today)).toThrow(expect.objectContaining({ reason: 'ROTATION_SKIPS_TWICE', details: { member_unit: 'b' } }));
});

it('skips nobody twice whatever is swapped, loses nobody, and leaves what has begun as it was', () => {
  const pairs = fc.array(fc.tuple(fc.integer({ min: 2024, max: 2070 }), fc.integer({ min: 2024, max: 2070 })), { maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 12 }), pairs, (size, swaps) => {
      const members = Array.from({ length: size }, (_member, index) => `m${index}`);
      let current = schedule({ rotations: [{ baseYear: 2025, units: members }] });
      for (const years of swaps) {
        try {
          current = { ...current, swaps: [...current.swaps, swapHosts(current, years, today)] };
        } catch (error) {
          if (!isAppError(error)) throw error;
        }
      }
      for (const year of [2025, 2026]) expect(hostOf(current, year)).toBe(plannedHost(current, year));
      const rounds = Array.from({ length: Math.ceil(50 / size) + 1 }, (_round, round) => members.map((_member, place) => hostOf(current, 2025 + round * size + place)));
      for (const member of members) {
        expect(rounds.filter((hosts) => !hosts.includes(member)).length).toBeLessThanOrEqual(1);
        // Swapping moves years about: over all of them everybody hosts as often as planned.
        expect(rounds.flat().filter((host) => host === member)).toHaveLength(rounds.length);
      }
    }),
  );
});

it('begins anew only in years to come, after what is set and beyond what was swapped', () => {
  expect(() => assertCanBegin(schedule({ rotations: [] }), 2020, today)).not.toThrow();
  expect(() => assertCanBegin(schedule(), 2027, today)).not.toThrow();
  const refused = (more: Partial<Schedule>, year: number, reason: string) => expect(() => assertCanBegin(schedule(more), year, today)).toThrow(expect.objectContaining({ reason }));
  refused({}, 2026, 'ROTATION_YEAR_BEGUN');
  refused({ lastHandedOver: 2027 }, 2027, 'ROTATION_YEAR_BEGUN');
  refused({ rotations: [{ baseYear: 2028, units }] }, 2028, 'ROTATION_LATER_SET');
  refused({ swaps: [swapped([], [2027, 2030])] }, 2029, 'ROTATION_HAS_SWAPS');
});

it('is handed over from host to host, once', () => {
  expect(handOver(schedule(), 2026)).toEqual({ hostId: 'a', formerHostId: undefined });
  expect(handOver(schedule({ lastHandedOver: 2026 }), 2027)).toEqual({ hostId: 'b', formerHostId: 'a' });
  expect(() => handOver(schedule({ lastHandedOver: 2026 }), 2026)).toThrow(expect.objectContaining({ reason: 'ROTATION_HANDED_OVER' }));
  expect(() => handOver(schedule(), 2025)).toThrow(expect.objectContaining({ reason: 'ROTATION_NONE' }));
});

it('counts the first year from a day', () => {
  expect([firstYearFrom('2027-01-01'), firstYearFrom('2027-01-02')]).toEqual([2027, 2028]);
});
