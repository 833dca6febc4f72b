import { tenantOf, type SystemDatabase, type Tx } from '@linli/db';

/** Twice the time that topics keep events (see `createTopics`): an event cannot come back after its mark is gone. */
export const processedRetentionDays = 28;

/**
 * Marks an event as applied by this consumer, in the transaction of its effect. True the first time, false for a
 * duplicate. A second transaction with the same event waits here until the first has committed or rolled back.
 */
export async function once(tx: Tx, consumer: string, eventId: string): Promise<boolean> {
  const { rowCount } = await tx.raw<{ rowCount: number }>(
    'insert into processed_event (tenant_id, consumer, event_id) values (?, ?, ?) on conflict do nothing',
    [tenantOf(tx), consumer, eventId],
  );
  return rowCount === 1;
}

/** The same for many events at once, in the order given. Returns those that come for the first time, each once. */
export async function onceEach(tx: Tx, consumer: string, eventIds: string[]): Promise<string[]> {
  const { rows } = await tx.raw<{ rows: { event_id: string }[] }>(
    `insert into processed_event (tenant_id, consumer, event_id) select ?, ?, unnest(cast(? as uuid[]))
     on conflict do nothing returning event_id`,
    [tenantOf(tx), consumer, eventIds],
  );
  return rows.map(({ event_id: id }) => id);
}

/** Forgets marks older than `days`, ten thousand at a time. Returns how many. */
export async function pruneProcessed(system: SystemDatabase, days: number = processedRetentionDays): Promise<number> {
  let pruned = 0;
  for (;;) {
    const { rowCount } = await system.knex.raw<{ rowCount: number }>(
      `delete from processed_event where ctid = any(array(
         select ctid from processed_event where processed_at < now() - make_interval(days => ?) limit 10000))`,
      [days],
    );
    pruned += rowCount;
    if (rowCount < 10_000) return pruned;
  }
}
