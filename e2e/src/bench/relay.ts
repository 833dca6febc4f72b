import { setTimeout as pause } from 'node:timers/promises';
import type { Bench, Stage } from './bench';
import { createTimes, type Times } from './histogram';
import { openLoop } from './load';
import { produceAgain, readPositions, readRecords } from './relay-broker';
import { openRelayOffices, type RelayOffices } from './relay-offices';

const aimedRate = 200;
const backlog = 100_000;
const warmUps = 5_000;
/** Seconds of the open loop that are not counted: a relay that nobody wakes looks only every half second until events come. */
const runUp = 3;
/** What a relay sends at once at most. */
const batchSize = 500;

/** From a committed change of one service to the committed effect in another, against kafkajs producing the same bytes. */
export const relay: Bench = {
  name: 'relay',
  cases: 0,
  seconds: 30,
  async run(stage: Stage) {
    const { platform, seconds, say } = stage;
    const offices = await openRelayOffices(platform);
    try {
      const progress = await openProgress(stage);
      await offices.restate(warmUps);
      await progress.until(warmUps);
      await measureDelay(offices, runUp);
      const delay = await measureDelay(offices, seconds);
      await progress.quiet();
      say('the backlog is written while the sender stands still');
      const positions = await readPositions(platform.brokers);
      const drain = await measureDrain(stage, offices, progress);
      const records = await readRecords(platform.brokers, { positions, count: backlog });
      const direct = await produceAgain(platform.brokers, records, batchSize);
      const wrong = await offices.countWrong();
      return {
        conditions: { 'events a second': aimedRate, backlog, offices: offices.count, units: offices.units },
        figures: [
          ...[50, 95].map((percentile) => ({ name: `delay, p${percentile}`, value: delay.at(percentile), unit: 'ms' })),
          { name: 'delay, p99', value: delay.at(99), unit: 'ms', atMost: 150 },
          { name: 'delay, longest', value: delay.max, unit: 'ms' },
          { name: 'backlog, to the broker', value: drain.published, unit: 'events/s' },
          { name: 'backlog, until requests has applied it', value: drain.requests, unit: 'events/s', atLeast: 5_000 },
          { name: 'backlog, until residents has applied it too', value: drain.all, unit: 'events/s' },
          { name: 'kafkajs producing the same bytes', value: direct, unit: 'events/s' },
          { name: 'ratio of the relay to kafkajs', value: drain.published / direct, unit: '' },
          { name: 'ratio of the whole way to kafkajs', value: drain.requests / direct, unit: '' },
          { name: 'lost, doubled or out of order', value: wrong, unit: '', atMost: 0 },
        ],
        notes: [
          'a delay counts from before the change is committed until a look at the effect finds it, a look every 2 ms: both make it longer than it is',
          'the changes are made by another process, which cannot wake the relay: up to 20 ms of each delay are its poll',
          'each event is applied by requests and by residents, on the same two cores',
        ],
      };
    } finally {
      await offices.close();
    }
  },
};

/** Open loop: events are due at a fixed rate, and looked for until all have had their effect. */
async function measureDelay(offices: RelayOffices, seconds: number): Promise<Times> {
  const times = createTimes();
  const waiting = new Map<string, { readonly version: number; readonly at: number }>();
  let isOver = false;
  async function look(): Promise<void> {
    while (!isOver || waiting.size > 0) {
      const found = await offices.versionsInRequests([...waiting.keys()]);
      const now = performance.now();
      for (const [unit, version] of found) {
        const change = waiting.get(unit);
        if (change === undefined || version < change.version) continue;
        waiting.delete(unit);
        times.record(now - change.at);
      }
      await pause(2);
    }
  }
  const looking = look();
  await openLoop({ rate: () => aimedRate, seconds }, async () => {
    const { unit, version, at } = await offices.restateOne();
    waiting.set(unit, { version, at });
  });
  isOver = true;
  await looking;
  return times;
}

/** Events a second from the moment that the sending process goes on. */
async function measureDrain({ platform }: Stage, offices: RelayOffices, progress: Progress): Promise<{ published: number; requests: number; all: number }> {
  const sender = platform.processes.find(({ name }) => name === 'organization')?.pid ?? 0;
  const before = await progress.read();
  process.kill(sender, 'SIGSTOP');
  try {
    await offices.restate(backlog);
  } finally {
    process.kill(sender, 'SIGCONT');
  }
  const began = performance.now();
  const doneAt: Partial<Record<keyof Counts, number>> = {};
  while (Object.keys(doneAt).length < 3) {
    await pause(50);
    const now = await progress.read();
    for (const part of ['published', 'requests', 'residents'] as const) {
      if (now[part] - before[part] >= backlog) doneAt[part] ??= performance.now();
    }
  }
  const rate = (...parts: (keyof Counts)[]): number => backlog / ((Math.max(...parts.map((part) => doneAt[part] ?? 0)) - began) / 1_000);
  return { published: rate('published'), requests: rate('requests'), all: rate('requests', 'residents') };
}

/** Events so far, by the processes' own counters. */
interface Counts {
  readonly published: number;
  readonly requests: number;
  readonly residents: number;
}

interface Progress {
  read(): Promise<Counts>;
  /** Until so many more than at the beginning are applied everywhere. */
  until(count: number): Promise<void>;
  /** Until everything published is applied everywhere. */
  quiet(): Promise<void>;
}

async function openProgress({ platform }: Stage): Promise<Progress> {
  async function read(): Promise<Counts> {
    const counter = async (service: string, pattern: RegExp): Promise<number> => {
      const text = await (await fetch(`${platform.sideUrl(service)}/metrics`)).text();
      return Number(pattern.exec(text)?.[1] ?? 0);
    };
    const applied = /^consumer_events_total\{[^}]*outcome="applied"[^}]*\} (\d+)/m;
    const [published, requests, residents] = await Promise.all([
      counter('organization', /^relay_published_total\S* (\d+)/m),
      counter('requests', applied),
      counter('residents', applied),
    ]);
    return { published, requests, residents };
  }
  const first = await read();
  async function until(count: number): Promise<void> {
    for (;;) {
      const { requests, residents } = await read();
      if (requests - first.requests >= count && residents - first.residents >= count) return;
      await pause(50);
    }
  }
  return {
    read,
    until,
    async quiet() {
      await until((await read()).published - first.published);
    },
  };
}
