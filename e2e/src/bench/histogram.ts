import { build, type Histogram } from 'hdr-histogram-js';

/** Times of one kind of work, to three digits from a microsecond to a quarter of an hour. */
export interface Times {
  /** Milliseconds. */
  record(ms: number): void;
  /** Milliseconds; 0 when nothing was recorded. */
  at(percentile: number): number;
  readonly count: number;
  readonly max: number;
  readonly mean: number;
}

const highestMicroseconds = 900_000_000;

export function createTimes(): Times {
  const histogram: Histogram = build({ lowestDiscernibleValue: 1, highestTrackableValue: highestMicroseconds, numberOfSignificantValueDigits: 3 });
  const ms = (microseconds: number): number => Math.round(microseconds / 10) / 100;
  return {
    record: (value) => histogram.recordValue(Math.min(highestMicroseconds, Math.max(1, Math.round(value * 1_000)))),
    at: (percentile) => (histogram.totalCount === 0 ? 0 : ms(histogram.getValueAtPercentile(percentile))),
    get count() {
      return histogram.totalCount;
    },
    get max() {
      return histogram.totalCount === 0 ? 0 : ms(histogram.maxValue);
    },
    get mean() {
      return histogram.totalCount === 0 ? 0 : ms(histogram.mean);
    },
  };
}
