import { addRuleSet } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128130300_create_decisions';

const publicationRule = {
  id: 'organization.decision_publication',
  version: 1,
  citation: '居务公开规则：表决结束后五个工作日内公布决议',
  limit: { unit: 'working_days', roll: 'none', amount: 5 },
  effectiveFrom: '2012-01-01',
} as const;

export async function up(knex: Knex): Promise<void> {
  await createDecisions(knex);
  await createVoters(knex);
  await addRuleSet(knex, publicationRule);
}

async function createDecisions(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'decisions',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.uuid('topic_id');
      t.text('subject').notNullable().checkIn(['matter', 'covenant', 'fund_raise'], 'decisions_subject_check');
      t.text('title_zh').notNullable();
      t.text('text_zh').notNullable();
      t.text('basis').notNullable().checkIn(['residents', 'households', 'representatives'], 'decisions_basis_check');
      t.integer('callers').notNullable();
      t.text('state').notNullable().checkIn(['drafted', 'noticed', 'closed', 'published', 'reported'], 'decisions_state_check');
      t.date('branch_proposed_on');
      t.date('committees_consulted_on');
      t.date('members_deliberated_on');
      t.integer('registered').notNullable();
      t.integer('entitled');
      t.text('quorum_id');
      t.integer('quorum_version');
      t.timestamp('opens_at');
      t.timestamp('closes_at');
      t.text('result').checkIn(['adopted', 'not_adopted', 'no_quorum'], 'decisions_result_check');
      for (const count of ['present', 'in_favour', 'against', 'abstained']) t.integer(count);
      t.timestamp('publication_due_at');
      t.timestamp('created_at').notNullable();
      t.timestamp('updated_at').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'decisions_unit_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign(['tenant_id', 'topic_id'], 'decisions_topic_fkey').references(['tenant_id', 'id']).inTable('topics');
      t.foreign(['quorum_id', 'quorum_version'], 'decisions_quorum_fkey').references(['id', 'version']).inTable('quorum_rule_sets');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table decisions
      -- 四议 in their order: a later step stands on the one before it, and nobody votes before the last.
      add constraint decisions_steps_check check (
        (committees_consulted_on is null or coalesce(committees_consulted_on >= branch_proposed_on, false))
        and (members_deliberated_on is null or coalesce(members_deliberated_on >= committees_consulted_on, false))
        and (state = 'drafted' or members_deliberated_on is not null)),
      add constraint decisions_notice_check check (
        num_nulls(entitled, quorum_id, quorum_version, opens_at, closes_at) = case state when 'drafted' then 5 else 0 end
        and closes_at > opens_at and entitled >= registered),
      add constraint decisions_count_check check (
        num_nulls(result, present, in_favour, against, abstained) = case when state in ('drafted', 'noticed') then 5 else 0 end
        and least(in_favour, against, abstained) >= 0 and present = in_favour + against + abstained and present <= entitled);
  `);
}

/** Who voted, and what was chosen: two tables that share nothing but the decision. */
async function createVoters(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'decision_voters',
    (t) => {
      t.uuid('decision_id').notNullable();
      t.text('voter_id').notNullable();
      t.boolean('voted').notNullable();
      t.foreign(['tenant_id', 'decision_id'], 'decision_voters_decision_fkey').references(['tenant_id', 'id']).inTable('decisions');
    },
    { key: ['decision_id', 'voter_id'], grants: ['select', 'insert', 'update'] },
  );
  // One row a decision, written anew by every vote: no row, and no version of a row, is anybody's vote.
  await createTenantTable(
    knex,
    'decision_tallies',
    (t) => {
      t.uuid('decision_id').notNullable();
      for (const choice of ['in_favour', 'against', 'abstain']) t.integer(choice).notNullable();
      t.foreign(['tenant_id', 'decision_id'], 'decision_tallies_decision_fkey').references(['tenant_id', 'id']).inTable('decisions');
    },
    { key: ['decision_id'], grants: ['select', 'insert', 'update', 'delete'] },
  );
  await knex.raw(`
    -- ListDecisions of a resident: those they may vote on.
    create index decision_voters_voter_idx on decision_voters (tenant_id, voter_id, decision_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets').where({ id: publicationRule.id }).delete();
  for (const table of ['decision_tallies', 'decision_voters', 'decisions']) await knex.schema.dropTable(table);
}
