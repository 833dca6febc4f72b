import type { LocalDate } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import type { GrantScope } from '../grants/grant';
import type { UnitKind } from '../units/unit';

/** Where a row stands in its part. */
export interface Keyed {
  readonly key: string;
  /** Among rows of one key. */
  readonly id: string;
}

/** The rows that follow one. */
export interface Page {
  readonly after: Keyed;
  readonly limit: number;
  /** The day that is told of. */
  readonly day: LocalDate;
}

export interface ExportedUnit extends Keyed {
  readonly code: string;
  readonly parentCode: string;
  readonly kind: UnitKind;
  readonly nameZh: string;
  readonly nameMn: string;
}

export interface ExportedStaff extends Keyed {
  readonly code: string;
  readonly name: string;
  readonly workPhone: string;
  readonly identityIssuer: string;
  readonly identitySubject: string;
  readonly partnerCode: string;
}

export interface ExportedPost extends Keyed {
  readonly staffCode: string;
  readonly unitCode: string;
  readonly titleZh: string;
  readonly primary: boolean;
}

export interface ExportedGrant extends Keyed {
  readonly staffCode: string;
  readonly role: string;
  readonly scope: GrantScope;
  readonly unitCode: string;
}

// A unit that everybody was told of and that has begun and not ended.
const openUnit = (alias: string): string => `${alias}.version > 0 and ${alias}.valid_from <= :day and coalesce(${alias}.valid_to, 'infinity'::date) > :day`;

/** The open units in the order of their paths: parents before children. Indexes: units_as_of_idx, unit_names_pkey. */
export async function exportUnits(tx: Tx, page: Page): Promise<ExportedUnit[]> {
  return select<ExportedUnit>(
    tx,
    `select u.path as key, '' as id, u.code, coalesce(above.code, '') as "parentCode", u.kind,
            coalesce(named.name_zh, u.name_zh) as "nameZh", coalesce(named.name_mn, u.name_mn) as "nameMn"
       from units u
       left join units above on above.tenant_id = u.tenant_id and above.id = u.parent_id
       left join lateral (select name_zh, name_mn from unit_names n where n.tenant_id = u.tenant_id and n.unit_id = u.id and n.valid_from <= :day
                           order by n.valid_from desc limit 1) named on true
      where u.tenant_id = :tenant and u.path > :key and ${openUnit('u')}
      order by u.path limit :limit`,
    page,
  );
}

/** Those who work here, in the order of their codes. Index: staff_code_key. */
export async function exportStaff(tx: Tx, page: Page): Promise<ExportedStaff[]> {
  return select<ExportedStaff>(
    tx,
    `select s.code as key, '' as id, s.code, s.name, s.work_phone as "workPhone", coalesce(s.identity_issuer, '') as "identityIssuer",
            coalesce(s.identity_subject, '') as "identitySubject", coalesce(partner.code, '') as "partnerCode"
       from staff s left join staff partner on partner.tenant_id = s.tenant_id and partner.id = s.partner_id
      where s.tenant_id = :tenant and s.active and s.code > :key
      order by s.code limit :limit`,
    page,
  );
}

/** Their posts without an end, by person in the order of making. Indexes: staff_code_key, posts_staff_idx, units_pkey. */
export async function exportPosts(tx: Tx, page: Page): Promise<ExportedPost[]> {
  return select<ExportedPost>(
    tx,
    `select s.code as key, p.id, s.code as "staffCode", u.code as "unitCode", p.title_zh as "titleZh", p.is_primary as "primary"
       from staff s
       join posts p on p.tenant_id = s.tenant_id and p.staff_id = s.id and p.valid_from <= :day and p.valid_to is null
       join units u on u.tenant_id = p.tenant_id and u.id = p.unit_id and ${openUnit('u')}
      where s.tenant_id = :tenant and s.active and s.code >= :key and (s.code > :key or p.id > cast(:id as uuid))
      order by s.code, p.id limit :limit`,
    page,
  );
}

/** Their grants without an end, by person in the order of making. Indexes: staff_code_key, role_grants_principal_idx, units_pkey. */
export async function exportGrants(tx: Tx, page: Page): Promise<ExportedGrant[]> {
  return select<ExportedGrant>(
    tx,
    `select s.code as key, g.id, s.code as "staffCode", g.role, g.scope, coalesce(u.code, '') as "unitCode"
       from staff s
       join role_grants g on g.tenant_id = s.tenant_id and g.principal_id = s.id and g.principal_kind = 'staff' and g.revoked_at is null and g.ends_at is null
       left join units u on u.tenant_id = g.tenant_id and u.id = g.unit_id and ${openUnit('u')}
      where s.tenant_id = :tenant and s.active and s.code >= :key and (s.code > :key or g.id > cast(:id as uuid)) and (g.unit_id is null or u.id is not null)
      order by s.code, g.id limit :limit`,
    page,
  );
}

async function select<Row>(tx: Tx, sql: string, { after: { key, id }, limit, day }: Page): Promise<Row[]> {
  const { rows } = await tx.raw<{ rows: Row[] }>(sql, { tenant: tenantOf(tx), key, id, limit, day });
  return rows;
}
