import { roleNames } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129185400_withdraw_words';

/** What the office said in public and what names a person goes: from the row and from the thread. That something was said stays, with its day and sums. */
export async function up(knex: Knex): Promise<void> {
  const { app } = await roleNames(knex);
  await knex.raw(`
    alter table topics
      add column words_withdrawn boolean not null default false,
      drop constraint topics_public_check,
      add constraint topics_public_check check (
        (state in ('answered', 'not_accepted')) = (answered_at is not null) and (answered_at is not null or (answer_zh = '' and not words_withdrawn))
        and (state = 'collected' or (title_zh = '') = words_withdrawn) and (answered_at is null or (answer_zh = '') = words_withdrawn));

    alter table pledge_progress
      add column words_withdrawn boolean not null default false,
      add constraint pledge_progress_words_check check (not words_withdrawn or (note_zh = '' and state = 'reported'));

    alter table pledge_statements
      add column words_withdrawn boolean not null default false,
      drop constraint pledge_statements_explanation_check,
      add constraint pledge_statements_explanation_check check ((explanation_zh = '') = words_withdrawn);

    alter table fund_entries
      add column words_withdrawn boolean not null default false,
      drop constraint fund_entries_words_check,
      add constraint fund_entries_words_check check (
        (kind = 'income') = (givers > 0) and (purpose_zh = '') = (kind = 'income' or words_withdrawn) and not (kind = 'income' and words_withdrawn));

    grant update (explanation_zh, words_withdrawn) on pledge_statements to :app:;
    grant update (purpose_zh, words_withdrawn) on fund_entries to :app:;
    grant update (note) on thread_entries to :app:;

    -- A right to erase words would else be a right to write others.
    create function words_refuse_rewrite() returns trigger language plpgsql as $$
    begin
      raise exception 'what was said stays as it was, or goes' using errcode = 'check_violation';
    end $$;
    create trigger pledge_statements_words_stay before update on pledge_statements for each row
      when ((new.explanation_zh <> old.explanation_zh and new.explanation_zh <> '') or (old.words_withdrawn and not new.words_withdrawn))
      execute function words_refuse_rewrite();
    create trigger fund_entries_words_stay before update on fund_entries for each row
      when ((new.purpose_zh <> old.purpose_zh and new.purpose_zh <> '') or (old.words_withdrawn and not new.words_withdrawn))
      execute function words_refuse_rewrite();
    create trigger thread_entries_words_stay before update on thread_entries for each row
      when (new.note <> old.note and new.note <> '')
      execute function words_refuse_rewrite();
  `, { app });
}

/** Words that are gone stay so: with any of them this fails. */
export async function down(knex: Knex): Promise<void> {
  const { app } = await roleNames(knex);
  await knex.raw(`
    drop trigger thread_entries_words_stay on thread_entries;
    drop trigger fund_entries_words_stay on fund_entries;
    drop trigger pledge_statements_words_stay on pledge_statements;
    drop function words_refuse_rewrite();
    revoke update (note) on thread_entries from :app:;
    revoke update (purpose_zh, words_withdrawn) on fund_entries from :app:;
    revoke update (explanation_zh, words_withdrawn) on pledge_statements from :app:;
    alter table fund_entries
      drop constraint fund_entries_words_check,
      add constraint fund_entries_words_check check ((kind = 'income') = (givers > 0) and (kind = 'income') = (purpose_zh = '')),
      drop column words_withdrawn;
    alter table pledge_statements
      drop constraint pledge_statements_explanation_check,
      add constraint pledge_statements_explanation_check check (explanation_zh <> ''),
      drop column words_withdrawn;
    alter table pledge_progress
      drop constraint pledge_progress_words_check,
      drop column words_withdrawn;
    alter table topics
      drop constraint topics_public_check,
      add constraint topics_public_check check (
        (state = 'collected' or title_zh <> '') and (state in ('answered', 'not_accepted')) = (answer_zh <> '') and (answer_zh <> '') = (answered_at is not null)),
      drop column words_withdrawn;
  `, { app });
}
