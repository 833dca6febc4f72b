import { localDateOf } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import { standInOf } from '../staff/stand-in-store';

/** A grid as anybody may see it. */
export interface PublicGrid {
  readonly code: string;
  readonly nameZh: string;
  readonly nameMn: string;
  readonly communityNameZh: string;
  readonly workers: { readonly name: string; readonly titleZh: string; readonly workPhone: string; readonly standsIn: boolean }[];
  readonly supervisionPhone: string;
  readonly areaM2: number;
  readonly boundaryJson: string;
}

/**
 * The open grid of an office that works, with those who hold a post there on that day; for one who is away, who stands in.
 * One statement. Index: units_code_idx.
 */
export async function findPublicGrid(tx: Tx, code: string, now: Date): Promise<PublicGrid | undefined> {
  const { rows } = await tx.raw<{ rows: (Omit<PublicGrid, 'areaM2'> & { areaM2: string })[] }>(
    `select grid.code, grid.name_zh as "nameZh", grid.name_mn as "nameMn", community.name_zh as "communityNameZh",
            coalesce((select jsonb_agg(jsonb_build_object('name', coalesce(standing.name, staff.name), 'titleZh', posts.title_zh,
                                                          'workPhone', coalesce(standing.work_phone, staff.work_phone), 'standsIn', standing.id is not null)
                                       order by posts.is_primary desc, staff.code)
                        from posts join staff on staff.tenant_id = posts.tenant_id and staff.id = posts.staff_id and staff.active
                        left join lateral (${standInOf('staff')}) standing on true
                       where posts.tenant_id = :tenant and posts.unit_id = grid.id and posts.valid_from <= :day and (posts.valid_to is null or posts.valid_to > :day)), '[]') as workers,
            coalesce(facts.supervision_phone, '') as "supervisionPhone", coalesce(lies.area_m2, 0) as "areaM2", coalesce(cast(lies.geometry as text), '') as "boundaryJson"
       from units grid
       join units community on community.tenant_id = grid.tenant_id and community.id = grid.parent_id
       left join grid_facts facts on facts.tenant_id = grid.tenant_id and facts.unit_id = grid.id
       left join lateral (select area_m2, geometry from unit_boundaries
                           where tenant_id = :tenant and unit_id = grid.id and valid_from <= :day order by valid_from desc limit 1) lies on true
       join tenants on tenants.tenant_id = grid.tenant_id and not tenants.suspended
      where grid.tenant_id = :tenant and grid.code = :code and grid.kind = 'grid'
        and grid.valid_from <= :day and coalesce(grid.valid_to, 'infinity') > :day`,
    { tenant: tenantOf(tx), code, day: localDateOf(now), now },
  );
  const row = rows[0];
  return row && { ...row, areaM2: Number(row.areaM2) };
}
