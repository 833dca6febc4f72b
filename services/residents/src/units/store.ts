import { tenantOf, type Tx } from '@linli/db';
import { failedPrecondition, notFound } from '@linli/errors';

interface UnitRow {
  tenant_id: string;
  id: string;
  path: string;
  valid_to: string | null;
  version: number;
}

/** A unit that has closed, and the one that takes over. */
export interface Succession {
  readonly unitId: string;
  readonly successor: Place;
}

interface Place {
  readonly id: string;
  readonly path: string;
}

/**
 * The path of a unit that exists on `day` (YYYY-MM-DD), which does not close until this transaction ends: who is registered
 * there now is there when its people are moved.
 * @throws AppError not_found UNIT_UNKNOWN; failed_precondition UNIT_CLOSED.
 */
export async function openUnitPath(tx: Tx, unitId: string, day: string): Promise<string> {
  const row = await tx<UnitRow>('units').where({ tenant_id: tenantOf(tx), id: unitId }).forShare().first();
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

/** Notes who takes over, and gives the last in the line: the next may have closed too, and its event have come before this one's. */
export async function saveSuccessor(tx: Tx, unitId: string, successor: Place): Promise<Place> {
  await tx('units').where({ tenant_id: tenantOf(tx), id: unitId }).update({ successor_id: successor.id, successor_path: successor.path });
  const { rows } = await tx.raw<{ rows: Place[] }>(
    `with recursive line as (
       select successor_id as id, successor_path as path, 1 as place from units where tenant_id = :tenant and id = :unitId and successor_id is not null
        union all
       select units.successor_id, units.successor_path, line.place + 1
         from line join units on units.tenant_id = :tenant and units.id = line.id where units.successor_id is not null
     )
     select id, path from line order by place desc limit 1`,
    { tenant: tenantOf(tx), unitId },
  );
  return rows[0] ?? successor;
}
