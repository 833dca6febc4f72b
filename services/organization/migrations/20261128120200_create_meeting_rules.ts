import { createSharedTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128120200_create_meeting_rules';

const houseRule = { version: 1, effective_from: '2012-01-01' };

/** How often a committee meets, as the rules in force by date say. */
const rules = [
  { ...houseRule, committee_kind: 'regional', period: 'year', citation: '区域化党建工作规则：区域党委每年召开一次代表会议，由成员单位轮流主办' },
  { ...houseRule, committee_kind: 'community_joint', period: 'quarter', citation: '区域化党建工作规则：社区联合党委每季度召开一次联席会议，每次确定一个服务主题' },
];

export async function up(knex: Knex): Promise<void> {
  await createSharedTable(
    knex,
    'meeting_rules',
    (t) => {
      t.text('committee_kind').notNullable().checkIn(['regional', 'community_joint'], 'meeting_rules_committee_kind_check');
      t.integer('version').notNullable();
      t.text('period').notNullable().checkIn(['year', 'quarter'], 'meeting_rules_period_check');
      t.text('citation').notNullable();
      t.date('effective_from').notNullable();
      t.date('effective_to');
      t.primary(['committee_kind', 'version'], { constraintName: 'meeting_rules_pkey' });
    },
    { grants: ['select'] },
  );
  await knex.raw(`
    alter table meeting_rules
      add constraint meeting_rules_citation_check check (citation <> ''),
      add constraint meeting_rules_effective_check check (effective_to > effective_from),
      add constraint meeting_rules_no_overlap exclude using gist (committee_kind with =, daterange(effective_from, effective_to) with &&)`);
  await knex('meeting_rules').insert(rules);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('meeting_rules');
}
