import { createMetrics } from './index';

describe('createMetrics', () => {
  it('exposes counters, gauges and histograms with the service as a label', async () => {
    const metrics = createMetrics('requests');
    metrics.counter('cases_total', 'Cases.', ['state']).inc({ state: 'open' });
    metrics.gauge('backlog', 'Backlog.').set(7);
    metrics.histogram('seconds', 'Seconds.').observe(0.02);
    const text = await metrics.expose();
    expect(text).toMatch(/cases_total\{state="open",service="requests"\} 1/);
    expect(text).toMatch(/backlog\{service="requests"\} 7/);
    expect(text).toMatch(/seconds_bucket\{le="0.025",service="requests"\} 1/);
    expect(text).toMatch(/process_resident_memory_bytes\{service="requests"\} \d{6,}/);
    expect(text).toMatch(/process_cpu_seconds_total/);
  });

  it('keeps two apps of one process apart', async () => {
    const one = createMetrics('one');
    const two = createMetrics('two');
    one.counter('seen_total', 'Seen.').inc();
    two.counter('seen_total', 'Seen.');
    expect(await two.expose()).toMatch(/seen_total\{service="two"\} 0/);
  });

  it('gives one metric to everyone who asks for its name, and refuses another type', () => {
    const metrics = createMetrics('one');
    expect(metrics.counter('seen_total', 'Seen.')).toBe(metrics.counter('seen_total', 'Seen.'));
    expect(() => metrics.gauge('seen_total', 'Seen.')).toThrow('one metric name is used for two types');
  });
});
