import type { Migration } from '@linli/db';

/** Where the people of a unit go that closed. */
export const followSuccessors: Migration = {
  name: '20261128100000_follow_successors',

  async up(knex) {
    await knex.schema.alterTable('units', (table) => {
      table.uuid('successor_id');
      table.specificType('successor_path', 'text collate "C"');
    });
    await knex.raw(`
      alter table units add constraint units_successor_check check ((successor_id is null) = (successor_path is null));
      -- People of a unit that closed, a batch at a time.
      create index persons_unit_idx on persons (tenant_id, unit_id, id)`);
  },

  async down(knex) {
    await knex.raw('drop index persons_unit_idx');
    await knex.schema.alterTable('units', (table) => {
      table.dropColumns('successor_id', 'successor_path');
    });
  },
};
