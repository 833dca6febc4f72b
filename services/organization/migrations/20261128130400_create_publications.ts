import { addRuleSet } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128130400_create_publications';

const houseRule = { version: 1, effectiveFrom: '2012-01-01' } as const;
const ruleSets = [
  { id: 'organization.publication_period', ...houseRule, citation: '居务公开规则：公示期不少于七日', limit: { unit: 'calendar_days', roll: 'none', amount: 7 } },
  { id: 'organization.objection_answer', ...houseRule, citation: '居务公开规则：对公示提出的异议在十个工作日内答复', limit: { unit: 'working_days', roll: 'none', amount: 10 } },
] as const;

export async function up(knex: Knex): Promise<void> {
  await createPublications(knex);
  await createObjections(knex);
  for (const ruleSet of ruleSets) await addRuleSet(knex, ruleSet);
}

async function createPublications(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'publications',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('kind').notNullable().checkIn(['decision', 'outcome', 'accounts', 'relief', 'consultation', 'other'], 'publications_kind_check');
      t.uuid('decision_id');
      t.text('title_zh').notNullable();
      t.text('text_zh').notNullable();
      t.date('from_day').notNullable();
      t.date('to_day').notNullable();
      t.timestamp('created_at').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'publications_unit_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign(['tenant_id', 'decision_id'], 'publications_decision_fkey').references(['tenant_id', 'id']).inTable('decisions');
    },
    // What was published stays as it was.
    { key: ['id'], grants: ['select', 'insert'] },
  );
  await knex.raw(`
    alter table publications
      add constraint publications_period_check check (to_day > from_day),
      add constraint publications_decision_check check ((kind in ('decision', 'outcome')) = (decision_id is not null));
    -- A decision is published once, and its outcome once.
    create unique index publications_decision_key on publications (tenant_id, decision_id, kind) where decision_id is not null;
    -- ListPublicPublications: what is published on a day.
    create index publications_period_idx on publications (tenant_id, to_day, from_day);
  `);
}

async function createObjections(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'objections',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('publication_id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('raised_by').notNullable();
      t.text('text_zh').notNullable();
      t.text('state').notNullable().checkIn(['raised', 'answered'], 'objections_state_check');
      t.timestamp('due_at').notNullable();
      t.boolean('overdue').notNullable();
      t.text('answer_zh').notNullable();
      t.timestamp('answered_at');
      t.timestamp('created_at').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'publication_id'], 'objections_publication_fkey').references(['tenant_id', 'id']).inTable('publications');
      t.foreign(['tenant_id', 'unit_id'], 'objections_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table objections
      add constraint objections_answered_check check ((state = 'answered') = (answered_at is not null) and (answered_at is not null) = (answer_zh <> ''));
    -- Counts of a publication, and ListObjections to it.
    create index objections_publication_idx on objections (tenant_id, publication_id, id);
    -- ListObjections of a resident.
    create index objections_raised_by_idx on objections (tenant_id, raised_by, id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets').whereIn('id', ruleSets.map(({ id }) => id)).delete();
  for (const table of ['objections', 'publications']) await knex.schema.dropTable(table);
}
