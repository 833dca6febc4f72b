import { toldCheck, toldFact, toldOrNot, toldPart, toldVote } from './small-figures';

describe('a figure of people', () => {
  it('is told from five on', () => {
    expect([0, 1, 4, 5, 12].map(toldOrNot)).toEqual([undefined, undefined, undefined, 5, 12]);
    expect([4, 5].map((figure) => toldFact('attended', figure))).toEqual([{}, { attended: '5' }]);
  });

  it('is not told as a part when the rest would be below five', () => {
    expect([[5, 5], [5, 9], [5, 10], [4, 10], [0, 0]].map(([part = 0, whole = 0]) => toldPart(part, whole))).toEqual([5, undefined, 5, undefined, undefined]);
  });

  it.each([
    [4, 4, false],
    [5, 0, true],
    [5, 5, true],
    [8, 7, false],
    [9, 4, false],
    [10, 5, true],
    [10, undefined, false],
  ])('splits a vote and no scores of %i ballots, %s of them papers: %s', (present, papers, told) => {
    const vote = { present, inFavour: 4 };
    expect([4, 5].map((examiners) => toldCheck({ examiners }))).toEqual([undefined, { examiners: 5 }]);
    expect(toldVote(vote, papers)).toEqual(told ? vote : undefined);
  });
});
