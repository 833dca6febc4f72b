import type { Knex } from 'knex';

export const name = '20261129184004_withdraw_drafts';

/** A draft may be withdrawn too: it took not all of its steps, and has no notice. */
export async function up(knex: Knex): Promise<void> {
  await setChecks(knex, { unfinished: `state in ('drafted', 'withdrawn')`, nulls: `case state when 'drafted' then nulls = 5 when 'withdrawn' then nulls in (0, 5) else nulls = 0 end` });
}

/** With a draft that was withdrawn it fails. */
export async function down(knex: Knex): Promise<void> {
  await setChecks(knex, { unfinished: `state = 'drafted'`, nulls: `nulls = case state when 'drafted' then 5 else 0 end` });
}

async function setChecks(knex: Knex, { unfinished, nulls }: { readonly unfinished: string; readonly nulls: string }): Promise<void> {
  const noticed = nulls.replaceAll('nulls', 'num_nulls(entitled, quorum_id, quorum_version, opens_at, closes_at)');
  await knex.raw(`
    alter table decisions
      drop constraint decisions_steps_check,
      drop constraint decisions_notice_check,
      add constraint decisions_steps_check check (
        (committees_consulted_on is null or coalesce(committees_consulted_on >= branch_proposed_on, false))
        and (members_deliberated_on is null or coalesce(members_deliberated_on >= committees_consulted_on, false))
        and (${unfinished} or members_deliberated_on is not null)),
      add constraint decisions_notice_check check ((${noticed}) and closes_at > opens_at and entitled >= registered)`);
}
