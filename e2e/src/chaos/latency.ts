import type { Entry } from './history';

export interface Latency {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly longest: number;
}

export interface Timing {
  /** From the answer that acknowledges a write to the subscriber, over the whole run and in the calm after the faults. Milliseconds. */
  readonly toSubscriber: Latency;
  readonly toSubscriberCalm: Latency;
  /** From the answer to the effect in a Linli consumer, in the calm. */
  readonly toEffectCalm: Latency;
  /** From asking to the answer, in the calm. */
  readonly answerCalm: Latency;
  /** Acknowledged writes a second, in the calm. */
  readonly changesPerSecond: number;
  /** How long after the faults' end the last change acknowledged before it had reached subscriber and consumer. Milliseconds. */
  readonly drainedAfter: number;
}

/** The stable latency of acknowledged writes (Jepsen's set-full): when each could first be seen downstream. */
export function measure(entries: readonly Entry[]): Timing {
  const phase = (name: string): number => entries.filter((entry) => entry.kind === 'phase').find((mark) => mark.name === name)?.at ?? 0;
  const [faultsEnd, loadEnd] = [phase('faults-end'), phase('load-end')];
  const asked = new Map(entries.filter((entry) => entry.kind === 'invoke').map((invoke) => [invoke.op, invoke]));
  const delivered = firstTimes(entries, 'delivery');
  const applied = firstTimes(entries, 'effect');
  const writes = entries
    .filter((entry) => entry.kind === 'ok')
    .filter(({ op }) => asked.get(op)?.action !== 'read')
    .map(({ op, at, caseId, version }) => {
      const change = `${caseId} v${version}`;
      return { at, askedAt: asked.get(op)?.at ?? at, delivered: delivered.get(change) ?? Infinity, applied: applied.get(change) ?? Infinity };
    });
  const calm = writes.filter(({ askedAt }) => askedAt > faultsEnd);
  const before = writes.filter(({ at }) => at <= faultsEnd);
  return {
    toSubscriber: summarise(writes.map((write) => write.delivered - write.at)),
    toSubscriberCalm: summarise(calm.map((write) => write.delivered - write.at)),
    toEffectCalm: summarise(calm.map((write) => write.applied - write.at)),
    answerCalm: summarise(calm.map((write) => write.at - write.askedAt)),
    changesPerSecond: Math.round((calm.length / Math.max(1, loadEnd - faultsEnd)) * 1000),
    drainedAfter: Math.max(0, ...before.map((write) => Math.max(write.delivered, write.applied) - faultsEnd)),
  };
}

function firstTimes(entries: readonly Entry[], kind: 'delivery' | 'effect'): Map<string, number> {
  const times = new Map<string, number>();
  for (const entry of entries) {
    if (entry.kind !== kind) continue;
    const change = `${entry.caseId} v${entry.version}`;
    times.set(change, Math.min(times.get(change) ?? Infinity, entry.at));
  }
  return times;
}

/** An event may arrive before the answer does: that counts as at once. */
function summarise(spans: readonly number[]): Latency {
  const sorted = spans.map((span) => Math.max(0, span)).sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p99: at(0.99), longest: sorted.at(-1) ?? 0 };
}
