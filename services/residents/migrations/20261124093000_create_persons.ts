import { createTenantTable, type Migration } from '@linli/db';
import type { Knex } from 'knex';

export const createPersons: Migration = {
  name: '20261124093000_create_persons',

  async up(knex) {
    await createTenantTable(knex, 'persons', addPersonColumns, { key: ['id'], grants: ['select', 'insert', 'update'] });
    // A phone may be a family's; an identity number and a sign-in belong to one person of the tenant.
    // Look-ups are by whole value only, so the two hashes are all that is searched.
    await knex.raw(`
      alter table persons
        add constraint persons_language_check check (preferred_language in ('zh', 'mn')),
        add constraint persons_phone_check check (num_nulls(phone_sealed, phone_index) in (0, 2)),
        add constraint persons_identity_number_check check (num_nulls(identity_number_sealed, identity_number_index) in (0, 2)),
        add constraint persons_sign_in_check check (num_nulls(identity_issuer, identity_subject) in (0, 2)),
        add constraint persons_identity_number_key unique (tenant_id, identity_number_index),
        add constraint persons_sign_in_key unique (tenant_id, identity_issuer, identity_subject);
      create index persons_phone_idx on persons (tenant_id, phone_index) where phone_index is not null`);
    await createTenantTable(
      knex,
      'person_accesses',
      (table) => {
        table.uuid('id').notNullable();
        table.uuid('person_id').notNullable();
        table.timestamp('at').notNullable();
        table.text('actor_id').notNullable();
        table.text('purpose').notNullable();
        table.specificType('fields', 'text[]').notNullable();
        table.uuid('case_id');
        table.foreign(['tenant_id', 'person_id'], 'person_accesses_person_fkey').references(['tenant_id', 'id']).inTable('persons');
        // The person's own list, newest first.
        table.index(['tenant_id', 'person_id', 'id'], 'person_accesses_person_idx');
      },
      { key: ['id'], grants: ['select', 'insert'] },
    );
  },

  async down(knex) {
    await knex.schema.dropTable('person_accesses');
    await knex.schema.dropTable('persons');
  },
};

function addPersonColumns(table: Knex.CreateTableBuilder): void {
  table.uuid('id').notNullable();
  table.binary('name_sealed').notNullable();
  table.binary('phone_sealed');
  table.binary('identity_number_sealed');
  table.binary('phone_index');
  table.binary('identity_number_index');
  // Under which derivation the two hashes were made; a new one is written beside, filled and swapped.
  table.smallint('index_version').notNullable().defaultTo(1);
  for (const column of ['masked_name', 'masked_phone', 'masked_identity_number', 'preferred_language']) table.text(column).notNullable();
  table.uuid('unit_id').notNullable();
  table.specificType('unit_path', 'text collate "C"').notNullable();
  table.text('identity_issuer');
  table.text('identity_subject');
  table.timestamp('registered_at').notNullable();
  table.integer('version').notNullable();
}
