import type { RunDetails } from 'fast-check';
import { replayWanted } from './config';

/** How many runs a simulation plays and, when one is to be played again, which: for `fc.check`. */
export function simulatedRuns(): { numRuns: number; seed?: number; path?: string; endOnFailure?: boolean } {
  const { runs, seed, path } = replayWanted();
  return { numRuns: runs, ...(seed === undefined ? {} : { seed }), ...(path === undefined ? {} : { path, endOnFailure: true }) };
}

/** @throws Error that tells the run which failed, and the variable that plays it again. */
export function assertHeld<T>(outcome: RunDetails<T>): void {
  if (!outcome.failed) return;
  const { seed, counterexample, counterexamplePath, errorInstance } = outcome;
  const story = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new Error(`play it again: LINLI_SIM_SEED=${seed}/${counterexamplePath}\n${JSON.stringify(counterexample)}\n${story}`);
}
