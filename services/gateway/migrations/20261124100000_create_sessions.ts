import { createTenantTable, type Migration } from '@linli/db';

// Read by key only. sessions_expires_at_idx serves the removal of ended ones, over all tenants, as the relay role.
export const createSessions: Migration = {
  name: '20261124100000_create_sessions',
  async up(knex) {
    await createTenantTable(
      knex,
      'sessions',
      (t) => {
        t.text('id_hash').notNullable();
        t.text('kind').notNullable().checkIn(['staff', 'client', 'resident'], 'sessions_kind_check');
        t.text('identity_issuer').notNullable();
        t.text('identity_subject').notNullable();
        t.timestamp('created_at').notNullable();
        t.timestamp('seen_at').notNullable();
        t.timestamp('expires_at').notNullable();
      },
      { key: ['id_hash'], relay: ['select', 'delete'] },
    );
    await knex.raw('create index sessions_expires_at_idx on sessions (expires_at)');
  },
  async down(knex) {
    await knex.schema.dropTable('sessions');
  },
};
