import { tenantOf, type Tx } from '@linli/db';
import { failedPrecondition, notFound } from '@linli/errors';

interface UnitRow {
  tenant_id: string;
  id: string;
  path: string;
  valid_to: string | null;
  version: number;
}

/** The path of a unit that exists on `day` (YYYY-MM-DD). @throws AppError not_found UNIT_UNKNOWN; failed_precondition UNIT_CLOSED. */
export async function openUnitPath(tx: Tx, unitId: string, day: string): Promise<string> {
  const row = await tx<UnitRow>('units').where({ tenant_id: tenantOf(tx), id: unitId }).first();
  const details = { unit: unitId };
  if (row === undefined) throw notFound('UNIT_UNKNOWN', 'there is no such unit', { details });
  if (row.valid_to !== null && row.valid_to <= day) throw failedPrecondition('UNIT_CLOSED', 'the unit is closed', { details });
  return row.path;
}

/** Each unit's latest version; where it or a later one is here already, nothing changes. */
export async function saveUnits(
  tx: Tx,
  units: readonly { readonly id: string; readonly path: string; readonly validTo: string | undefined; readonly version: number }[],
): Promise<void> {
  await tx.raw(
    `insert into units (tenant_id, id, path, valid_to, version)
     select distinct on (id) ?, id, path, "validTo", version
       from json_to_recordset(?) as told (id uuid, path text, "validTo" date, version bigint)
      order by id, version desc
     on conflict (tenant_id, id) do update set path = excluded.path, valid_to = excluded.valid_to, version = excluded.version
      where units.version < excluded.version`,
    [tenantOf(tx), JSON.stringify(units)],
  );
}

export async function closeUnit(tx: Tx, unit: { readonly id: string; readonly validTo: string; readonly version: number }): Promise<void> {
  const { id, validTo, version } = unit;
  await tx<UnitRow>('units').where({ tenant_id: tenantOf(tx), id }).andWhere('version', '<', version).update({ valid_to: validTo, version });
}
