import { addRuleSet } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128130600_create_covenants_and_funds';

const filingRule = {
  id: 'organization.covenant_filing',
  version: 1,
  citation: '居民公约备案规则：通过后十个工作日内报街道办事处备案',
  limit: { unit: 'working_days', roll: 'none', amount: 10 },
  effectiveFrom: '2012-01-01',
} as const;

export async function up(knex: Knex): Promise<void> {
  await createCovenants(knex);
  await createFunds(knex);
  await addRuleSet(knex, filingRule);
}

async function createCovenants(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'covenants',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.integer('number').notNullable();
      t.uuid('decision_id').notNullable();
      t.text('text_zh').notNullable();
      t.date('effective_from').notNullable();
      t.timestamp('filing_due_at').notNullable();
      t.boolean('overdue').notNullable();
      t.date('filed_on');
      t.timestamp('created_at').notNullable();
      t.integer('version').notNullable();
      // Two that are adopted at once do not get one number.
      t.unique(['tenant_id', 'unit_id', 'number'], { indexName: 'covenants_number_key' });
      t.unique(['tenant_id', 'decision_id'], { indexName: 'covenants_decision_key' });
      t.foreign(['tenant_id', 'unit_id'], 'covenants_unit_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign(['tenant_id', 'decision_id'], 'covenants_decision_fkey').references(['tenant_id', 'id']).inTable('decisions');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  // ListPublicCovenants: the newest of each unit that has begun; covenants_number_key serves the numbers.
  await knex.raw('create index covenants_effective_idx on covenants (tenant_id, unit_id, effective_from, number)');
}

async function createFunds(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'fund_raises',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.uuid('decision_id').notNullable();
      t.text('title_zh').notNullable();
      t.text('state').notNullable().checkIn(['open', 'closed'], 'fund_raises_state_check');
      t.bigInteger('raised_fen').notNullable();
      t.bigInteger('spent_fen').notNullable();
      t.integer('entries').notNullable();
      t.timestamp('created_at').notNullable();
      t.timestamp('updated_at').notNullable();
      t.integer('version').notNullable();
      t.unique(['tenant_id', 'decision_id'], { indexName: 'fund_raises_decision_key' });
      t.foreign(['tenant_id', 'unit_id'], 'fund_raises_unit_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign(['tenant_id', 'decision_id'], 'fund_raises_decision_fkey').references(['tenant_id', 'id']).inTable('decisions');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  // Nobody is named: an income has a number of givers, and no words.
  await createTenantTable(
    knex,
    'fund_entries',
    (t) => {
      t.uuid('fund_raise_id').notNullable();
      t.integer('number').notNullable();
      t.text('kind').notNullable().checkIn(['income', 'expense', 'returned'], 'fund_entries_kind_check');
      t.date('on_day').notNullable();
      t.bigInteger('amount_fen').notNullable();
      t.integer('givers').notNullable();
      t.text('purpose_zh').notNullable();
      t.foreign(['tenant_id', 'fund_raise_id'], 'fund_entries_fund_raise_fkey').references(['tenant_id', 'id']).inTable('fund_raises');
    },
    { key: ['fund_raise_id', 'number'], grants: ['select', 'insert'] },
  );
  await knex.raw(`
    alter table fund_raises
      -- No more is spent than was given, and nothing is left when it closes.
      add constraint fund_raises_balance_check check (0 <= spent_fen and spent_fen <= raised_fen and (state = 'open' or spent_fen = raised_fen));
    alter table fund_entries
      add constraint fund_entries_amount_check check (amount_fen > 0),
      add constraint fund_entries_words_check check ((kind = 'income') = (givers > 0) and (kind = 'income') = (purpose_zh = ''))`);
}

export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets').where({ id: filingRule.id }).delete();
  for (const table of ['fund_entries', 'fund_raises', 'covenants']) await knex.schema.dropTable(table);
}
