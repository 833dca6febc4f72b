import { createTenantTable, type Migration } from '@linli/db';
import type { Knex } from 'knex';

const tables = ['callbacks', 'case_tasks', 'held_papers', 'material_notices'];

/** What a case is made of beside its own row. All of it is read with the case. */
export const createCaseParts: Migration = {
  name: '20261124094100_create_case_parts',

  async up(knex) {
    await createNotices(knex);
    await createPapers(knex);
    await createTasks(knex);
    await createCallbacks(knex);
    for (const table of tables) {
      await knex.raw(`alter table ?? add constraint ?? foreign key (tenant_id, case_id) references cases (tenant_id, id)`, [table, `${table}_case_fkey`]);
    }
  },

  async down(knex) {
    for (const table of tables) await knex.schema.dropTable(table);
  },
};

async function createNotices(knex: Knex): Promise<void> {
  await createPart(knex, 'material_notices', (table) => {
    table.specificType('material_codes', 'text[]').notNullable();
    table.text('explanation').notNullable();
    table.timestamp('issued_at').notNullable();
    table.boolean('is_once').notNullable();
    table.text('supervisor_reason').notNullable();
    table.specificType('supplied_codes', 'text[]').notNullable();
    table.timestamp('supplied_at');
  });
  await knex.raw(`
    alter table material_notices
      add constraint material_notices_codes_check check (cardinality(material_codes) > 0 and supplied_codes <@ material_codes),
      add constraint material_notices_supplied_check check ((supplied_at is not null) = (supplied_codes @> material_codes)),
      add constraint material_notices_reason_check check (is_once or supervisor_reason <> '');
    create unique index material_notices_once on material_notices (tenant_id, case_id) where is_once`);
}

async function createPapers(knex: Knex): Promise<void> {
  await createPart(knex, 'held_papers', (table) => {
    table.text('material_code').notNullable();
    table.uuid('held_by').notNullable();
    table.timestamp('received_at').notNullable();
    table.timestamp('returned_at');
    table.uuid('returned_by');
  });
  await knex.raw(`
    alter table held_papers add constraint held_papers_returned_check check ((returned_at is null) = (returned_by is null));
    create unique index held_papers_out on held_papers (tenant_id, case_id, material_code) where returned_at is null`);
}

async function createTasks(knex: Knex): Promise<void> {
  await createPart(knex, 'case_tasks', (table) => {
    table.uuid('unit_id').notNullable();
    table.specificType('unit_path', 'text collate "C"').notNullable();
    table.boolean('lead').notNullable();
    table.text('title_zh').notNullable();
    table.timestamp('done_at');
    table.uuid('done_by');
  });
  await knex.raw(`
    alter table case_tasks add constraint case_tasks_done_check check ((done_at is null) = (done_by is null));
    create unique index case_tasks_one_lead on case_tasks (tenant_id, case_id) where lead;
    create index case_tasks_open on case_tasks (tenant_id, unit_path, case_id) where done_at is null`);
}

async function createCallbacks(knex: Knex): Promise<void> {
  await createPart(knex, 'callbacks', (table) => {
    table.text('source').notNullable();
    table.uuid('by').notNullable();
    table.timestamp('at').notNullable();
    table.boolean('reached').notNullable();
    table.smallint('rating').notNullable();
    table.boolean('solved').notNullable();
    table.text('comment').notNullable();
    table.integer('round').notNullable();
  });
  // Nobody who was not reached rated anything.
  await knex.raw(`
    alter table callbacks
      add constraint callbacks_source_check check (source in ('callback', 'resident')),
      add constraint callbacks_rating_check check (rating between 0 and 5),
      add constraint callbacks_reached_check check (reached or (rating = 0 and not solved))`);
}

async function createPart(knex: Knex, name: string, build: (table: Knex.CreateTableBuilder) => void): Promise<void> {
  function columns(table: Knex.CreateTableBuilder): void {
    table.uuid('case_id').notNullable();
    table.uuid('id').notNullable();
    build(table);
  }
  await createTenantTable(knex, name, columns, { key: ['case_id', 'id'], grants: ['select', 'insert', 'update'] });
}
