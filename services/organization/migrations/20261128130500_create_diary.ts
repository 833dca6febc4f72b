import { addRuleSet } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128130500_create_diary';

const textRule = {
  id: 'organization.diary_text',
  version: 1,
  citation: '民情日记管理规则：走访文字保存九十日后删除',
  limit: { unit: 'calendar_days', roll: 'none', amount: 90 },
  effectiveFrom: '2012-01-01',
} as const;

const needs = ['lighting', 'heating', 'repairs', 'safety', 'sanitation', 'parking', 'elder_care', 'child_care', 'jobs', 'health_service', 'allowance', 'neighbours', 'accessibility', 'other'];
const actions = ['none', 'explained', 'helped', 'passed_on', 'case_opened', 'will_return'];

export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'diary_entries',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.date('visited_on').notNullable();
      t.text('author_id').notNullable();
      t.specificType('needs', 'text[]').notNullable();
      t.text('action').notNullable().checkIn(actions, 'diary_entries_action_check');
      t.text('text_zh').notNullable();
      t.timestamp('text_expires_at').notNullable();
      t.boolean('text_erased').notNullable();
      t.boolean('follow_up_asked').notNullable();
      t.text('follow_up_person_id');
      t.uuid('linked_need_id');
      t.uuid('linked_case_id');
      t.timestamp('created_at').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'diary_entries_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table diary_entries
      add constraint diary_entries_needs_check check (needs <@ array['${needs.join("', '")}']),
      -- Nobody is named who did not ask to be called on again.
      add constraint diary_entries_person_check check (follow_up_person_id is null or follow_up_asked),
      add constraint diary_entries_erased_check check (not text_erased or (text_zh = '' and follow_up_person_id is null));
    -- ListDiaryEntries of a building.
    create index diary_entries_unit_idx on diary_entries (tenant_id, unit_id, id);
    -- ListDiaryEntries by an author.
    create index diary_entries_author_idx on diary_entries (tenant_id, author_id, id);
  `);
  await addRuleSet(knex, textRule);
}

export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets').where({ id: textRule.id }).delete();
  await knex.schema.dropTable('diary_entries');
}
