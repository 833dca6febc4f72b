import { createTenantTable, type Migration } from '@linli/db';

/** What this service knows of the organization, by its events: where units are, and who is on duty. No names. */
export const createDirectory: Migration = {
  name: '20261124091000_create_directory',

  async up(knex) {
    await createTenantTable(
      knex,
      'directory_units',
      (table) => {
        table.uuid('id').notNullable();
        table.specificType('path', 'text collate "C"').notNullable();
        table.text('kind').notNullable();
        table.text('code').notNullable();
        table.date('valid_to');
        table.bigInteger('version').notNullable();
        // findUnitByCode. Not unique: a projection must not refuse what its owner allowed.
        table.index(['tenant_id', 'code'], 'directory_units_code_idx');
      },
      { key: ['id'], grants: ['select', 'insert', 'update'] },
    );
    await createTenantTable(
      knex,
      'directory_staff',
      (table) => {
        table.uuid('id').notNullable();
        table.boolean('active').notNullable();
        table.uuid('partner_id');
        table.timestamp('absent_from');
        table.timestamp('absent_until');
        table.jsonb('posts').notNullable();
        // Who answers for this person's work now, as last worked out; cases are told when it changes.
        table.uuid('owner_id').notNullable();
        table.text('standing_in').notNullable();
        table.bigInteger('version').notNullable();
        table.check(`standing_in in ('agent', 'backup', 'coordinator', 'nobody')`, undefined, 'directory_staff_standing_in_check');
        // Whose duty depends on this person: as partner, or as the one who answers now.
        table.index(['tenant_id', 'partner_id'], 'directory_staff_partner_idx');
        table.index(['tenant_id', 'owner_id'], 'directory_staff_owner_idx');
      },
      { key: ['id'], grants: ['select', 'insert', 'update'] },
    );
    await knex.raw(`create index directory_staff_uncovered_idx on directory_staff (tenant_id) where standing_in in ('coordinator', 'nobody')`);
    await createTenantTable(
      knex,
      'directory_coordinators',
      (table) => {
        table.uuid('grant_id').notNullable();
        table.uuid('staff_id').notNullable();
        table.boolean('revoked').notNullable();
        table.bigInteger('version').notNullable();
      },
      { key: ['grant_id'], grants: ['select', 'insert', 'update'] },
    );
  },

  async down(knex) {
    for (const table of ['directory_coordinators', 'directory_staff', 'directory_units']) await knex.schema.dropTable(table);
  },
};
