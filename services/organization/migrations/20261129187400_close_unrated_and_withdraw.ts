import type { Knex } from 'knex';

export const name = '20261129187400_close_unrated_and_withdraw';

/** What is waited for in vain comes to an end for a reason: a project that no resident rates, a resolution that nobody owes any more. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table joint_projects
      drop constraint joint_projects_stalled_check,
      add constraint joint_projects_reason_check check (state = 'closed' or (state = 'stalled') = (reason_code <> ''));
    alter table resolutions
      add column reason_code text not null default '',
      drop constraint resolutions_state_check,
      add constraint resolutions_state_check check (state in ('open', 'delivered', 'withdrawn')),
      add constraint resolutions_withdrawn_check check ((state = 'withdrawn') = (reason_code <> ''));
    alter table resolutions alter column reason_code drop default`);
}

/** What ended so cannot be told as anything else: with any of it this fails. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table resolutions
      drop constraint resolutions_withdrawn_check,
      drop constraint resolutions_state_check,
      drop column reason_code,
      add constraint resolutions_state_check check (state in ('open', 'delivered'));
    alter table joint_projects
      drop constraint joint_projects_reason_check,
      add constraint joint_projects_stalled_check check ((state = 'stalled') = (reason_code <> ''))`);
}
