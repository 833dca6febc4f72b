/** Repeatable chance. */
export interface Chance {
  /** From 0 up to, not including, `limit`: a whole number. */
  below(limit: number): number;
  /** From 0 to `most`. */
  upTo(most: number): number;
  /** True in this share of the cases. */
  isLucky(share: number): boolean;
  /** @throws RangeError when there is nothing to pick from. */
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32: small, fast and good enough to choose what happens next. */
export function seededChance(seed: number): Chance {
  let state = seed | 0;
  function next(): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
  return {
    below: (limit) => Math.floor(next() * limit),
    upTo: (most) => next() * most,
    isLucky: (share) => next() < share,
    pick(from) {
      const index = Math.floor(next() * from.length);
      if (index >= from.length) throw new RangeError('nothing to pick from');
      return from[index] as (typeof from)[number];
    },
  };
}
