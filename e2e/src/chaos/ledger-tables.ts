import { createTenantTable, type Migration } from '@linli/db';
import { createMessagingTables, dropMessagingTables } from '@linli/messaging';

/** The database of the ledger: what a Linli consumer made of each event, with nothing that would hide a second effect. */
export const ledgerMigrations: readonly Migration[] = [
  {
    name: '20261124000000_create_ledger',
    async up(knex) {
      await createMessagingTables(knex);
      await createTenantTable(
        knex,
        'effects',
        (t) => {
          t.specificType('sequence', 'bigint generated always as identity').notNullable();
          t.uuid('event_id').notNullable();
          t.text('case_id').notNullable();
          t.integer('version').notNullable();
          t.specificType('at', 'timestamptz').notNullable().defaultTo(knex.raw('clock_timestamp()'));
        },
        { key: ['sequence'] },
      );
      await createTenantTable(knex, 'refusals', (t) => void t.text('case_id').notNullable(), { key: ['case_id'] });
    },
    async down(knex) {
      await knex.schema.dropTable('refusals');
      await knex.schema.dropTable('effects');
      await dropMessagingTables(knex);
    },
  },
];
