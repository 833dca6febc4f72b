import { createTenantTable, type Migration } from '@linli/db';

/** Where organization's units are, by its events. */
export const createUnits: Migration = {
  name: '20261124091000_create_units',

  async up(knex) {
    await createTenantTable(
      knex,
      'units',
      (table) => {
        table.uuid('id').notNullable();
        table.specificType('path', 'text collate "C"').notNullable();
        table.date('valid_to');
        table.bigInteger('version').notNullable();
      },
      { key: ['id'], grants: ['select', 'insert', 'update'] },
    );
  },

  async down(knex) {
    await knex.schema.dropTable('units');
  },
};
