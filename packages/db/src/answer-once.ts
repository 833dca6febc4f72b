import { invalidArgument } from '@linli/errors';
import type { Knex } from 'knex';
import { createTenantTable } from './tables';
import { tenantOf, type Tx } from './tx';

/** What makes two requests the same: the client's key, who sent it, and a hash of all that was asked. */
export interface RequestKey {
  /** Empty when the client sent none: then every request is a new one. */
  readonly id: string;
  readonly principal: string;
  /** SHA-256 of the request, hex. */
  readonly fingerprint: string;
}

/** Migration helper: the answers already given, kept until they are pruned (`createAnswerPruner`). */
export async function createAnswerTable(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'answered_requests',
    (t) => {
      t.text('principal').notNullable();
      t.text('request_id').notNullable();
      t.text('fingerprint').notNullable();
      t.jsonb('answer');
      t.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
    },
    { key: ['principal', 'request_id'], grants: ['select', 'insert', 'update'], relay: ['select', 'delete'] },
  );
  await knex.raw('create index answered_requests_created_at_idx on answered_requests (created_at)');
}

/**
 * Does `work` once per request key and gives every repeat the first answer (draft-ietf-httpapi-idempotency-key).
 * The key commits with the change: a crash leaves neither or both, and a concurrent repeat waits for the first.
 * The answer must be plain data (dates allowed) and hold nothing personal: it is stored in clear.
 * @throws invalid_argument IDEMPOTENCY_KEY_REUSED when the same key comes with another request.
 */
export async function answerOnce<T>(tx: Tx, request: RequestKey, work: () => Promise<T>): Promise<T> {
  if (request.id === '') return work();
  const key = { tenant_id: tenantOf(tx), principal: request.principal, request_id: request.id };
  const inserted = await tx('answered_requests')
    .insert({ ...key, fingerprint: request.fingerprint })
    .onConflict(['tenant_id', 'principal', 'request_id'])
    .ignore()
    .returning('request_id');
  if (inserted.length > 0) {
    const answer = await work();
    await tx('answered_requests').where(key).update({ answer: JSON.stringify(answer, keepDates) });
    return answer;
  }
  const first = await tx('answered_requests').where(key).first<{ fingerprint: string; answer: unknown } | undefined>('fingerprint', 'answer');
  // It was pruned since the statement before: its key is a new one.
  if (first === undefined) return answerOnce(tx, request, work);
  if (first.fingerprint !== request.fingerprint) throw invalidArgument('IDEMPOTENCY_KEY_REUSED', 'this key was used for another request');
  return JSON.parse(JSON.stringify(first.answer), reviveDates) as T;
}

function keepDates(this: unknown, key: string, value: unknown): unknown {
  const raw: unknown = (this as Record<string, unknown>)[key];
  return raw instanceof Date ? { $date: raw.toISOString() } : value;
}

function reviveDates(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$date' in value)) return value;
  return new Date(String(value.$date));
}
