import type { Entry } from './history';
import { measure } from './latency';

/** One write before the faults end and one after, both seen downstream. */
const history: Entry[] = [
  { kind: 'invoke', at: 1_000, op: 1, tenant: 't', action: 'submit' },
  { kind: 'ok', at: 1_100, op: 1, caseId: 'A', version: 1 },
  { kind: 'phase', at: 2_000, name: 'faults-end' },
  { kind: 'invoke', at: 3_000, op: 2, tenant: 't', action: 'accept', caseId: 'A' },
  { kind: 'ok', at: 3_020, op: 2, caseId: 'A', version: 2 },
  { kind: 'phase', at: 4_000, name: 'load-end' },
  ...[
    { version: 1, delivered: 6_000, applied: 7_500 },
    { version: 2, delivered: 3_025, applied: 3_050 },
  ].flatMap(({ version, delivered, applied }): Entry[] => [
    { kind: 'delivery', at: delivered, tenant: 't', caseId: 'A', version, eventId: `A-${version}`, key: 't:A', type: 't', partition: 0, offset: version },
    { kind: 'effect', at: applied, tenant: 't', caseId: 'A', version, eventId: `A-${version}`, sequence: version },
  ]),
];

describe('the times of a history', () => {
  it('tell the calm from the whole, and how long the backlog took', () => {
    const timing = measure(history);
    expect(timing.toSubscriberCalm).toEqual({ count: 1, p50: 5, p99: 5, longest: 5 });
    expect(timing.toSubscriber.longest).toBe(4_900);
    expect(timing.toEffectCalm.p50).toBe(30);
    expect(timing.answerCalm.p50).toBe(20);
    expect(timing.drainedAfter).toBe(5_500);
  });

  it('are endless when a change never arrives', () => {
    expect(measure(history.filter((entry) => entry.kind !== 'effect')).drainedAfter).toBe(Infinity);
  });
});
