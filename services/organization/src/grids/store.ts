import type { LocalDate } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import type { Geometry } from './geometry';
import type { Bounds, Position } from './rings';

export interface Boundary {
  readonly unitId: string;
  readonly validFrom: LocalDate;
  readonly geometry: Geometry;
  readonly areaM2: number;
}

export interface GridFacts {
  readonly supervisionPhone: string;
  readonly householdCount: number;
}

interface BoundaryRow {
  readonly unit_id: string;
  readonly valid_from: string;
  readonly geometry: Geometry;
  readonly area_m2: string;
}

/** A second boundary of one day takes the place of the first. */
export async function saveBoundary(tx: Tx, { unitId, validFrom, geometry, areaM2 }: Boundary, bounds: Bounds): Promise<void> {
  const box = tx.raw('box(point(?, ?), point(?, ?))', [bounds.west, bounds.south, bounds.east, bounds.north]);
  await tx('unit_boundaries')
    .insert({ tenant_id: tenantOf(tx), unit_id: unitId, valid_from: validFrom, geometry: JSON.stringify(geometry), area_m2: areaM2, bounds: box })
    .onConflict(['tenant_id', 'unit_id', 'valid_from'])
    .merge();
}

/** The last that began by the day. Index: unit_boundaries_pkey. */
export async function findBoundary(tx: Tx, unitId: string, day: LocalDate): Promise<Boundary | undefined> {
  const row = await tx('unit_boundaries')
    .where({ tenant_id: tenantOf(tx), unit_id: unitId })
    .where('valid_from', '<=', day)
    .orderBy('valid_from', 'desc')
    .first<BoundaryRow | undefined>('unit_id', 'valid_from', 'geometry', 'area_m2');
  return row && toBoundary(row);
}

/** The boundaries of a community's grids in force on a day; a community has some dozens. Indexes: units_parent_idx, unit_boundaries_pkey. */
export async function findGridsOf(tx: Tx, communityId: string, day: LocalDate): Promise<Boundary[]> {
  const { rows } = await tx.raw<{ rows: BoundaryRow[] }>(
    `select b.unit_id, b.valid_from, b.geometry, b.area_m2
       from units u cross join lateral (select * from unit_boundaries
                                         where tenant_id = :tenant and unit_id = u.id and valid_from <= :day order by valid_from desc limit 1) b
      where u.tenant_id = :tenant and u.parent_id = :communityId and u.kind = 'grid' and u.valid_from <= :day and (u.valid_to is null or u.valid_to > :day)`,
    { tenant: tenantOf(tx), communityId, day },
  );
  return rows.map(toBoundary);
}

/**
 * The boundaries of grids in force on a day whose boxes hold a place; which of them hold it exactly is for the reader to say.
 * The smallest first. Index: unit_boundaries_bounds_idx.
 */
export async function findGridsNear(tx: Tx, [longitude, latitude]: Position, day: LocalDate): Promise<Boundary[]> {
  const { rows } = await tx.raw<{ rows: BoundaryRow[] }>(
    `select b.unit_id, b.valid_from, b.geometry, b.area_m2
       from unit_boundaries b join units u on u.tenant_id = b.tenant_id and u.id = b.unit_id
      where b.tenant_id = :tenant and b.bounds @> box(point(:longitude, :latitude), point(:longitude, :latitude)) and b.valid_from <= :day
        and u.kind = 'grid' and u.valid_from <= :day and (u.valid_to is null or u.valid_to > :day)
        and not exists (select from unit_boundaries later
                         where later.tenant_id = b.tenant_id and later.unit_id = b.unit_id and later.valid_from > b.valid_from and later.valid_from <= :day)
      order by b.area_m2, b.unit_id limit 100`,
    { tenant: tenantOf(tx), longitude, latitude, day },
  );
  return rows.map(toBoundary);
}

export async function saveFacts(tx: Tx, unitId: string, facts: GridFacts): Promise<void> {
  await tx('grid_facts')
    .insert({ tenant_id: tenantOf(tx), unit_id: unitId, supervision_phone: facts.supervisionPhone, household_count: facts.householdCount })
    .onConflict(['tenant_id', 'unit_id'])
    .merge();
}

/** Nothing and nobody, until somebody says. */
export async function findFacts(tx: Tx, unitId: string): Promise<GridFacts> {
  const row = await tx('grid_facts')
    .where({ tenant_id: tenantOf(tx), unit_id: unitId })
    .first<GridFacts | undefined>({ supervisionPhone: 'supervision_phone', householdCount: 'household_count' });
  return row ?? { supervisionPhone: '', householdCount: 0 };
}

function toBoundary(row: BoundaryRow): Boundary {
  return { unitId: row.unit_id, validFrom: row.valid_from, geometry: row.geometry, areaM2: Number(row.area_m2) };
}
