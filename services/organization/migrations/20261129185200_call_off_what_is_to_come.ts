import { acrossTenants } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129185200_call_off_what_is_to_come';

/** A course is called off between two sessions too: what was held before stays, so that it has to be known since when. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table activities add column called_off_at timestamptz');
  await acrossTenants(knex, ['activities'], async () => {
    // Until now nothing was called off that had begun.
    await knex('activities').where({ called_off: true }).update({ called_off_at: knex.ref('starts_at') });
  });
  await knex.raw(`
    drop index activities_coming_idx, activities_unit_coming_idx;
    alter table activities drop column called_off;
    create index activities_coming_idx on activities (tenant_id, ends_at, unit_id) where called_off_at is null;
    create index activities_unit_coming_idx on activities (tenant_id, unit_id, ends_at) where called_off_at is null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('alter table activities add column called_off boolean not null default false');
  await acrossTenants(knex, ['activities'], async () => {
    await knex('activities').whereNotNull('called_off_at').update({ called_off: true });
  });
  await knex.raw(`
    drop index activities_coming_idx, activities_unit_coming_idx;
    alter table activities alter column called_off drop default, drop column called_off_at;
    create index activities_coming_idx on activities (tenant_id, ends_at, unit_id) where not called_off;
    create index activities_unit_coming_idx on activities (tenant_id, unit_id, ends_at) where not called_off;
  `);
}
