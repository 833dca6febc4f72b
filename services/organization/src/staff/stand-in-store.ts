import { tenantOf, type Tx } from '@linli/db';

/** An absence that is on at `:now`. */
const isOn = (absence: string) => `${absence}.absent_from <= :now and (${absence}.absent_until is null or ${absence}.absent_until > :now)`;

/**
 * SQL: who stands in at `:now` for `person`, a row of staff: whom the absence names, else the AB partner, of them the first who
 * works here and is not away; no row while the person is there. Index: absences_staff_idx.
 */
export function standInOf(person: string): string {
  return `select other.* from absences absence
    join staff other on other.tenant_id = absence.tenant_id and other.id in (absence.stand_in_id, ${person}.partner_id) and other.active
     and not exists (select from absences away where away.tenant_id = other.tenant_id and away.staff_id = other.id and ${isOn('away')})
   where absence.tenant_id = ${person}.tenant_id and absence.staff_id = ${person}.id and ${isOn('absence')}
   order by coalesce(other.id = absence.stand_in_id, false) desc limit 1`;
}

/** SQL: the ids of those in whose place `:standIn` stands at `:now`. Indexes: staff_partner_key, absences_stand_in_idx. */
export const stoodInFor = `
  select person.id from staff person
   where person.tenant_id = :tenant and person.active
     and person.id in (select id from staff where tenant_id = :tenant and partner_id = :standIn
                       union all select staff_id from absences named where tenant_id = :tenant and stand_in_id = :standIn and ${isOn('named')})
     and (select standing.id from (${standInOf('person')}) standing) = :standIn`;

/** Whose matters are this person's now besides their own. */
export async function listStoodInFor(tx: Tx, standIn: string, now: Date): Promise<string[]> {
  const { rows } = await tx.raw<{ rows: { id: string }[] }>(stoodInFor, { tenant: tenantOf(tx), standIn, now });
  return rows.map(({ id }) => id);
}
