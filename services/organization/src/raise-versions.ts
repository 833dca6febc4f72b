import { tenantOf, type Tx } from '@linli/db';

export interface Page {
  /** The last id of the page before, or the nil UUID. */
  readonly afterId: string;
  readonly limit: number;
}

/** Raises the version of the next aggregates in the order of ids, and locks them; what is only planned has none. For stores, each on its own table. */
export async function raiseVersions(tx: Tx, table: string, { afterId, limit }: Page): Promise<string[]> {
  const { rows } = await tx.raw<{ rows: { id: string }[] }>(
    `with page as (select id from :table: where tenant_id = :tenant and id > cast(:after as uuid) and version > 0 order by id limit :limit for update)
     update :table: as touched set version = version + 1 from page
      where touched.tenant_id = :tenant and touched.id = page.id returning touched.id`,
    { table, tenant: tenantOf(tx), after: afterId, limit },
  );
  return rows.map(({ id }) => id);
}
