import { createAuditTables, dropAuditTables } from '@linli/audit';
import { createClockTables, dropClockTables } from '@linli/clocks';
import { createAnswerTable, type Migration } from '@linli/db';
import { createMessagingTables, dropMessagingTables } from '@linli/messaging';

/** The tables of the packages: events out and in, audit, answered requests, clocks. */
export const createPlatform: Migration = {
  name: '20261124090000_create_platform',

  async up(knex) {
    await createMessagingTables(knex);
    await createAuditTables(knex);
    await createAnswerTable(knex);
    await createClockTables(knex);
  },

  async down(knex) {
    await dropClockTables(knex);
    await knex.schema.dropTable('answered_requests');
    await dropAuditTables(knex);
    await dropMessagingTables(knex);
  },
};
