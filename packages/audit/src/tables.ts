import { createTenantTable, roleNames } from '@linli/db';
import type { Knex } from 'knex';

/**
 * Migration helper: the trail, its chain heads and its signed checkpoints. The app role only adds and reads; the relay
 * role may write the four seal columns of an entry, once. A trigger says the same to every role, the owner included.
 */
export async function createAuditTables(knex: Knex): Promise<void> {
  await createTenantTable(knex, 'audit_entries', addEntryColumns, { key: ['id'], grants: ['select', 'insert'], relay: ['select'] });
  const { relay } = await roleNames(knex);
  await knex.raw('grant update (seq, prev_hash, hash, algorithm) on audit_entries to ??', [relay]);
  await knex.raw(`
    alter table audit_entries
      add constraint audit_entries_seal_check check (num_nulls(seq, prev_hash, hash, algorithm) in (0, 4) and seq > 0),
      add constraint audit_entries_outcome_check check (outcome in ('success', 'denied', 'failed'));
    create unique index audit_entries_seq on audit_entries (tenant_id, seq) where seq is not null;
    create index audit_entries_unsealed on audit_entries (tenant_id, id) where seq is null;
    create index audit_entries_object on audit_entries (tenant_id, object_type, object_id, id)`);
  await createTenantTable(
    knex,
    'audit_heads',
    (table) => {
      table.bigInteger('seq').notNullable();
      table.binary('hash').notNullable();
    },
    { key: [], grants: ['select'], relay: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'audit_checkpoints',
    (table) => {
      table.bigInteger('seq').notNullable();
      table.timestamp('signed_at').notNullable();
      table.text('jws').notNullable();
    },
    { key: ['seq'], grants: ['select'], relay: ['select', 'insert'] },
  );
  await knex.raw(refuseChanges);
}

export async function dropAuditTables(knex: Knex): Promise<void> {
  for (const table of ['audit_checkpoints', 'audit_heads', 'audit_entries']) await knex.schema.dropTable(table);
  await knex.raw('drop function audit_refuse_change');
}

function addEntryColumns(table: Knex.CreateTableBuilder): void {
  table.uuid('id').notNullable();
  table.timestamp('at').notNullable();
  for (const column of ['actor', 'actor_kind', 'action', 'object_type', 'object_id', 'outcome']) table.text(column).notNullable();
  for (const column of ['session_id', 'purpose', 'trace_id']) table.text(column);
  table.jsonb('details').notNullable();
  table.bigInteger('seq');
  table.binary('prev_hash');
  table.binary('hash');
  table.text('algorithm');
}

const refuseChanges = `
  create function audit_refuse_change() returns trigger language plpgsql as $$
  declare
    seal constant text[] := array['seq', 'prev_hash', 'hash', 'algorithm'];
  begin
    if tg_op = 'INSERT' and new.seq is null then
      return new;
    end if;
    if tg_op = 'UPDATE' and tg_table_name = 'audit_entries' then
      if old.seq is null and new.seq is not null and to_jsonb(new) - seal = to_jsonb(old) - seal then
        return new;
      end if;
    end if;
    raise exception 'the audit trail is append-only' using errcode = 'insufficient_privilege';
  end $$;
  create trigger audit_entries_append_only before insert or update or delete on audit_entries
    for each row execute function audit_refuse_change();
  create trigger audit_checkpoints_append_only before update or delete on audit_checkpoints
    for each row execute function audit_refuse_change();
  create trigger audit_entries_no_truncate before truncate on audit_entries
    for each statement execute function audit_refuse_change();
  create trigger audit_checkpoints_no_truncate before truncate on audit_checkpoints
    for each statement execute function audit_refuse_change()`;
