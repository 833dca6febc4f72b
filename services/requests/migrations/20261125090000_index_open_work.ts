import type { Migration } from '@linli/db';

/** The whole office's work by due time: for whom a case waits is looked at in the index, so that a count never visits the rows. */
export const indexOpenWork: Migration = {
  name: '20261125090000_index_open_work',

  async up(knex) {
    await knex.raw(`
      drop index cases_by_due;
      create index cases_by_due on cases (tenant_id, next_due_at, id, state) include (waits_for) where waits_for <> 'nobody'`);
  },

  async down(knex) {
    await knex.raw(`
      drop index cases_by_due;
      create index cases_by_due on cases (tenant_id, next_due_at, id, state) where waits_for <> 'nobody'`);
  },
};
