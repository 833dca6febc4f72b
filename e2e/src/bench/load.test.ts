import { eventually } from '@linli/testing';
import { closedLoop, openLoop } from './load';

describe('an open loop', () => {
  it('begins what is due, whether or not what began before has ended', async () => {
    const dues: number[] = [];
    const held = Promise.withResolvers<void>();
    const running = openLoop({ rate: () => 1_000, seconds: 0.02 }, (due) => {
      dues.push(due);
      return held.promise;
    });
    await eventually(() => expect(dues).toHaveLength(20));
    held.resolve();
    await running;
    expect(dues.map((due) => Math.round(due - (dues[0] ?? 0)))).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('follows a rate that changes', async () => {
    const dues: number[] = [];
    await openLoop({ rate: (seconds) => (seconds < 0.01 ? 1_000 : 500), seconds: 0.02 }, (due) => {
      dues.push(due);
      return Promise.resolve();
    });
    expect(dues).toHaveLength(15);
  });

  it('charges whoever had to wait for a place with the time since they were due', async () => {
    const waited: number[] = [];
    let underWay = 0;
    await openLoop({ rate: () => 1_000, seconds: 0.01, mostUnderWay: 1 }, async (due) => {
      underWay += 1;
      expect(underWay).toBe(1);
      const until = performance.now() + 5;
      while (performance.now() < until) await new Promise((resolve) => setImmediate(resolve));
      waited.push(performance.now() - due);
      underWay -= 1;
    });
    // Ten pieces of work of 5 ms each, due a millisecond apart: the last has waited for the nine before it.
    expect(waited).toHaveLength(10);
    expect(waited[9]).toBeGreaterThan(40);
  });
});

it('a closed loop keeps so many at work and no more', async () => {
  let underWay = 0;
  let most = 0;
  let done = 0;
  await closedLoop({ concurrency: 3, seconds: 0.02 }, async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    underWay -= 1;
    done += 1;
  });
  expect([most, underWay]).toEqual([3, 0]);
  expect(done).toBeGreaterThanOrEqual(3);
});
