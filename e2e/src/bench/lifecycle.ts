import { openCrew } from './cast';
import { createTally, liveCase, type Tally } from './case-steps';
import { openLeastSql } from './least-sql';
import { closedLoop, openLoop } from './load';
import type { Bench, Stage } from './bench';
import type { Figure } from './report';

const concurrency = 32;
const aimed = 100;
/** Of what the platform can do at most, when that is less than the aim: beyond it a queue only grows. */
const bearable = 0.8;

/** Submit, accept, decide and read a case through the gateway, against the least SQL that could do it. */
export const lifecycle: Bench = {
  name: 'lifecycle',
  cases: 1_000_000,
  seconds: 60,
  async run({ platform, seconds }: Stage) {
    const crew = await openCrew(platform, 64);
    try {
      const warmUp = createTally();
      await closedLoop({ concurrency, seconds: Math.min(10, seconds) }, () => liveCase(crew, warmUp));
      const full = createTally();
      const took = await closedLoop({ concurrency, seconds }, () => liveCase(crew, full));
      const most = full.done / took;
      const rate = most >= aimed ? aimed : most * bearable;
      const steady = createTally();
      await openLoop({ rate: () => rate, seconds }, (due) => liveCase(crew, steady, due));
      const least = await measureLeast(platform, seconds);
      return {
        conditions: { 'lifecycles at once': concurrency, 'offered a second': Math.round(rate) },
        figures: [
          { name: 'lifecycles a second, as many as it takes', value: most, unit: '/s', atLeast: aimed },
          { name: 'the same by the least SQL', value: least, unit: '/s' },
          { name: 'ratio to the least SQL', value: most / least, unit: '', atLeast: 0.15 },
          { name: 'open loop: lifecycles done a second', value: steady.done / seconds, unit: '/s' },
          ...percentiles('writes', steady.writes, 300),
          ...percentiles('reads', steady.steps.read, 150),
          ...(['submit', 'accept', 'decide'] as const).map((name): Figure => ({ name: `${name}, p95`, value: steady.steps[name].at(95), unit: 'ms' })),
          { name: 'errors', value: full.failed + steady.failed, unit: '', atMost: 0 },
        ],
        notes: [...full.refusals, ...steady.refusals].map(([refusal, times]) => `${times} × ${refusal}`),
      };
    } finally {
      crew.line.close();
    }
  },
};

function percentiles(name: string, times: Tally['writes'], atMost: number): Figure[] {
  return [
    { name: `${name}, p50`, value: times.at(50), unit: 'ms' },
    { name: `${name}, p95`, value: times.at(95), unit: 'ms', atMost },
    { name: `${name}, p99`, value: times.at(99), unit: 'ms' },
  ];
}

async function measureLeast(platform: Stage['platform'], seconds: number): Promise<number> {
  const floor = await openLeastSql(platform, concurrency);
  try {
    await closedLoop({ concurrency, seconds: 2 }, () => floor.live());
    let done = 0;
    const took = await closedLoop({ concurrency, seconds: Math.min(seconds, 20) }, async () => {
      await floor.live();
      done += 1;
    });
    return done / took;
  } finally {
    await floor.close();
  }
}
