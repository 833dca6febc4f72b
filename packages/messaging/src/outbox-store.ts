import type { Knex } from 'knex';

/** The broker takes record batches up to 1,048,588 bytes by default; one event must fit with its headers. */
export const maxEventBytes = 900_000;
// kafkajs writes all records for a partition as one record batch, so the whole batch stays below the same limit.
const maxBatchBytes = 900_000;
const headerBytes = 600;

export interface Lane {
  readonly lane: number;
  /** Rises by one with every change of owner. */
  readonly epoch: number;
}

/** Lanes and the relay that believes to own them: no row is deleted or moved when that is no longer so. */
export interface LaneOwner {
  readonly owner: string;
  readonly lanes: readonly Lane[];
}

export interface OutboxRow {
  readonly id: number;
  readonly lane: number;
  readonly topic: string;
  readonly key: string;
  readonly eventId: string;
  readonly tenantId: string;
  readonly aggregateId: string;
  readonly version: number;
  readonly type: string;
  /** Null when it is larger than `maxEventBytes`. */
  readonly payload: Buffer | null;
  readonly headers: unknown;
  readonly traceparent: string | null;
  readonly createdAt: Date;
  /** An earlier event of this key was set aside. */
  readonly isBehindPoison: boolean;
}

/** The oldest rows of these lanes in order of id, at most `limit` and about `maxBatchBytes` (but always one). */
export async function readBatch(knex: Knex, lanes: readonly number[], limit: number): Promise<OutboxRow[]> {
  // One ordered and limited branch per lane makes PostgreSQL merge the lanes' index ranges and stop early (0.4 ms with 35,000
  // rows waiting); `lane = any(…)` reads and sorts everything that waits (12 ms), lanes of others included.
  const branches = lanes.map(() => '(select * from outbox where lane = ? order by id limit ?)').join(' union all ');
  const { rows } = await knex.raw<{ rows: OutboxRow[] }>(
    `with head as (select * from (${branches}) lanes order by id limit ?),
          sized as (
            select *, octet_length(payload) as bytes,
                   sum(octet_length(payload) + octet_length(headers::text) + 2 * octet_length(key) + ?) over (order by id) as total
              from head)
     select id, lane, topic, key, event_id as "eventId", tenant_id as "tenantId", aggregate_id as "aggregateId",
            aggregate_version as version, event_type as type, headers, traceparent, created_at as "createdAt",
            case when bytes <= ? then payload end as payload,
            exists (select from outbox_poison p where p.tenant_id = sized.tenant_id and p.topic = sized.topic and p.key = sized.key)
              as "isBehindPoison"
       from sized
      where total <= ? or id = (select min(id) from head)
      order by id`,
    [...lanes.flatMap((lane) => [lane, limit]), limit, headerBytes, maxEventBytes, maxBatchBytes],
  );
  return rows;
}

// The share lock on the lanes makes a takeover wait for this statement, and this statement see a takeover.
const stillOwned = `held as (
  select lane from outbox_lane
   where owner = ? and (lane, epoch) in (select * from unnest(cast(? as smallint[]), cast(? as bigint[])))
   order by lane for share)`;

function ownership({ owner, lanes }: LaneOwner): [string, number[], number[]] {
  return [owner, lanes.map(({ lane }) => lane), lanes.map(({ epoch }) => epoch)];
}

/** Deletes what the broker has acknowledged; returns how many rows the owner was still entitled to delete. */
export async function deletePublished(knex: Knex, owner: LaneOwner, ids: number[]): Promise<number> {
  const { rowCount } = await knex.raw<{ rowCount: number }>(
    `with ${stillOwned} delete from outbox using held where outbox.lane = held.lane and outbox.id = any(cast(? as bigint[]))`,
    [...ownership(owner), ids],
  );
  return rowCount;
}

/** Moves a row that cannot be published, and every later row of its key, out of the way of the other keys. */
export async function setAside(knex: Knex, owner: LaneOwner, { row, reason }: { row: OutboxRow; reason: string }): Promise<number> {
  const { rowCount } = await knex.raw<{ rowCount: number }>(
    `with ${stillOwned},
          moved as (delete from outbox using held
                     where outbox.lane = held.lane and tenant_id = ? and topic = ? and key = ? and id >= ? returning outbox.*)
     insert into outbox_poison (tenant_id, id, ${eventColumns}, reason)
     select tenant_id, id, ${eventColumns}, case when id = ? then ? else 'BEHIND_POISON' end from moved`,
    [...ownership(owner), row.tenantId, row.topic, row.key, row.id, row.id, reason],
  );
  return rowCount;
}

const eventColumns = `event_id, lane, topic, key, aggregate_type, aggregate_id, aggregate_version, event_type,
  payload, headers, traceparent, created_at`;

export interface Backlog {
  /** Age of the oldest unsent row, 0 when there is none. */
  readonly oldestSeconds: number;
  /** Counted up to 100,000. */
  readonly rows: number;
  readonly poisoned: number;
}

export async function measureBacklog(knex: Knex): Promise<Backlog> {
  const { rows } = await knex.raw<{ rows: Backlog[] }>(
    `select coalesce(extract(epoch from clock_timestamp() - min(head.created_at)), 0)::float8 as "oldestSeconds",
            (select count(*)::int from (select from outbox limit 100000) counted) as rows,
            (select count(*)::int from outbox_poison) as poisoned
       from outbox_lane
       left join lateral (select created_at from outbox where outbox.lane = outbox_lane.lane order by id limit 1) head on true`,
  );
  return rows[0] ?? { oldestSeconds: 0, rows: 0, poisoned: 0 };
}

/** What a relay asks of the outbox. */
export const outboxStore = { readBatch, deletePublished, setAside, measureBacklog };
export type OutboxStore = typeof outboxStore;

export interface PoisonedKey {
  readonly tenantId: string;
  readonly topic: string;
  readonly key: string;
}

/** Keys whose events could not be published, for the operator's tool. */
export async function listPoisoned(knex: Knex): Promise<(PoisonedKey & { readonly events: number; readonly reason: string; readonly since: Date })[]> {
  const { rows } = await knex.raw<{ rows: (PoisonedKey & { events: number; reason: string; since: Date })[] }>(
    `select tenant_id as "tenantId", topic, key, count(*)::int as events, min(poisoned_at) as since,
            (array_agg(reason order by id))[1] as reason
       from outbox_poison group by tenant_id, topic, key order by since`,
  );
  return rows;
}

/** Puts a key's events back into the outbox in their old places, once the cause is mended. Returns how many. */
export async function requeuePoisoned(knex: Knex, { tenantId, topic, key }: PoisonedKey): Promise<number> {
  return knex.transaction(async (trx) => {
    // Taking the lane from its relay makes a move to outbox_poison that is under way miss, so no row is left behind.
    await trx.raw(
      `update outbox_lane set owner = null, epoch = epoch + 1
        where lane in (select lane from outbox_poison where tenant_id = ? and topic = ? and key = ?)`,
      [tenantId, topic, key],
    );
    const { rowCount } = await trx.raw<{ rowCount: number }>(
      `with moved as (delete from outbox_poison where tenant_id = ? and topic = ? and key = ? returning *)
       insert into outbox (tenant_id, id, ${eventColumns}) select tenant_id, id, ${eventColumns} from moved`,
      [tenantId, topic, key],
    );
    return rowCount;
  });
}
