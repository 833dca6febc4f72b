import { roleNames } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129140000_follow_successors';

/** What was written once says where it is kept now: a unit that ends takes it to its successor. */
export async function up(knex: Knex): Promise<void> {
  const { app } = await roleNames(knex);
  for (const table of ['deliberations', 'publications']) await knex.raw('grant update (unit_id, unit_path) on ?? to ??', [table, app]);
  await knex.raw('grant update (unit_path) on thread_entries to ??', [app]);
  await knex.raw('create index thread_entries_path_idx on thread_entries (tenant_id, unit_path)');
}

export async function down(knex: Knex): Promise<void> {
  const { app } = await roleNames(knex);
  await knex.raw('drop index thread_entries_path_idx');
  await knex.raw('revoke update (unit_path) on thread_entries from ??', [app]);
  for (const table of ['deliberations', 'publications']) await knex.raw('revoke update (unit_id, unit_path) on ?? from ??', [table, app]);
}
