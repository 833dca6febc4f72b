import { createTenantTable, type Migration } from '@linli/db';

/** What has to happen by itself at a known time: an agent's absence begins, a mandate expires. */
export const createTimers: Migration = {
  name: '20261124090500_create_timers',

  async up(knex) {
    await createTenantTable(
      knex,
      'timers',
      (table) => {
        table.text('kind').notNullable();
        table.uuid('subject_id').notNullable();
        table.timestamp('due_at').notNullable();
        table.integer('failures').notNullable().defaultTo(0);
        // Which tenants have something due (relay role, across tenants), then what is due in one of them.
        table.index(['due_at'], 'timers_due_at_idx');
        table.index(['tenant_id', 'due_at'], 'timers_tenant_due_at_idx');
      },
      { key: ['kind', 'subject_id'], relay: ['select'] },
    );
  },

  async down(knex) {
    await knex.schema.dropTable('timers');
  },
};
