/**
 * The smallest figure of people that is told where no one of them should be pointed at: in public, on public topics and in
 * statistics. Source: the platform's privacy rules, section 13, metrics that cannot harm: small cells (<5) are hidden.
 */
export const leastTold = 5;

export function toldOrNot(figure: number): number | undefined {
  return figure >= leastTold ? figure : undefined;
}

/** As a fact of a thread: none where the figure is too small to be told. */
export function toldFact(name: string, figure: number): Readonly<Record<string, string>> {
  return figure >= leastTold ? { [name]: String(figure) } : {};
}

/** A part of a figure that is told itself: not when the rest is so small that the two would tell it. */
export function toldPart(part: number, whole: number): number | undefined {
  const rest = whole - part;
  return rest === 0 || rest >= leastTold ? toldOrNot(part) : undefined;
}

/** How residents scored, where so many did that no score is somebody's. */
export function toldCheck<Check extends { readonly examiners: number }>(check: Check): Check | undefined {
  return check.examiners >= leastTold ? check : undefined;
}

/**
 * How a vote was split, where so many took part by sign-in, and on paper, that no ballot is somebody's: whoever counted the papers
 * knows the others by subtraction. What came of it is told of every vote.
 */
export function toldVote<Vote extends { readonly present: number }>(vote: Vote, papers: number | undefined): Vote | undefined {
  if (papers === undefined || vote.present < leastTold) return undefined;
  return [papers, vote.present - papers].every((part) => part === 0 || part >= leastTold) ? vote : undefined;
}
