import type { Logger } from '@linli/telemetry';
import { Kafka, logLevel, type LogEntry } from 'kafkajs';
import { patchKafkajsTimer } from './timer-patch';

// Complete, because kafkajs fills gaps with other defaults when NODE_ENV is `test`.
const patient = { initialRetryTime: 100, multiplier: 2, factor: 0.2, retries: 8, maxRetryTime: 30_000 };

export interface KafkaOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly log?: Logger | undefined;
  /** Attempts after the first one; our own loops begin again after that. */
  readonly retries?: number;
}

/** The one place that makes a kafkajs client. */
export function createKafka({ brokers, clientId, log, retries = patient.retries }: KafkaOptions): Kafka {
  patchKafkajsTimer();
  return new Kafka({
    brokers: [...brokers],
    clientId,
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    retry: { ...patient, retries },
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => report(log, entry),
  });
}

// kafkajs calls every reconnect an error; what someone must act on is logged by our own loops.
function report(log: Logger | undefined, { namespace, log: entry }: LogEntry): void {
  const facts: Record<string, unknown> = { ...entry };
  log?.warn({ namespace, detail: facts['message'], error: facts['error'], topic: facts['topic'] }, 'kafka client warned');
}
