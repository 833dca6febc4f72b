import type { OwnPlatform } from '../own-platform';
import type { Figure } from './report';

/** What a benchmark works with: a platform of its own, started as `npm start` does, with so many cases in it. */
export interface Stage {
  readonly platform: OwnPlatform;
  readonly cases: number;
  readonly seconds: number;
  /** The platform's data folder. */
  readonly data: string;
  readonly say: (line: string) => void;
}

export interface Bench {
  readonly name: string;
  /** Cases in the office when none are asked for; 0: the fixtures only. */
  readonly cases: number;
  /** Leaves an office in which no other benchmark should measure. */
  readonly ownData?: boolean;
  /** Of each measured load. */
  readonly seconds: number;
  run(stage: Stage): Promise<Outcome>;
}

export interface Outcome {
  readonly conditions: Readonly<Record<string, string | number>>;
  readonly figures: readonly Figure[];
  /** What a reader of the figures should know of this run. */
  readonly notes?: readonly string[];
}
