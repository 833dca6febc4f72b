import { performance } from 'node:perf_hooks';
import { internal } from '@linli/errors';
import { Counter, Gauge, Histogram, Registry, type Metric } from 'prom-client';

/** A registry of one app: several apps in one process never share a figure. Labels must be of low cardinality. */
export interface Metrics {
  readonly contentType: string;
  /** Asking twice for one name gives the same metric, so that two parts of an app may count together. */
  counter(name: string, help: string, labels?: readonly string[]): Counter;
  gauge(name: string, help: string, labels?: readonly string[]): Gauge;
  /** Observes seconds, 1 ms to 10 s. */
  histogram(name: string, help: string, labels?: readonly string[]): Histogram;
  /** The Prometheus text format. */
  expose(): Promise<string>;
}

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics of one app, each carrying the label `service`, with the process's memory, CPU and event loop figures. */
export function createMetrics(service: string): Metrics {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  addProcessMetrics(registry);

  function settings(name: string, help: string, labels: readonly string[] = []) {
    return { name, help, labelNames: [...labels], registers: [registry] };
  }

  function known<M extends Metric>(type: new (...args: never[]) => M, name: string): M | undefined {
    const metric: unknown = registry.getSingleMetric(name);
    if (metric === undefined || metric instanceof type) return metric;
    throw internal('METRIC_TYPE_CHANGED', 'one metric name is used for two types of metric', { details: { metric: name } });
  }

  return {
    contentType: registry.contentType,
    counter: (name, help, labels) => known(Counter, name) ?? new Counter(settings(name, help, labels)),
    gauge: (name, help, labels) => known(Gauge, name) ?? new Gauge(settings(name, help, labels)),
    histogram: (name, help, labels) =>
      known(Histogram, name) ?? new Histogram({ ...settings(name, help, labels), buckets: secondsBuckets }),
    expose: () => registry.metrics(),
  };
}

// prom-client's own set keeps observers and timers for ever; these are read only when somebody asks.
function addProcessMetrics(registry: Registry): void {
  const registers = [registry];
  let utilisationBefore = performance.eventLoopUtilization();
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'nodejs_heap_used_bytes',
    help: 'Used JavaScript heap.',
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time, user and system.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  new Gauge({
    name: 'nodejs_eventloop_utilization',
    help: 'Share of time the event loop was busy since the last scrape, 0 to 1.',
    registers,
    collect() {
      const now = performance.eventLoopUtilization();
      this.set(performance.eventLoopUtilization(now, utilisationBefore).utilization);
      utilisationBefore = now;
    },
  });
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'Start of the process, seconds since 1970.',
    registers,
  }).set(performance.timeOrigin / 1000);
}
