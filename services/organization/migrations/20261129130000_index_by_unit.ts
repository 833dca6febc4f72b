import type { Knex } from 'knex';

export const name = '20261129130000_index_by_unit';

const listed = [
  'topics', 'deliberations', 'decisions', 'publications', 'objections', 'covenants', 'fund_raises', 'jobs', 'needs', 'resources', 'joint_projects', 'incubated_orgs',
];

/** Lists of a unit or a subtree, in the order of ids; and what somebody who leaves still owes. */
export async function up(knex: Knex): Promise<void> {
  for (const table of listed) await knex.raw('create index ?? on ?? (tenant_id, unit_path, id)', [`${table}_unit_path_idx`, table]);
  await knex.raw(`create index resolutions_owner_staff_idx on resolutions (tenant_id, owner_staff_id) where state = 'open' and owner_staff_id is not null`);
}

export async function down(knex: Knex): Promise<void> {
  for (const index of ['resolutions_owner_staff_idx', ...listed.map((table) => `${table}_unit_path_idx`)]) await knex.raw('drop index ??', [index]);
}
