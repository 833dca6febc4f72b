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

/** A version that is here already, or an older one, changes nothing. */
export async function saveUnit(
  tx: Tx,
  unit: { readonly id: string; readonly path: string; readonly validTo: string | undefined; readonly version: number },
): Promise<void> {
  const { id, path, validTo, version } = unit;
  await tx('units')
    .insert({ tenant_id: tenantOf(tx), id, path, valid_to: validTo ?? null, version })
    .onConflict(['tenant_id', 'id'])
    .merge(['path', 'valid_to', 'version'])
    .where('units.version', '<', version);
}

export async function closeUnit(tx: Tx, unit: { readonly id: string; readonly validTo: string; readonly version: number }): Promise<void> {
  const { id, validTo, version } = unit;
  await tx<UnitRow>('units').where({ tenant_id: tenantOf(tx), id }).andWhere('version', '<', version).update({ valid_to: validTo, version });
}
