import type { Knex } from 'knex';

export const name = '20261129183000_index_public_lists';

const indexes = {
  topics_unit_answered_idx: `topics (tenant_id, unit_path, answered_at, id) where answered_at is not null`,
  publications_unit_period_idx: `publications (tenant_id, unit_path, to_day, from_day) where withdrawn_at is null`,
  jobs_unit_open_idx: `jobs (tenant_id, unit_path, open_until, id) where taken_down_on is null`,
  activities_unit_coming_idx: `activities (tenant_id, unit_id, ends_at) where not called_off`,
  branches_unit_path_idx: `branches (tenant_id, unit_path, id)`,
} as const;

/** What anybody may read of one community or grid, page by page. */
export async function up(knex: Knex): Promise<void> {
  for (const [index, on] of Object.entries(indexes)) await knex.raw(`create index ${index} on ${on}`);
}

export async function down(knex: Knex): Promise<void> {
  for (const index of Object.keys(indexes)) await knex.raw('drop index ??', [index]);
}
