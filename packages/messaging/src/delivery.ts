import { translateDatabaseError, type Database, type SystemDatabase, type Tx } from '@linli/db';
import { isAppError } from '@linli/errors';
import { continueTrace, errorType, type Logger, type Metrics } from '@linli/telemetry';
import { applyTogether, type Applicable } from './apply-together';
import { factsOf, type EventCatalogue } from './catalogue';
import { decodeRecord, type KafkaRecord, type ReceivedEvent } from './envelope';
import { handlerOf, workOf, type EventHandlers, type Work } from './event-handlers';
import type { Session } from './group-reader';
import type { Failure, InboxStore, ParkedKey } from './inbox-store';
import type { Time } from './pace';

export interface DeliveryOptions {
  readonly database: Database;
  readonly system: SystemDatabase;
  readonly group: string;
  readonly handlers: EventHandlers;
  readonly catalogue: EventCatalogue;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly inbox: InboxStore;
  readonly time: Time;
}

const mostAttempts = 3;
/** Events of one transaction. Beyond a hundred, what they share is next to nothing of their cost. */
const mostAtOnce = 100;
/** A transaction keeps its locks, and people wait for them. */
const longestMs = 100;

/** Settles records: each ends as applied, duplicate, parked, dead or skipped, and only then is done. */
export class Delivery {
  /** How many events the next transaction takes: more while that is quick, one again when it fails. */
  private atOnce = 1;
  private readonly outcomes: ReturnType<Metrics['counter']>;
  private readonly retries: ReturnType<Metrics['counter']>;
  private readonly delay: ReturnType<Metrics['histogram']>;

  constructor(private readonly options: DeliveryOptions) {
    const { metrics } = options;
    this.outcomes = metrics.counter('consumer_events_total', 'Records by what became of them.', ['outcome']);
    this.retries = metrics.counter('consumer_retries_total', 'Repeated attempts to settle a record, by cause.', ['cause']);
    this.delay = metrics.histogram('consumer_delay_seconds', 'From the change to its effect here.');
  }

  /** Settles some of the records, from the first on, and gives how many; 0 when the reader stops before: they will come again. */
  async settle(records: readonly KafkaRecord[], session: Session): Promise<number> {
    const some = records.slice(0, this.atOnce);
    const began = this.options.time.monotonic();
    const left = some.length > 1 ? await this.settleTogether(some) : some;
    for (const record of left) {
      if (!session.isActive() || !(await this.settleOne(record, session))) return 0;
      await session.heartbeat();
    }
    if (this.options.time.monotonic() - began > longestMs) this.atOnce = Math.ceil(this.atOnce / 2);
    else this.atOnce = Math.min(this.atOnce * 2, mostAtOnce);
    return some.length;
  }

  /** Applies what it can in one transaction a tenant; gives what is left to be settled one by one, in order within each key. */
  private async settleTogether(records: readonly KafkaRecord[]): Promise<KafkaRecord[]> {
    const left: KafkaRecord[] = [];
    const byTenant = new Map<string, [Applicable, ...Applicable[]]>();
    for (const record of records) {
      const applicable = this.applicableOf(record);
      if (applicable === undefined) {
        left.push(record);
        continue;
      }
      const others = byTenant.get(applicable.event.tenantId);
      if (others === undefined) byTenant.set(applicable.event.tenantId, [applicable]);
      else others.push(applicable);
    }
    for (const events of byTenant.values()) left.push(...(await this.tryTogether(events)).map(({ record }) => record));
    return left;
  }

  private async tryTogether(events: readonly [Applicable, ...Applicable[]]): Promise<readonly Applicable[]> {
    if (events.length === 1) return events;
    try {
      const { applied, duplicates, behindParked } = await applyTogether(this.options, events);
      for (const { event } of applied) this.noteApplied(event);
      this.outcomes.inc({ outcome: 'duplicate' }, duplicates);
      return behindParked;
    } catch (err) {
      // Whatever it is, one by one tells whose it is.
      this.atOnce = 1;
      this.retries.inc({ cause: 'together' });
      this.options.log.debug({ err, events: events.length }, 'events could not be applied together');
      return events;
    }
  }

  private applicableOf(record: KafkaRecord): Applicable | undefined {
    const decoded = decodeRecord(record);
    if ('fault' in decoded) return undefined;
    const { event } = decoded;
    const handler = handlerOf(this.options.handlers, event.type);
    if (handler === undefined || factsOf(this.options.catalogue, event.type)?.topic !== record.topic) return undefined;
    return { record, event, handler };
  }

  /** False when the reader stops before the record was settled: it will come again. */
  private async settleOne(record: KafkaRecord, session: Session): Promise<boolean> {
    const decoded = decodeRecord(record);
    if ('fault' in decoded) return this.bury(record, session, decoded.fault);
    const { event } = decoded;
    const work = workOf(this.options, event);
    if (work === undefined) {
      this.outcomes.inc({ outcome: 'skipped' });
      return true;
    }
    if (factsOf(this.options.catalogue, event.type)?.topic !== record.topic) return this.bury(record, session, 'TOPIC_MISMATCH');
    let failure: Failure | undefined;
    return this.patiently(session, async () => {
      while (failure === undefined || failure.attempts < mostAttempts) {
        try {
          await this.apply(record, event, work);
          return true;
        } catch (error) {
          if (isTransient(error)) throw error;
          failure = this.noteFailure(error, event, failure);
          await session.backOff(failure.attempts);
          await session.heartbeat();
          if (!session.isActive()) return false;
        }
      }
      await this.parkFirst(record, event, failure);
      return true;
    });
  }

  private async apply(record: KafkaRecord, event: ReceivedEvent, work: Work): Promise<void> {
    const { database, group, inbox } = this.options;
    const outcome = await continueTrace(event.traceparent, `consume ${event.type}`, () =>
      database.withTenant(event, async (tx) => {
        if (await this.isParkedBehind(tx, record, event)) return 'parked';
        if (!(await inbox.once(tx, group, event.id))) return 'duplicate';
        await work(tx);
        return 'applied';
      }),
    );
    if (outcome === 'applied') this.noteApplied(event);
    else this.outcomes.inc({ outcome });
  }

  private noteApplied({ time }: ReceivedEvent): void {
    this.outcomes.inc({ outcome: 'applied' });
    this.delay.observe(Math.max(0, Date.now() - time.getTime()) / 1000);
  }

  /** An event whose key is parked joins the queue there, so that it cannot overtake. */
  private async isParkedBehind(tx: Tx, record: KafkaRecord, event: ReceivedEvent): Promise<boolean> {
    const { inbox, group } = this.options;
    const key = this.keyOf(record, event);
    if (!(await inbox.isParked(tx, key))) return false;
    // A re-drive may be finishing with this key: look again once it has.
    await inbox.lockKey(tx, key);
    if (!(await inbox.isParked(tx, key))) return false;
    const failure = { reason: 'BEHIND_PARKED', attempts: 0, firstFailedAt: new Date() };
    await inbox.park(tx, group, { record, event, failure });
    return true;
  }

  private async parkFirst(record: KafkaRecord, event: ReceivedEvent, failure: Failure): Promise<void> {
    const { database, inbox, group } = this.options;
    await database.withTenant(event, async (tx) => {
      await inbox.lockKey(tx, this.keyOf(record, event));
      await inbox.park(tx, group, { record, event, failure });
    });
    this.outcomes.inc({ outcome: 'parked' });
    const { id, type, tenantId } = event;
    const { topic, partition, offset } = record;
    this.options.log.error({ event_id: id, event_type: type, tenant_id: tenantId, topic, partition, offset, ...failure }, 'event parked');
  }

  private async bury(record: KafkaRecord, session: Session, reason: string): Promise<boolean> {
    const { system, group, inbox, log } = this.options;
    const failure = { reason, attempts: 1, firstFailedAt: new Date() };
    return this.patiently(session, async () => {
      await inbox.storeDeadLetter(system.knex, group, { record, failure });
      this.outcomes.inc({ outcome: 'dead' });
      log.error({ topic: record.topic, partition: record.partition, offset: record.offset, reason }, 'record buried as dead letter');
      return true;
    });
  }

  /** Repeats while our own database does not answer or asks to try again: such a record is neither parked nor passed over. */
  private async patiently(session: Session, work: () => Promise<boolean>): Promise<boolean> {
    for (let failures = 1; ; failures += 1) {
      try {
        return await work();
      } catch (thrown) {
        const err = isAppError(thrown) ? thrown : translateDatabaseError(thrown, {});
        if (!isTransient(err)) throw thrown;
        this.retries.inc({ cause: 'database' });
        this.options.log.warn({ err, failures }, 'consumer waits for its database');
        await session.backOff(failures);
        await session.heartbeat();
        if (!session.isActive()) return false;
      }
    }
  }

  private noteFailure(err: unknown, event: ReceivedEvent, before: Failure | undefined): Failure {
    const attempts = (before?.attempts ?? 0) + 1;
    this.retries.inc({ cause: 'handler' });
    this.options.log.warn({ err, event_id: event.id, event_type: event.type, attempts }, 'event handler failed');
    return { reason: errorType(err), attempts, firstFailedAt: before?.firstFailedAt ?? new Date() };
  }

  private keyOf({ topic }: KafkaRecord, { tenantId, key }: ReceivedEvent): ParkedKey {
    return { consumer: this.options.group, tenantId, topic, key };
  }
}

/** The trouble is our database or a concurrent change, not the event. */
export function isTransient(error: unknown): boolean {
  return isAppError(error) && (error.kind === 'unavailable' || error.kind === 'aborted');
}
