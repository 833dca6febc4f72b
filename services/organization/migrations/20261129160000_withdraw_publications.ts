import { acrossTenants, roleNames } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129160000_withdraw_publications';

/** What was published may be withdrawn, and what named a person loses its words: also in stored answers, of which the id stays. */
export async function up(knex: Knex): Promise<void> {
  const { app } = await roleNames(knex);
  await knex.raw(`
    alter table publications
      add column version integer not null default 1,
      add column withdrawn_at timestamptz,
      add column withdraw_reason text
        constraint publications_withdraw_reason_check check (withdraw_reason in ('personal_data', 'wrong_content', 'replaced', 'unlawful')),
      add constraint publications_withdrawn_check check ((withdrawn_at is null) = (withdraw_reason is null)),
      add constraint publications_words_check check (
        (title_zh = '') = (withdraw_reason is not distinct from 'personal_data') and (text_zh = '') = (withdraw_reason is not distinct from 'personal_data'));

    -- Of a decision one publication stands, and one of its outcome.
    drop index publications_decision_key;
    create unique index publications_decision_key on publications (tenant_id, decision_id, kind) where decision_id is not null and withdrawn_at is null;

    grant update (title_zh, text_zh, withdrawn_at, withdraw_reason, version) on publications to :app:;
  `, { app });
  await keepWords(knex);
  await acrossTenants(knex, ['answered_requests'], async () => {
    await knex.raw(`update answered_requests set answer = jsonb_build_object('id', answer->'id') where jsonb_exists(answer, 'objections') and jsonb_exists(answer, 'toDay')`);
  });
}

/** A right to erase words would else be a right to write others: what anybody has read is not changed behind them, nor put up again. */
async function keepWords(knex: Knex): Promise<void> {
  await knex.raw(`
    create function publications_refuse_rewrite() returns trigger language plpgsql as $$
    begin
      raise exception 'what was published stays as it was, or goes' using errcode = 'check_violation';
    end $$;
    create trigger publications_words_stay before update on publications for each row
      when ((new.title_zh, new.text_zh) <> (old.title_zh, old.text_zh) and (new.title_zh, new.text_zh) <> ('', ''))
      execute function publications_refuse_rewrite();
    create trigger publications_stay_withdrawn before update on publications for each row
      when (old.withdrawn_at is not null and (new.withdrawn_at, new.withdraw_reason) is distinct from (old.withdrawn_at, old.withdraw_reason))
      execute function publications_refuse_rewrite();
  `);
}

/** Nothing that was withdrawn may be public again: with any of it this fails. */
export async function down(knex: Knex): Promise<void> {
  const { app } = await roleNames(knex);
  await knex.raw(`
    alter table publications add constraint publications_standing_check check (withdrawn_at is null);
    drop trigger publications_stay_withdrawn on publications;
    drop trigger publications_words_stay on publications;
    drop function publications_refuse_rewrite();
    revoke update (title_zh, text_zh, withdrawn_at, withdraw_reason, version) on publications from :app:;
    drop index publications_decision_key;
    create unique index publications_decision_key on publications (tenant_id, decision_id, kind) where decision_id is not null;
    alter table publications
      drop constraint publications_standing_check,
      drop constraint publications_words_check,
      drop constraint publications_withdrawn_check,
      drop column withdraw_reason,
      drop column withdrawn_at,
      drop column version;
  `, { app });
}
