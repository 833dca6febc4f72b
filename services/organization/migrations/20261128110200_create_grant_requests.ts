import { addRuleSet } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128110200_create_grant_requests';

/** Roles of an office's own, and grants that wait for a second pair of eyes. */
export async function up(knex: Knex): Promise<void> {
  await addRuleSet(knex, {
    id: 'organization.grant_confirm',
    version: 1,
    citation: '授权管理规则：敏感角色须两人办理，七十二小时内无人确认的，申请失效',
    limit: { amount: 72, unit: 'hours', roll: 'none' },
    effectiveFrom: '2020-01-01',
  });
  await knex.raw(`
    alter table roles add column own boolean not null default false, add column version integer not null default 1;
    -- No role of a later release is called as one of an office's own.
    alter table roles add constraint roles_own_check check (own = starts_with(code, 'own.'));
    -- ChangeRole: whether somebody holds it.
    create index role_grants_role_idx on role_grants (tenant_id, role) where revoked_at is null;
  `);
  await createTenantTable(
    knex,
    'grant_requests',
    (t) => {
      t.uuid('id').notNullable();
      t.text('principal_kind').notNullable().checkIn(['staff', 'client'], 'grant_requests_principal_kind_check');
      t.uuid('principal_id').notNullable();
      t.specificType('role', 'text collate "C"').notNullable();
      t.text('scope').notNullable().checkIn(['self', 'unit', 'subtree', 'tenant'], 'grant_requests_scope_check');
      t.uuid('unit_id');
      t.timestamp('ends_at');
      t.text('state').notNullable().checkIn(['requested', 'confirmed', 'declined', 'expired'], 'grant_requests_state_check');
      t.text('requested_by').notNullable();
      t.text('decided_by');
      t.timestamp('confirm_until').notNullable();
      t.uuid('grant_id');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'role'], 'grant_requests_role_fkey').references(['tenant_id', 'code']).inTable('roles');
      t.foreign(['tenant_id', 'unit_id'], 'grant_requests_unit_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign(['tenant_id', 'grant_id'], 'grant_requests_grant_fkey').references(['tenant_id', 'id']).inTable('role_grants');
    },
    // ListGrantRequests pages over the key.
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table grant_requests add constraint grant_requests_unit_check check ((scope in ('unit', 'subtree')) = (unit_id is not null));
    alter table grant_requests add constraint grant_requests_four_eyes_check
      check (state <> 'confirmed' or (decided_by <> requested_by and decided_by <> cast(principal_id as text) and grant_id is not null));
    -- The same is asked for once at a time.
    create unique index grant_requests_open_key on grant_requests (tenant_id, principal_id, role, scope, unit_id) nulls not distinct where state = 'requested';
    -- ListGrantRequests in one state.
    create index grant_requests_state_idx on grant_requests (tenant_id, state, id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('grant_requests');
  await knex.raw(`drop index role_grants_role_idx; alter table roles drop constraint roles_own_check, drop column own, drop column version`);
  await knex('clock_rule_sets').where('id', 'organization.grant_confirm').delete();
}
