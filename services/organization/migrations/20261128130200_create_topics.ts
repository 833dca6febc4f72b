import { addRuleSet } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128130200_create_topics';

const answerRule = {
  id: 'organization.topic_answer',
  version: 1,
  citation: '居民议题办理规则：自收集之日起十五个工作日内公开答复',
  limit: { unit: 'working_days', roll: 'none', amount: 15 },
  effectiveFrom: '2012-01-01',
} as const;

export async function up(knex: Knex): Promise<void> {
  await createTopics(knex);
  await createDeliberations(knex);
  await addRuleSet(knex, answerRule);
}

async function createTopics(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'topics',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('text_zh').notNullable();
      t.text('source').notNullable().checkIn(['resident', 'staff'], 'topics_source_check');
      t.text('resident_id');
      t.text('state').notNullable().checkIn(['collected', 'accepted', 'not_accepted', 'answered'], 'topics_state_check');
      t.text('decline_reason').checkIn(['not_ours', 'handled_elsewhere', 'duplicate', 'unlawful', 'personal_matter', 'too_vague'], 'topics_decline_reason_check');
      t.text('title_zh').notNullable();
      t.text('answer_zh').notNullable();
      t.timestamp('answer_due_at').notNullable();
      t.boolean('overdue').notNullable();
      t.timestamp('answered_at');
      t.timestamp('created_at').notNullable();
      t.timestamp('updated_at').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'topics_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table topics
      add constraint topics_resident_check check ((source = 'resident') = (resident_id is not null)),
      add constraint topics_declined_check check ((state = 'not_accepted') = (decline_reason is not null)),
      -- What is told to everybody has a title in the office's words, and an answer where it is answered.
      add constraint topics_public_check check (
        (state = 'collected' or title_zh <> '') and (state in ('answered', 'not_accepted')) = (answer_zh <> '') and (answer_zh <> '') = (answered_at is not null));
    -- ListTopics of a resident.
    create index topics_resident_idx on topics (tenant_id, resident_id, id) where resident_id is not null;
    -- ListPublicTopics.
    create index topics_answered_idx on topics (tenant_id, answered_at, id) where answered_at is not null;
  `);
}

async function createDeliberations(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'deliberations',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.uuid('topic_id');
      t.date('held_on').notNullable();
      t.jsonb('participants').notNullable();
      t.text('opinions_zh').notNullable();
      t.text('result').notNullable().checkIn(['agreed', 'partly_agreed', 'not_agreed'], 'deliberations_result_check');
      t.text('conclusion_zh').notNullable();
      t.timestamp('created_at').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'deliberations_unit_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign(['tenant_id', 'topic_id'], 'deliberations_topic_fkey').references(['tenant_id', 'id']).inTable('topics');
    },
    { key: ['id'], grants: ['select', 'insert'] },
  );
  // ListDeliberations of a topic.
  await knex.raw('create index deliberations_topic_idx on deliberations (tenant_id, topic_id, id) where topic_id is not null');
}

export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets').where({ id: answerRule.id }).delete();
  for (const table of ['deliberations', 'topics']) await knex.schema.dropTable(table);
}
