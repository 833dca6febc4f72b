import { addRuleSet } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128120600_create_dual_reports';

const reviewRule = {
  id: 'organization.dual_report_review',
  version: 1,
  citation: '“双报到”工作规则：社区对报到的单位党组织每年至少评议一次',
  limit: { unit: 'calendar_days', roll: 'none', amount: 365 },
  effectiveFrom: '2019-01-01',
} as const;

export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'dual_reports',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('member_unit_id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.integer('headcount').notNullable();
      t.date('reported_on').notNullable();
      t.date('ended_on');
      t.timestamp('review_due_at');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'member_unit_id'], 'dual_reports_member_unit_fkey').references(['tenant_id', 'id']).inTable('member_units');
      t.foreign(['tenant_id', 'unit_id'], 'dual_reports_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'dual_tasks',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('dual_report_id').notNullable();
      t.text('text_zh').notNullable();
      t.date('due_on').notNullable();
      t.date('done_on');
      t.text('proof').notNullable();
      t.foreign(['tenant_id', 'dual_report_id'], 'dual_tasks_report_fkey').references(['tenant_id', 'id']).inTable('dual_reports');
    },
    { key: ['dual_report_id', 'id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'dual_reviews',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('dual_report_id').notNullable();
      t.date('reviewed_on').notNullable();
      t.text('text_zh').notNullable();
      t.foreign(['tenant_id', 'dual_report_id'], 'dual_reviews_report_fkey').references(['tenant_id', 'id']).inTable('dual_reports');
    },
    { key: ['dual_report_id', 'id'], grants: ['select', 'insert'] },
  );
  await knex.raw(`
    alter table dual_reports
      add constraint dual_reports_headcount_check check (headcount >= 0),
      add constraint dual_reports_due_check check ((ended_on is null) = (review_due_at is not null));
    alter table dual_tasks add constraint dual_tasks_done_check check ((done_on is null) = (proof = ''));
    create unique index dual_reports_open_key on dual_reports (tenant_id, member_unit_id, unit_id) where ended_on is null;
  `);
  await addRuleSet(knex, reviewRule);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['dual_reviews', 'dual_tasks', 'dual_reports']) await knex.schema.dropTable(table);
  await knex('clock_rule_sets').where({ id: reviewRule.id }).delete();
}
