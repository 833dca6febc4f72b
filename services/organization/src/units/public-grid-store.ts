import type { LocalDate } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';

/** A grid as anybody may see it. */
export interface PublicGrid {
  readonly code: string;
  readonly nameZh: string;
  readonly nameMn: string;
  readonly communityNameZh: string;
  readonly workers: { readonly name: string; readonly titleZh: string; readonly workPhone: string }[];
}

const lastName = `
  select name_zh, name_mn from unit_names
   where tenant_id = :tenant and unit_id = grid.id and valid_from <= :day order by valid_from desc limit 1`;

/** The open grid of an office that works, with those who hold a post there on that day. One statement. Index: units_code_idx. */
export async function findPublicGrid(tx: Tx, code: string, day: LocalDate): Promise<PublicGrid | undefined> {
  const { rows } = await tx.raw<{ rows: PublicGrid[] }>(
    `select grid.code, coalesce(named.name_zh, grid.name_zh) as "nameZh", coalesce(named.name_mn, grid.name_mn) as "nameMn",
            coalesce(above.name_zh, community.name_zh) as "communityNameZh",
            coalesce((select jsonb_agg(jsonb_build_object('name', staff.name, 'titleZh', posts.title_zh, 'workPhone', staff.work_phone) order by posts.is_primary desc, staff.code)
                        from posts join staff on staff.tenant_id = posts.tenant_id and staff.id = posts.staff_id and staff.active
                       where posts.tenant_id = :tenant and posts.unit_id = grid.id and posts.valid_from <= :day and (posts.valid_to is null or posts.valid_to > :day)), '[]') as workers
       from units grid
       join units community on community.tenant_id = grid.tenant_id and community.id = grid.parent_id
       left join lateral (${lastName}) named on true
       left join lateral (${lastName.replace('grid.id', 'community.id')}) above on true
       join tenants on tenants.tenant_id = grid.tenant_id and not tenants.suspended
      where grid.tenant_id = :tenant and grid.code = :code and grid.kind = 'grid'
        and grid.valid_from <= :day and coalesce(grid.valid_to, 'infinity') > :day`,
    { tenant: tenantOf(tx), code, day },
  );
  return rows[0];
}
