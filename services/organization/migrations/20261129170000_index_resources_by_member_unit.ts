import type { Knex } from 'knex';

export const name = '20261129170000_index_resources_by_member_unit';

/** LeaveMemberUnit: what it offers, and the projects it has part in; SuggestMatches: what it has delivered. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('create index resources_member_unit_idx on resources (tenant_id, member_unit_id)');
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index resources_member_unit_idx');
}
