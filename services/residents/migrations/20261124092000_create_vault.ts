import { createTenantTable, type Migration } from '@linli/db';

export const createVaultKeys: Migration = {
  name: '20261124092000_create_vault',

  async up(knex) {
    await createTenantTable(
      knex,
      'vault_keys',
      (table) => {
        table.uuid('id').notNullable();
        table.integer('version').notNullable();
        table.text('kek_id').notNullable();
        table.binary('wrapped').notNullable();
        table.timestamp('created_at').notNullable().defaultTo(knex.fn.now());
        table.unique(['tenant_id', 'version'], { indexName: 'vault_keys_version_key' });
        table.check('version > 0', undefined, 'vault_keys_version_check');
      },
      { key: ['id'], grants: ['select', 'insert'] },
    );
  },

  async down(knex) {
    await knex.schema.dropTable('vault_keys');
  },
};
