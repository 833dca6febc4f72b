import { createAuditTables, dropAuditTables } from '@linli/audit';
import { createAnswerTable } from '@linli/db';
import { createMessagingTables, dropMessagingTables } from '@linli/messaging';
import type { Knex } from 'knex';

export const name = '20261124090000_create_machinery';

export async function up(knex: Knex): Promise<void> {
  await createMessagingTables(knex);
  await createAuditTables(knex);
  await createAnswerTable(knex);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('answered_requests');
  await dropAuditTables(knex);
  await dropMessagingTables(knex);
}
