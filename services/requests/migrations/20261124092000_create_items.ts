import { createTenantTable, type Migration } from '@linli/db';

export const createItems: Migration = {
  name: '20261124092000_create_items',

  async up(knex) {
    // For the exclusion constraint below: equality and ranges in one index. It is a trusted extension.
    await knex.raw('create extension if not exists btree_gist');
    await createTenantTable(
      knex,
      'items',
      (table) => {
        table.text('code').notNullable();
        table.integer('version').notNullable();
        table.text('name_zh').notNullable();
        table.text('name_mn').notNullable();
        table.text('case_type').notNullable();
        table.text('owner_department_code').notNullable();
        table.text('legal_basis').notNullable();
        table.jsonb('materials').notNullable();
        table.jsonb('shared_data_sources').notNullable();
        table.text('fee_rule').notNullable();
        table.integer('statutory_amount');
        table.text('statutory_unit');
        table.integer('promised_amount').notNullable();
        table.text('promised_unit').notNullable();
        table.boolean('needs_in_person').notNullable();
        table.boolean('proxy_allowed').notNullable();
        table.date('effective_from').notNullable();
        table.date('effective_to');
      },
      { key: ['code', 'version'], grants: ['select', 'insert', 'update'] },
    );
    // The exclusion's index also finds the version in force; the primary key gives the list its order by code.
    await knex.raw(`
      alter table items
        add constraint items_version_check check (version > 0),
        add constraint items_case_type_check check (case_type in ('immediate', 'promise', 'joint', 'escalate')),
        add constraint items_statutory_check check ((statutory_amount is null) = (statutory_unit is null)
          and statutory_amount > 0 and statutory_unit in ('working_days', 'calendar_days', 'hours')),
        add constraint items_promised_check check (promised_amount > 0 and promised_unit in ('working_days', 'calendar_days', 'hours')
          and (statutory_unit is distinct from promised_unit or promised_amount <= statutory_amount)),
        add constraint items_effective_check check (effective_to > effective_from),
        add constraint items_no_overlap
          exclude using gist (tenant_id with =, code with =, daterange(effective_from, effective_to) with &&)`);
  },

  async down(knex) {
    await knex.schema.dropTable('items');
  },
};
