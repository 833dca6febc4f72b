import { addRuleSet } from '@linli/clocks';
import { acrossTenants } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129170100_bound_jobs_and_votes';

const houseRule = { version: 1, effectiveFrom: '2012-01-01' } as const;
const ruleSets = [
  { id: 'organization.job_open', ...houseRule, citation: '岗位发布管理规则：发布期限最长九十日', limit: { unit: 'calendar_days', roll: 'none', amount: 90 } },
  { id: 'organization.vote_span', ...houseRule, citation: '表决管理规则：自公告之日起六十日内截止', limit: { unit: 'calendar_days', roll: 'none', amount: 60 } },
] as const;

/** What residents are asked for ends in time: a job and a vote by a rule, an application with its withdrawal. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw('alter table jobs add column taken_down_on date');
  await acrossTenants(knex, ['jobs', 'job_applications'], async () => {
    await knex('jobs').where({ taken_down: true }).update({ taken_down_on: knex.raw(`least(open_until, cast(now() at time zone 'Asia/Shanghai' as date))`) });
    // Each has told of its withdrawal by an event.
    await knex('job_applications').where({ withdrawn: true }).delete();
  });
  await knex.raw(`
    drop index jobs_open_idx;
    alter table jobs
      drop column taken_down,
      add constraint jobs_taken_down_check check (taken_down_on <= open_until);
    -- What is open, as it is published.
    create index jobs_open_idx on jobs (tenant_id, open_until, id) where taken_down_on is null;

    drop index job_applications_standing_key;
    alter table job_applications
      drop column withdrawn,
      -- Who has applied does not apply again.
      add constraint job_applications_once_key unique (tenant_id, job_id, resident_id);
  `);
  for (const ruleSet of ruleSets) await addRuleSet(knex, ruleSet);
}

/** What was deleted stays so, and the days of taking down are lost. */
export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets')
    .whereIn('id', ruleSets.map(({ id }) => id))
    .delete();
  await knex.raw(`
    alter table job_applications drop constraint job_applications_once_key, add column withdrawn boolean not null default false;
    alter table job_applications alter column withdrawn drop default;
    create unique index job_applications_standing_key on job_applications (tenant_id, job_id, resident_id) where not withdrawn;
    alter table jobs add column taken_down boolean not null default false;
  `);
  await acrossTenants(knex, ['jobs'], async () => {
    await knex('jobs').whereNotNull('taken_down_on').update({ taken_down: true });
  });
  await knex.raw(`
    drop index jobs_open_idx;
    alter table jobs alter column taken_down drop default, drop column taken_down_on;
    create index jobs_open_idx on jobs (tenant_id, open_until, id) where not taken_down;
  `);
}
