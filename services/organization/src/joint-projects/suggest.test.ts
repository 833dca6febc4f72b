import fc from 'fast-check';
import { suggestMatches, type Candidate } from './suggest';

const need = { unitPath: '/o/c/g/' };
const candidate = (id: string, facts: Partial<Candidate> = {}): Candidate => ({ id, memberUnitId: `m-${id}`, unitPath: '/o/', capacity: 2, serving: 0, delivered: 0, ...facts });
const ids = (candidates: readonly Candidate[]) => suggestMatches(need, candidates).map(({ resourceId }) => resourceId);

it('names the nearest first, with its reasons', () => {
  const found = suggestMatches(need, [candidate('far'), candidate('near', { unitPath: '/o/c/', delivered: 3, serving: 1 }), candidate('nearest', { unitPath: '/o/c/g/' }), candidate('elsewhere', { unitPath: '/o/x/' })]);
  expect(found.map(({ resourceId }) => resourceId)).toEqual(['nearest', 'near', 'elsewhere', 'far']);
  expect(found[1]).toEqual({
    resourceId: 'near',
    memberUnitId: 'm-near',
    reasons: [{ code: 'same_category', count: 0 }, { code: 'same_community', count: 0 }, { code: 'capacity_free', count: 1 }, { code: 'delivered_before', count: 3 }],
  });
});

it('names nobody without room, and among equals who delivered more, then who has more room, then by id', () => {
  expect(ids([candidate('full', { serving: 2 })])).toEqual([]);
  expect(ids([candidate('b'), candidate('a'), candidate('roomy', { capacity: 9 }), candidate('proven', { delivered: 1 })])).toEqual(['proven', 'roomy', 'a', 'b']);
});

it('does not take a common beginning of two ids for one unit', () => {
  expect(suggestMatches({ unitPath: '/o/c1/' }, [candidate('a', { unitPath: '/o/c/' })])[0]?.reasons[1]).toEqual({ code: 'same_office', count: 0 });
});

it('says the same whatever the order in which they are asked about, and no more than twenty', () => {
  const some = fc.uniqueArray(
    fc.record({ id: fc.uuid(), unitPath: fc.constantFrom('/o/', '/o/c/', '/o/c/g/', '/o/d/'), capacity: fc.integer({ min: 1, max: 4 }), serving: fc.nat(4), delivered: fc.nat(3) }),
    { selector: ({ id }) => id, maxLength: 40 },
  );
  fc.assert(
    fc.property(some, (facts) => {
      const candidates = facts.map(({ id, ...rest }) => candidate(id, rest));
      const once = suggestMatches(need, candidates);
      expect(suggestMatches(need, candidates.toReversed())).toEqual(once);
      expect(once.length).toBeLessThanOrEqual(20);
      expect(once.every(({ reasons }) => reasons.length >= 3)).toBe(true);
    }),
  );
});
