import { tenantOf, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import type { KafkaRecord, ReceivedEvent, RecordHeader } from './envelope';
import { once, onceEach, pruneProcessed } from './once';

/** The events of one aggregate, as one consumer reads them. */
export interface ParkedKey {
  /** The consumer group. */
  readonly consumer: string;
  readonly tenantId: string;
  readonly topic: string;
  readonly key: string;
}

export interface Failure {
  /** Reason of the AppError or type of the error: never its message. */
  readonly reason: string;
  readonly attempts: number;
  readonly firstFailedAt: Date;
}

interface RecordRow {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number | string;
  readonly key: string;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, string | null])[];
}

const keyMatches = 'tenant_id = ? and consumer = ? and topic = ? and key = ?';

function keyBindings({ tenantId, consumer, topic, key }: ParkedKey): string[] {
  return [tenantId, consumer, topic, key];
}

export async function isParked(tx: Tx, key: ParkedKey): Promise<boolean> {
  const { rows } = await tx.raw<{ rows: unknown[] }>(`select from parked_event where ${keyMatches} limit 1`, keyBindings(key));
  return rows.length > 0;
}

/** Which keys of a topic are parked, of those given. */
export async function findParkedKeys(tx: Tx, { consumer, topic }: Pick<ParkedKey, 'consumer' | 'topic'>, keys: string[]): Promise<string[]> {
  const { rows } = await tx.raw<{ rows: { key: string }[] }>(
    'select distinct key from parked_event where tenant_id = ? and consumer = ? and topic = ? and key = any(cast(? as text[]))',
    [tenantOf(tx), consumer, topic, keys],
  );
  return rows.map(({ key }) => key);
}

/** Parking, re-driving and discarding one key exclude each other until the end of the transaction. */
export async function lockKey(knex: Knex, key: ParkedKey): Promise<void> {
  await knex.raw('select pg_advisory_xact_lock(hashtextextended(?, 7303))', [keyBindings(key).join(' ')]);
}

/** Keeps the record as it came, behind what is parked of its key already. A record applied meanwhile is left out. */
export async function park(tx: Tx, consumer: string, parked: { record: KafkaRecord; event: ReceivedEvent; failure: Failure }): Promise<void> {
  const { record, event, failure } = parked;
  const tenantId = tenantOf(tx);
  await tx.raw(
    `insert into parked_event (tenant_id, consumer, topic, partition, "offset", key, value, headers, event_id, event_type,
                               reason, attempts, first_failed_at)
     select ?, ?, ?, ?, ?, ?, cast(? as bytea), cast(? as json), cast(? as uuid), ?, ?, ?, cast(? as timestamptz)
      where not exists (select from processed_event where tenant_id = ? and consumer = ? and event_id = ?)
     on conflict do nothing`,
    [
      ...[tenantId, consumer, record.topic, record.partition, record.offset, event.key, record.value, headersJson(record.headers)],
      ...[event.id, event.type, failure.reason, failure.attempts, failure.firstFailedAt, tenantId, consumer, event.id],
    ],
  );
}

/** The first waiting record of the key. */
export async function findParkedHead(tx: Tx, key: ParkedKey): Promise<KafkaRecord | undefined> {
  const { rows } = await tx.raw<{ rows: RecordRow[] }>(
    `select topic, partition, "offset", key, value, headers from parked_event where ${keyMatches} order by partition, "offset" limit 1`,
    keyBindings(key),
  );
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    topic: row.topic,
    partition: row.partition,
    offset: String(row.offset),
    key: Buffer.from(row.key),
    value: row.value,
    headers: row.headers.map(([name, value]) => [name, value === null ? null : Buffer.from(value, 'base64')]),
  };
}

export async function deleteParked(tx: Tx, key: ParkedKey, record: KafkaRecord): Promise<void> {
  await tx.raw(`delete from parked_event where ${keyMatches} and partition = ? and "offset" = ?`, [
    ...keyBindings(key),
    record.partition,
    record.offset,
  ]);
}

export async function recordAttempt(tx: Tx, key: ParkedKey, attempt: { record: KafkaRecord; reason: string }): Promise<void> {
  await tx.raw(
    `update parked_event set attempts = attempts + 1, reason = ? where ${keyMatches} and partition = ? and "offset" = ?`,
    [attempt.reason, ...keyBindings(key), attempt.record.partition, attempt.record.offset],
  );
}

/** Keeps a record that can never be applied, with its bytes and headers untouched. */
export async function storeDeadLetter(knex: Knex, consumer: string, dead: { record: KafkaRecord; failure: Failure }): Promise<void> {
  const { record, failure } = dead;
  await knex('dead_letter')
    .insert({
      consumer,
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      key: record.key,
      value: record.value,
      headers: headersJson(record.headers),
      reason: failure.reason,
      attempts: failure.attempts,
      first_failed_at: failure.firstFailedAt,
    })
    .onConflict()
    .ignore();
}

export async function countParkedKeys(knex: Knex, consumer: string): Promise<number> {
  const { rows } = await knex.raw<{ rows: { keys: number }[] }>(
    'select count(*)::int as keys from (select distinct tenant_id, topic, key from parked_event where consumer = ?) waiting',
    [consumer],
  );
  return rows[0]?.keys ?? 0;
}

/** What a consumer and a re-drive ask of the database. */
export const inboxStore = {
  once,
  onceEach,
  isParked,
  findParkedKeys,
  lockKey,
  park,
  findParkedHead,
  deleteParked,
  recordAttempt,
  storeDeadLetter,
  countParkedKeys,
  pruneProcessed,
};
export type InboxStore = typeof inboxStore;

function headersJson(headers: readonly RecordHeader[]): string {
  return JSON.stringify(headers.map(([name, value]) => [name, value === null ? null : value.toString('base64')]));
}
