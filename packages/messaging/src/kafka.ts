import type { Logger } from '@linli/telemetry';
import { Kafka, logLevel, type LogEntry } from 'kafkajs';
import { patchKafkajsTimer } from './timer-patch';

/** Complete, because kafkajs fills gaps with other defaults when NODE_ENV is `test`; short, to be back soon after the broker is. */
export const patience = { initialRetryTime: 100, multiplier: 2, factor: 0.2, retries: 8, maxRetryTime: 2_000 };

export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly log?: Logger | undefined;
  /** Attempts after the first one; our own loops begin again after that. */
  readonly retries?: number;
}

/** The one place that makes a kafkajs client. */
export function createKafka({ brokers, clientId, log, retries = patience.retries }: KafkaOptions): Kafka {
  patchKafkajsTimer();
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { ...patience, retries },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => report(log, entry),
  });
}

// kafkajs calls every reconnect an error, hundreds a minute while a broker is away; our own loops say once what matters.
function report(log: Logger | undefined, { namespace, log: entry }: LogEntry): void {
  log?.debug({ namespace, detail: entry.message }, 'kafka client reported');
}
