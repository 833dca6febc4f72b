import { tenantOf, type Tx } from '@linli/db';

/** Hands out the next `count` numbers of a day; `prefix` is kept when the tenant has none yet. Gives the last of them. */
export async function reserveNumbers(
  tx: Tx,
  wanted: { readonly day: string; readonly count: number; readonly prefix: string },
): Promise<{ prefix: string; last: number }> {
  const tenant = tenantOf(tx);
  await tx('case_number_prefixes').insert({ tenant_id: tenant, prefix: wanted.prefix }).onConflict(['tenant_id']).ignore();
  const { rows } = await tx.raw<{ rows: { prefix: string; last: number }[] }>(
    `insert into case_number_series as series (tenant_id, day, handed_out) values (:tenant, :day, :count)
     on conflict (tenant_id, day) do update set handed_out = series.handed_out + excluded.handed_out
     returning handed_out as last, (select prefix from case_number_prefixes where tenant_id = :tenant) as prefix`,
    { tenant, day: wanted.day, count: wanted.count },
  );
  return rows[0] ?? { prefix: wanted.prefix, last: wanted.count };
}
