import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261124090300_create_grants';

export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'roles',
    (t) => {
      t.specificType('code', 'text collate "C"').notNullable();
      t.text('name_zh').notNullable();
      t.text('holder').notNullable().checkIn(['staff', 'client'], 'roles_holder_check');
      t.specificType('permissions', 'text[]').notNullable();
      t.foreign('tenant_id', 'roles_tenant_fkey').references('tenant_id').inTable('tenants');
    },
    { key: ['code'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'api_clients',
    (t) => {
      t.uuid('id').notNullable();
      t.text('name_zh').notNullable();
      t.text('identity_issuer').notNullable();
      t.text('identity_subject').notNullable();
      t.boolean('active').notNullable();
      t.integer('version').notNullable();
      // ResolveCaller: one probe by issuer and subject.
      t.unique(['tenant_id', 'identity_issuer', 'identity_subject'], { indexName: 'api_clients_identity_key' });
      t.foreign('tenant_id', 'api_clients_tenant_fkey').references('tenant_id').inTable('tenants');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createRoleGrants(knex);
}

async function createRoleGrants(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'role_grants',
    (t) => {
      t.uuid('id').notNullable();
      t.text('principal_kind').notNullable().checkIn(['staff', 'client'], 'role_grants_principal_kind_check');
      t.uuid('principal_id').notNullable();
      t.specificType('role', 'text collate "C"').notNullable();
      t.text('scope').notNullable().checkIn(['self', 'unit', 'subtree', 'tenant'], 'role_grants_scope_check');
      t.uuid('unit_id');
      t.timestamp('ends_at');
      t.timestamp('revoked_at');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'role'], 'role_grants_role_fkey').references(['tenant_id', 'code']).inTable('roles');
      t.foreign(['tenant_id', 'unit_id'], 'role_grants_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    // ListGrants of everyone pages over the key.
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table role_grants add constraint role_grants_unit_check check ((scope in ('unit', 'subtree')) = (unit_id is not null));
    create unique index role_grants_standing_key on role_grants (tenant_id, principal_id, role, scope, unit_id) nulls not distinct
      where revoked_at is null and ends_at is null;
    -- ResolveCaller, ListGrants of one holder.
    create index role_grants_principal_idx on role_grants (tenant_id, principal_id, id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('role_grants');
  await knex.schema.dropTable('api_clients');
  await knex.schema.dropTable('roles');
}
