import RequestQueue from 'kafkajs/src/network/requestQueue';
import { eventually } from '@linli/testing';
import { patchKafkajsTimer } from './timer-patch';

function queue() {
  const idle = Object.create(RequestQueue.prototype) as RequestQueue & { pending: unknown[]; checks: number };
  return Object.assign(idle, {
    throttledUntil: -1,
    throttleCheckTimeoutId: null,
    pending: [] as unknown[],
    checks: 0,
    checkPendingRequests() {
      this.checks += 1;
    },
  });
}

describe('kafkajs timer patch', () => {
  beforeAll(() => patchKafkajsTimer());

  it('arms no timer while nothing waits', () => {
    const idle = queue();
    idle.scheduleCheckPendingRequests();
    expect(idle.throttleCheckTimeoutId).toBeNull();
  });

  it('still sends what waits, once the throttle time is over', async () => {
    const throttled = queue();
    throttled.throttledUntil = Date.now() + 40;
    throttled.scheduleCheckPendingRequests();
    throttled.scheduleCheckPendingRequests();
    expect(throttled.checks).toBe(0);
    await eventually(() => expect(throttled.checks).toBe(1));
    expect(Date.now()).toBeGreaterThanOrEqual(throttled.throttledUntil - 1);
    expect(throttled.throttleCheckTimeoutId).toBeNull();
  });

  it('checks soon when a request waits for a free slot', async () => {
    const busy = queue();
    busy.pending.push({});
    busy.scheduleCheckPendingRequests();
    await eventually(() => expect(busy.checks).toBe(1));
  });
});
