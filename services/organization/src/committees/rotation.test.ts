import { isAppError } from '@linli/errors';
import fc from 'fast-check';
import { assertCanBegin, firstYearFrom, handOver, hostOf, inForce, plannedHost, swapHosts, type Schedule, type Swap } from './rotation';

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
  ['years more than two rounds apart', [2027, 2046], 'ROTATION_YEARS_APART'],
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

it('begins anew only in years to come, and not between two that were swapped', () => {
  const again = (more: Partial<Schedule>, baseYear: number) => () => assertCanBegin(schedule(more), { baseYear, units }, today);
  expect(again({ rotations: [] }, 2020)).not.toThrow();
  expect(again({}, 2027)).not.toThrow();
  // One that has not begun is replaced, be it the first one.
  expect(again({ rotations: [{ baseYear: 2199, units }] }, 2026)).not.toThrow();
  expect(again({ rotations: [{ baseYear: 2026, units }, { baseYear: 2027, units }] }, 2027)).not.toThrow();
  const refused = (more: Partial<Schedule>, year: number, what: object) => expect(again(more, year)).toThrow(expect.objectContaining(what));
  refused({}, 2026, { reason: 'ROTATION_YEAR_BEGUN' });
  refused({ lastHandedOver: 2027 }, 2027, { reason: 'ROTATION_YEAR_BEGUN' });
  expect(() => assertCanBegin(schedule({ swaps: [swapHosts(schedule(), [2028, 2030], '2027-11-24')] }), { baseYear: 2029, units }, '2028-11-24')).toThrow(expect.objectContaining({ reason: 'ROTATION_HAS_SWAPS' }));
  // Swapped years that it gives out anew are no obstacle.
  expect(again({ swaps: [swapped([], [2027, 2030])] }, 2027)).not.toThrow();
});

it('counts for nothing what a later decision replaced', () => {
  const at = (version: number, baseYear: number) => ({ version, baseYear, units });
  const { rotations, swaps } = inForce([at(2, 2026), at(3, 2199), at(5, 2028), at(6, 2027)], [{ version: 4, ...swapped([], [2027, 2029]) }, { version: 7, ...swapped([], [2028, 2029]) }]);
  expect(rotations.map(({ version }) => version)).toEqual([2, 6]);
  expect(swaps.map(({ version }) => version)).toEqual([7]);
});

it('leaves a unit out when it begins within a round, and a second time not', () => {
  const [a, b, c] = ['a', 'b', 'c'];
  const once = schedule({ rotations: [{ baseYear: 2025, units: [a, b, c] }] });
  expect(() => assertCanBegin(once, { baseYear: 2027, units: [a, b, c] }, today)).not.toThrow();
  const twice = { ...once, rotations: [...once.rotations, { baseYear: 2027, units: [a, b, c] }] };
  const next = '2027-11-24';
  // c has hosted in neither round.
  expect(() => assertCanBegin(twice, { baseYear: 2028, units: [a, b, c] }, next)).toThrow(expect.objectContaining({ reason: 'ROTATION_SKIPS_TWICE', details: { member_unit: c } }));
  expect(() => assertCanBegin(twice, { baseYear: 2028, units: [c, a, b] }, next)).not.toThrow();
  // Who is not in it any more is not left out.
  expect(() => assertCanBegin(twice, { baseYear: 2028, units: [a, b] }, next)).not.toThrow();
});

it('may always go on as it was, without those who left, and leaves out nobody twice whatever is asked for', () => {
  const orders = fc.array(fc.shuffledSubarray(units, { minLength: 1 }), { maxLength: 40 });
  fc.assert(
    fc.property(orders, (asked) => {
      let current = schedule();
      for (const [index, order] of asked.entries()) {
        const [baseYear, day] = [2027 + index, `${2026 + index}-11-24`];
        const members = new Set(order);
        const due = units.map((_unit, place) => hostOf(current, baseYear + place) ?? '').filter((unit) => members.has(unit));
        const goingOn = [...new Set([...due, ...order])];
        expect(() => assertCanBegin(current, { baseYear, units: goingOn }, day)).not.toThrow();
        const accepted = attempt(() => assertCanBegin(current, { baseYear, units: order }, day)) ? order : goingOn;
        current = { ...current, rotations: [...current.rotations, { baseYear, units: accepted }] };
      }
    }),
  );
});

function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (!isAppError(error)) throw error;
    return false;
  }
}

it('is handed over from host to host, once', () => {
  expect(handOver(schedule(), 2026)).toEqual({ hostId: 'a', formerHostId: undefined });
  expect(handOver(schedule({ lastHandedOver: 2026 }), 2027)).toEqual({ hostId: 'b', formerHostId: 'a' });
  expect(() => handOver(schedule({ lastHandedOver: 2026 }), 2026)).toThrow(expect.objectContaining({ reason: 'ROTATION_HANDED_OVER' }));
  expect(() => handOver(schedule(), 2025)).toThrow(expect.objectContaining({ reason: 'ROTATION_NONE' }));
});

it('counts the first year from a day', () => {
  expect([firstYearFrom('2027-01-01'), firstYearFrom('2027-01-02')]).toEqual([2027, 2028]);
});
