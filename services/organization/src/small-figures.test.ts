import { toldCheck, toldFact, toldOrNot, toldPart, toldVote } from './small-figures';

describe('a figure of people', () => {
  it('is told from five on', () => {
    expect([0, 1, 4, 5, 12].map(toldOrNot)).toEqual([undefined, undefined, undefined, 5, 12]);
    expect([4, 5].map((figure) => toldFact('attended', figure))).toEqual([{}, { attended: '5' }]);
  });

  it('is not told as a part when the rest would be below five', () => {
    expect([[5, 5], [5, 9], [5, 10], [4, 10], [0, 0]].map(([part = 0, whole = 0]) => toldPart(part, whole))).toEqual([5, undefined, 5, undefined, undefined]);
  });

  it('splits no vote and no scores of fewer than five', () => {
    expect(toldVote({ present: 4, inFavour: 4 })).toBeUndefined();
    expect([4, 5].map((examiners) => toldCheck({ examiners }))).toEqual([undefined, { examiners: 5 }]);
    expect(toldVote({ present: 5, inFavour: 4 })).toEqual({ present: 5, inFavour: 4 });
  });
});
