import { createTenantTable, type Migration } from '@linli/db';

/** Case numbers: each tenant's prefix, which the office may change, and how far each day's numbers are handed out. */
export const createNumberSeries: Migration = {
  name: '20261124094300_create_number_series',

  async up(knex) {
    await createTenantTable(knex, 'case_number_prefixes', (table) => void table.text('prefix').notNullable(), {
      key: [],
      grants: ['select', 'insert'],
    });
    await knex.raw(`alter table case_number_prefixes add constraint case_number_prefixes_prefix_check check (prefix ~ '^[A-Z][A-Z0-9]{0,7}$')`);
    await createTenantTable(
      knex,
      'case_number_series',
      (table) => {
        table.date('day').notNullable();
        table.integer('handed_out').notNullable();
      },
      { key: ['day'], grants: ['select', 'insert', 'update'] },
    );
  },

  async down(knex) {
    await knex.schema.dropTable('case_number_series');
    await knex.schema.dropTable('case_number_prefixes');
  },
};
