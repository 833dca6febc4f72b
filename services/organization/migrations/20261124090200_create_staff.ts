import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261124090200_create_staff';

export async function up(knex: Knex): Promise<void> {
  await createStaff(knex);
  await createPosts(knex);
}

async function createStaff(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'staff',
    (t) => {
      t.uuid('id').notNullable();
      t.specificType('code', 'text collate "C"').notNullable();
      t.text('name').notNullable();
      t.text('work_phone').notNullable();
      t.text('identity_issuer');
      t.text('identity_subject');
      t.boolean('active').notNullable();
      t.uuid('partner_id');
      t.timestamp('absent_from');
      t.timestamp('absent_until');
      t.integer('version').notNullable();
      // ListStaff: keyset over the code.
      t.unique(['tenant_id', 'code'], { indexName: 'staff_code_key' });
      // ResolveCaller: one probe by issuer and subject.
      t.unique(['tenant_id', 'identity_issuer', 'identity_subject'], { indexName: 'staff_identity_key' });
      // Nobody is the partner of two.
      t.unique(['tenant_id', 'partner_id'], { indexName: 'staff_partner_key' });
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table staff add constraint staff_identity_check check ((identity_issuer is null) = (identity_subject is null));
    alter table staff add constraint staff_partner_check check (partner_id <> id and (active or partner_id is null));
    alter table staff add constraint staff_absence_check
      check ((absent_until is null or absent_from is not null) and absent_until > absent_from);
    alter table staff add constraint staff_tenant_fkey foreign key (tenant_id) references tenants (tenant_id);
    -- At the end of the transaction: two partners may be written by two statements.
    alter table staff add constraint staff_partner_fkey foreign key (tenant_id, partner_id) references staff (tenant_id, id)
      deferrable initially deferred;
  `);
}

async function createPosts(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'posts',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('staff_id').notNullable();
      t.uuid('unit_id').notNullable();
      // The unit's path, which never changes: lists by unit need no join.
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('title_zh').notNullable();
      t.boolean('is_primary').notNullable();
      t.date('valid_from').notNullable();
      t.date('valid_to');
      t.foreign(['tenant_id', 'staff_id'], 'posts_staff_fkey').references(['tenant_id', 'id']).inTable('staff');
      t.foreign(['tenant_id', 'unit_id'], 'posts_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table posts add constraint posts_validity_check check (valid_to >= valid_from);
    create unique index posts_primary_key on posts (tenant_id, staff_id) where is_primary and valid_to is null;
    create index posts_staff_idx on posts (tenant_id, staff_id, id);
    -- ListStaff under a unit or within a scope.
    create index posts_unit_path_idx on posts (tenant_id, unit_path, staff_id);
    -- CloseUnit: posts held there.
    create index posts_unit_idx on posts (tenant_id, unit_id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('posts');
  await knex.schema.dropTable('staff');
}
