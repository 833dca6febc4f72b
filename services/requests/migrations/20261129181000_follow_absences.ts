import { acrossTenants } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129181000_follow_absences';

/** Somebody is away more than once, and an absence may name who stands in. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table directory_staff
      add column absences jsonb not null default '[]',
      drop constraint directory_staff_standing_in_check,
      add constraint directory_staff_standing_in_check check (standing_in in ('agent', 'named', 'backup', 'coordinator', 'nobody'));
    alter table directory_staff alter column absences drop default;
    drop index directory_staff_partner_idx;
    drop index directory_staff_owner_idx;
    drop index directory_staff_uncovered_idx;
    -- Whose duty may hang on somebody else's.
    create index directory_staff_away_idx on directory_staff (tenant_id) where standing_in <> 'agent';
  `);
  await acrossTenants(knex, ['directory_staff'], async () => {
    await knex.raw(`
      update directory_staff set absences = jsonb_build_array(jsonb_strip_nulls(jsonb_build_object('from', absent_from, 'until', absent_until)))
       where absent_from is not null`);
  });
  await knex.raw('alter table directory_staff drop column absent_from, drop column absent_until');
}

/** Of several absences the first that is not over is what a person had before; who is named answers as a partner. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table directory_staff add column absent_from timestamptz, add column absent_until timestamptz');
  await acrossTenants(knex, ['directory_staff'], async () => {
    await knex.raw(`
      update directory_staff set absent_from = next."from", absent_until = next.until
        from (select distinct on (staff.tenant_id, staff.id) staff.tenant_id, staff.id, absence."from", absence.until
                from directory_staff staff cross join lateral jsonb_to_recordset(staff.absences) as absence("from" timestamptz, until timestamptz)
               where coalesce(absence.until, 'infinity') > now() order by staff.tenant_id, staff.id, absence."from") next
       where directory_staff.tenant_id = next.tenant_id and directory_staff.id = next.id;
      update directory_staff set standing_in = 'backup' where standing_in = 'named'`);
  });
  await knex.raw(`
    drop index directory_staff_away_idx;
    alter table directory_staff
      drop column absences,
      drop constraint directory_staff_standing_in_check,
      add constraint directory_staff_standing_in_check check (standing_in in ('agent', 'backup', 'coordinator', 'nobody'));
    create index directory_staff_partner_idx on directory_staff (tenant_id, partner_id);
    create index directory_staff_owner_idx on directory_staff (tenant_id, owner_id);
    create index directory_staff_uncovered_idx on directory_staff (tenant_id) where standing_in in ('coordinator', 'nobody');
  `);
}
