export interface TestClock {
  now(): Date;
  set(iso: string): void;
  /** Moves on by milliseconds. */
  advance(milliseconds: number): void;
}

/** A clock that stands still until told otherwise. */
export function fixedClock(iso: string): TestClock {
  let at = new Date(iso).getTime();
  return {
    now: () => new Date(at),
    set: (next) => {
      at = new Date(next).getTime();
    },
    advance: (milliseconds) => {
      at += milliseconds;
    },
  };
}
