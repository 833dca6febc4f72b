import type { Knex } from 'knex';

export const name = '20261129187100_index_dual_reports';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Those at a unit that ends.
    create index dual_reports_unit_idx on dual_reports (tenant_id, unit_id);
    -- Tasks as they are shown: the open ones by their due day, then those done last.
    create index dual_tasks_shown_idx on dual_tasks (tenant_id, dual_report_id, done_on desc nulls first, due_on, id)`);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop index dual_tasks_shown_idx, dual_reports_unit_idx');
}
