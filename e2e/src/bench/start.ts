import { setTimeout as pause } from 'node:timers/promises';
import path from 'node:path';
import { startOwnPlatform, type OwnPlatform } from '../own-platform';
import type { Bench, Stage } from './bench';
import { readUsage, sumOf, type Usage } from './processes';
import type { Figure } from './report';

const warmStarts = 3;
/** What runs once after a start, as consumers joining and pools filling, is not what an idle platform costs. */
const settleSeconds = 15;

/** From nothing to ready, from a folder of before to ready, and what the platform takes while nobody uses it. */
export const start: Bench = {
  name: 'start',
  cases: 0,
  seconds: 60,
  async run({ platform, data, seconds, say }: Stage) {
    await platform.stop();
    const own = path.join(path.dirname(data), 'start');
    const cold = await timeStart(own, true);
    await cold.platform.stop();
    const warm: number[] = [];
    let idle: OwnPlatform | undefined;
    for (let left = warmStarts; left > 0; left -= 1) {
      await idle?.stop();
      const started = await timeStart(own, false);
      warm.push(started.seconds);
      idle = started.platform;
    }
    if (idle === undefined) throw new Error('nothing was started');
    try {
      say(`measuring an idle platform for ${seconds} s`);
      await pause(settleSeconds * 1_000);
      const before = readUsage(idle.processes);
      await pause(seconds * 1_000);
      const after = readUsage(idle.processes);
      return {
        conditions: { 'warm starts': warmStarts, 'settled for': `${settleSeconds} s` },
        figures: [
          { name: 'cold start, on an empty data folder', value: cold.seconds, unit: 's' },
          { name: 'warm start, slowest', value: Math.max(...warm), unit: 's', atMost: 20 },
          ...idleFigures(before, after, seconds),
        ],
      };
    } finally {
      await idle.stop();
    }
  },
};

async function timeStart(data: string, fresh: boolean): Promise<{ platform: OwnPlatform; seconds: number }> {
  const began = performance.now();
  const platform = await startOwnPlatform(data, { fresh });
  return { platform, seconds: (performance.now() - began) / 1_000 };
}

function idleFigures(before: ReadonlyMap<string, Usage>, after: ReadonlyMap<string, Usage>, seconds: number): Figure[] {
  const percent = (from: number, to: number): number => ((to - from) / seconds) * 100;
  const [first, last] = [sumOf(before), sumOf(after)];
  return [
    { name: 'idle memory, PSS of all processes', value: last.pss, unit: 'MB', atMost: 900 },
    { name: 'the same as RSS, shared pages many times', value: last.rss, unit: 'MB' },
    { name: 'idle CPU of all processes', value: percent(first.cpu, last.cpu), unit: '% of a core', atMost: 3 },
    ...[...after].flatMap(([name, usage]): Figure[] => [
      { name: `${name}: memory, PSS`, value: usage.pss, unit: 'MB' },
      { name: `${name}: CPU`, value: percent(before.get(name)?.cpu ?? 0, usage.cpu), unit: '% of a core' },
    ]),
  ];
}
