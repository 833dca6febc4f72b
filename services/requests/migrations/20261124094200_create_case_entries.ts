import { createTenantTable, type Migration } from '@linli/db';

/** The timeline: one entry for each version of a case, written once. */
export const createCaseEntries: Migration = {
  name: '20261124094200_create_case_entries',

  async up(knex) {
    await createTenantTable(
      knex,
      'case_entries',
      (table) => {
        table.uuid('case_id').notNullable();
        table.integer('version').notNullable();
        table.uuid('thread_id').notNullable();
        table.timestamp('at').notNullable();
        table.text('actor_kind').notNullable();
        table.text('actor_id').notNullable();
        table.text('code').notNullable();
        table.jsonb('facts').notNullable();
        table.text('note').notNullable();
        // For staff only.
        table.text('internal_note').notNullable();
        // ListEntries: one thread, oldest first.
        table.index(['tenant_id', 'thread_id', 'at', 'case_id', 'version'], 'case_entries_by_thread');
      },
      { key: ['case_id', 'version'], grants: ['select', 'insert'] },
    );
    await knex.raw(
      'alter table case_entries add constraint case_entries_case_fkey foreign key (tenant_id, case_id) references cases (tenant_id, id)',
    );
  },

  async down(knex) {
    await knex.schema.dropTable('case_entries');
  },
};
