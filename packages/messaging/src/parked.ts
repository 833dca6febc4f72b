import { EVENT_CATALOGUE } from '@linli/contracts';
import type { Database, SystemDatabase } from '@linli/db';
import { internal } from '@linli/errors';
import { errorType } from '@linli/telemetry';
import type { EventCatalogue } from './catalogue';
import { isTransient } from './delivery';
import { decodeRecord, type KafkaRecord } from './envelope';
import { workOf, type EventHandlers } from './event-handlers';
import { inboxStore, lockKey, type InboxStore, type ParkedKey } from './inbox-store';

export interface ParkedSummary extends ParkedKey {
  /** How many events wait. */
  readonly events: number;
  /** The event that failed first, and why. */
  readonly eventType: string;
  readonly reason: string;
  readonly attempts: number;
  readonly firstFailedAt: Date;
}

/** Parked keys of all tenants, the longest waiting first. */
export async function listParked(system: SystemDatabase, consumer?: string): Promise<ParkedSummary[]> {
  const { rows } = await system.knex.raw<{ rows: ParkedSummary[] }>(
    `select * from (
       select distinct on (consumer, tenant_id, topic, key) consumer, tenant_id as "tenantId", topic, key,
              (count(*) over (partition by consumer, tenant_id, topic, key))::int as events,
              event_type as "eventType", reason, attempts, first_failed_at as "firstFailedAt"
         from parked_event where consumer = coalesce(?, consumer)
        order by consumer, tenant_id, topic, key, partition, "offset") heads
      order by "firstFailedAt"`,
    [consumer ?? null],
  );
  return rows;
}

export interface RedriveResult {
  /** Applied now; duplicates among them had no second effect. */
  readonly applied: number;
  /** Why the next event failed again; absent when the key is free. */
  readonly stoppedBy?: string;
}

/**
 * Applies a key's parked events in order, each in its own transaction, until none is left or one fails again.
 * @throws AppError unavailable or aborted, when the database and not the event is the trouble.
 */
export async function redriveParked(
  database: Database,
  key: ParkedKey,
  how: { readonly handlers: EventHandlers; readonly catalogue?: EventCatalogue; readonly inbox?: InboxStore },
): Promise<RedriveResult> {
  const { inbox, ...known } = { catalogue: EVENT_CATALOGUE, inbox: inboxStore, ...how };
  let applied = 0;
  for (;;) {
    const attempt: { record?: KafkaRecord } = {};
    try {
      const isFree = await database.withTenant(key, async (tx) => {
        await inbox.lockKey(tx, key);
        const record = await inbox.findParkedHead(tx, key);
        if (record === undefined) return true;
        attempt.record = record;
        const decoded = decodeRecord(record);
        const work = 'event' in decoded ? workOf(known, decoded.event) : undefined;
        if (!('event' in decoded) || work === undefined) throw internal('HANDLER_MISSING', 'nobody handles this event type any more');
        if (await inbox.once(tx, key.consumer, decoded.event.id)) await work(tx);
        await inbox.deleteParked(tx, key, record);
        return false;
      });
      if (isFree) return { applied };
      applied += 1;
    } catch (error) {
      const { record } = attempt;
      if (record === undefined || isTransient(error)) throw error;
      await database.withTenant(key, (tx) => inbox.recordAttempt(tx, key, { record, reason: errorType(error) }));
      return { applied, stoppedBy: errorType(error) };
    }
  }
}

/**
 * Gives up the first parked event of a key: it becomes a dead letter and counts as applied, so that a repeat of it, parked
 * already or delivered later, has no effect. The next one is first. False when none waits.
 */
export async function discardParked(system: SystemDatabase, key: ParkedKey): Promise<boolean> {
  return system.knex.transaction(async (trx) => {
    await lockKey(trx, key);
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `with discarded as (
         delete from parked_event where (tenant_id, consumer, topic, partition, "offset") = (
           select tenant_id, consumer, topic, partition, "offset" from parked_event
            where tenant_id = ? and consumer = ? and topic = ? and key = ? order by partition, "offset" limit 1)
         returning *),
       marked as (
         insert into processed_event (tenant_id, consumer, event_id) select tenant_id, consumer, event_id from discarded on conflict do nothing)
       insert into dead_letter (consumer, topic, partition, "offset", key, value, headers, reason, attempts, first_failed_at)
       select consumer, topic, partition, "offset", convert_to(key, 'UTF8'), value, headers, reason, attempts, first_failed_at
         from discarded on conflict do nothing`,
      [key.tenantId, key.consumer, key.topic, key.key],
    );
    return rowCount === 1;
  });
}

export interface DeadLetterSummary {
  readonly consumer: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly deadAt: Date;
}

/** The newest dead letters, without their content. */
export async function listDeadLetters(system: SystemDatabase, limit = 100): Promise<DeadLetterSummary[]> {
  const { rows } = await system.knex.raw<{ rows: DeadLetterSummary[] }>(
    `select consumer, topic, partition, "offset", reason, dead_at as "deadAt" from dead_letter order by dead_at desc limit ?`,
    [limit],
  );
  return rows;
}
