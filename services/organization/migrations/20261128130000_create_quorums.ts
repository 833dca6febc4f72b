import { createSharedTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128130000_create_quorums';

const law = '《中华人民共和国城市居民委员会组织法》（2018年修正）第九条、第十条';
const moreThanHalf = { attendance_numerator: 1, attendance_denominator: 2, majority_numerator: 1, majority_denominator: 2 };
const wording = {
  version: 1,
  citation: law,
  ...moreThanHalf,
  effective_from: '2018-12-29',
  // The revision in force since 2026-01-01 has quorum articles of its own: a next version takes them in once they are read.
  awaits_revision: true,
};

const ruleSets = [
  { id: 'residents_meeting.residents', counted: 'residents', ...wording, callers_numerator: 1, callers_denominator: 5 },
  { id: 'residents_meeting.households', counted: 'households', ...wording, callers_numerator: 1, callers_denominator: 5 },
  { id: 'residents_meeting.representatives', counted: 'representatives', ...wording, callers_numerator: 1, callers_denominator: 3 },
];

/** Who must come and who must agree, as law in force by date. */
export async function up(knex: Knex): Promise<void> {
  await createSharedTable(
    knex,
    'quorum_rule_sets',
    (t) => {
      t.text('id').notNullable();
      t.integer('version').notNullable();
      t.text('citation').notNullable();
      t.text('counted').notNullable().checkIn(['residents', 'households', 'representatives'], 'quorum_rule_sets_counted_check');
      for (const share of ['attendance', 'majority', 'callers']) {
        t.integer(`${share}_numerator`).notNullable();
        t.integer(`${share}_denominator`).notNullable();
      }
      t.boolean('awaits_revision').notNullable();
      t.date('effective_from').notNullable();
      t.date('effective_to');
      t.primary(['id', 'version'], { constraintName: 'quorum_rule_sets_pkey' });
    },
    { grants: ['select'] },
  );
  await knex.raw(`
    alter table quorum_rule_sets
      add constraint quorum_rule_sets_version_check check (version > 0),
      add constraint quorum_rule_sets_citation_check check (citation <> ''),
      add constraint quorum_rule_sets_shares_check check (
        0 <= attendance_numerator and attendance_numerator < attendance_denominator and attendance_denominator <= 100
        and 0 <= majority_numerator and majority_numerator < majority_denominator and majority_denominator <= 100
        and 0 < callers_numerator and callers_numerator <= callers_denominator and callers_denominator <= 100),
      add constraint quorum_rule_sets_effective_check check (effective_to > effective_from),
      add constraint quorum_rule_sets_no_overlap exclude using gist (id with =, daterange(effective_from, effective_to) with &&)`);
  await knex('quorum_rule_sets').insert(ruleSets);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('quorum_rule_sets');
}
