import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128120400_create_instructors';

export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'instructors',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('staff_id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.date('appointed_on').notNullable();
      t.date('dismissed_on');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'staff_id'], 'instructors_staff_fkey').references(['tenant_id', 'id']).inTable('staff');
      t.foreign(['tenant_id', 'unit_id'], 'instructors_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'instructor_assignments',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('instructor_id').notNullable();
      t.uuid('member_unit_id').notNullable();
      t.date('valid_from').notNullable();
      t.date('valid_to');
      t.foreign(['tenant_id', 'instructor_id'], 'instructor_assignments_instructor_fkey').references(['tenant_id', 'id']).inTable('instructors');
      t.foreign(['tenant_id', 'member_unit_id'], 'instructor_assignments_member_unit_fkey').references(['tenant_id', 'id']).inTable('member_units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'instructor_visits',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('instructor_id').notNullable();
      t.uuid('member_unit_id').notNullable();
      t.date('visited_on').notNullable();
      t.text('purpose_code').notNullable();
      t.text('note').notNullable();
      t.foreign(['tenant_id', 'instructor_id'], 'instructor_visits_instructor_fkey').references(['tenant_id', 'id']).inTable('instructors');
      t.foreign(['tenant_id', 'member_unit_id'], 'instructor_visits_member_unit_fkey').references(['tenant_id', 'id']).inTable('member_units');
    },
    { key: ['id'], grants: ['select', 'insert'] },
  );
  await knex.raw(`
    alter table instructors add constraint instructors_dates_check check (dismissed_on >= appointed_on);
    create unique index instructors_staff_key on instructors (tenant_id, staff_id) where dismissed_on is null;
    alter table instructor_assignments
      add constraint instructor_assignments_dates_check check (valid_to >= valid_from),
      add constraint instructor_assignments_one_at_a_time exclude using gist (tenant_id with =, member_unit_id with =, daterange(valid_from, valid_to) with &&);
    -- GetInstructor and ListInstructors: what each is assigned to, and whom they visited, the newest first.
    create index instructor_assignments_instructor_idx on instructor_assignments (tenant_id, instructor_id, id);
    create index instructor_visits_instructor_idx on instructor_visits (tenant_id, instructor_id, id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['instructor_visits', 'instructor_assignments', 'instructors']) await knex.schema.dropTable(table);
}
