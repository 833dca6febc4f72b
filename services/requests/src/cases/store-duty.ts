import { tenantOf, type Tx } from '@linli/db';

/**
 * Who is on duty for a unit: an active, present member of staff with a post there or above; coordinators before others,
 * the nearest unit before a wider one, nobody of `besides`. A read model of this capability over the directory.
 */
export async function dutyAtUnit(
  tx: Tx,
  asked: { readonly unitPath: string; readonly besides: readonly (string | undefined)[] },
  now: Date,
): Promise<string | undefined> {
  const { rows } = await tx.raw<{ rows: { id: string }[] }>(
    `select staff.id
       from directory_staff staff
       cross join lateral jsonb_to_recordset(staff.posts) as post("unitPath" text, "primary" boolean)
      where staff.tenant_id = :tenant and staff.active and staff.id <> all(cast(:besides as uuid[]))
        and not exists (select from jsonb_to_recordset(staff.absences) as absence("from" timestamptz, until timestamptz)
                         where absence."from" <= :now and coalesce(absence.until, 'infinity') > :now)
        and post."unitPath" <> '' and starts_with(:unitPath, post."unitPath")
      order by exists(select from directory_coordinators coordinator
                       where coordinator.tenant_id = staff.tenant_id and coordinator.staff_id = staff.id and not coordinator.revoked) desc,
               length(post."unitPath") desc, post."primary" desc, staff.id
      limit 1`,
    { tenant: tenantOf(tx), unitPath: asked.unitPath, besides: asked.besides.filter((id) => id !== undefined), now },
  );
  return rows[0]?.id;
}
