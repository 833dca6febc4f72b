import type { Bench, Stage } from './bench';
import { openCrew, type Crew } from './cast';
import { createTally, liveCase, type Tally } from './case-steps';
import { closedLoop, openLoop } from './load';
import type { Figure } from './report';

/** Lifecycles a second in each step: the profile that DIGIT was tested with (its performance report of March 2026), and the same three times as high. */
const profile = [1, 15, 1, 25, 2, 35, 10];
const heights = [1, 3];
/** After the last step: as calm as before the first. */
const recovery = 1;

interface Step {
  readonly rate: number;
  readonly tally: Tally;
}

/** Sudden crowds: how many are turned away, and how soon it is as before. */
export const burst: Bench = {
  name: 'burst',
  cases: 1_000_000,
  seconds: 60,
  async run({ platform, seconds, say }: Stage) {
    const crew = await openCrew(platform, 512);
    try {
      await closedLoop({ concurrency: 4, seconds: Math.min(10, seconds) }, () => liveCase(crew, createTally()));
      const figures: Figure[] = [];
      const notes: string[] = [];
      for (const height of heights) {
        const steps = await play(crew, [...profile, recovery].map((rate) => rate * height), seconds);
        for (const { rate, tally } of steps) say(`  ${rate}/s: ${tally.done} done, ${tally.failed} failed, writes p95 ${tally.writes.at(95)} ms`);
        figures.push(...figuresOf(height, steps));
        notes.push(...steps.flatMap(({ rate, tally }) => [...tally.refusals].map(([refusal, times]) => `at ${rate}/s: ${times} × ${refusal}`)));
      }
      return { conditions: { profile: profile.join('→'), heights: heights.join(', ') }, figures, notes };
    } finally {
      crew.line.close();
    }
  },
};

/** All steps in one open loop, so that what one leaves undone weighs on the next. */
async function play(crew: Crew, rates: readonly number[], secondsEach: number): Promise<Step[]> {
  const steps = rates.map((rate): Step => ({ rate, tally: createTally() }));
  const began = performance.now();
  const stepAt = (seconds: number): Step => steps[Math.min(Math.floor(seconds / secondsEach), steps.length - 1)] as Step;
  await openLoop({ rate: (seconds) => stepAt(seconds).rate, seconds: secondsEach * steps.length }, (due) => {
    const { tally } = stepAt((due - began) / 1_000);
    return liveCase(crew, tally, due);
  });
  return steps;
}

function figuresOf(height: number, steps: readonly Step[]): Figure[] {
  const [before] = steps;
  const after = steps.at(-1);
  if (before === undefined || after === undefined) return [];
  const begun = steps.reduce((sum, { tally }) => sum + tally.begun, 0);
  const failed = steps.reduce((sum, { tally }) => sum + tally.failed, 0);
  const worst = Math.max(...steps.map(({ tally }) => tally.writes.at(95)));
  const name = height === 1 ? 'the profile' : `the profile × ${height}`;
  return [
    { name: `${name}: lifecycles`, value: begun, unit: '' },
    { name: `${name}: errors`, value: (100 * failed) / begun, unit: '%', atMost: 0.1 },
    { name: `${name}: writes p95, before`, value: before.tally.writes.at(95), unit: 'ms' },
    { name: `${name}: writes p95, worst step`, value: worst, unit: 'ms' },
    { name: `${name}: writes p95, the step after`, value: after.tally.writes.at(95), unit: 'ms' },
    { name: `${name}: after, against before`, value: after.tally.writes.at(95) / before.tally.writes.at(95), unit: '', atMost: 1.2 },
  ];
}
