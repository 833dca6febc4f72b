import type { Migration } from '@linli/db';

/** Where the cases of a unit go that closed. */
export const followSuccessors: Migration = {
  name: '20261128100000_follow_successors',

  async up(knex) {
    await knex.schema.alterTable('directory_units', (table) => {
      table.uuid('successor_id');
      table.specificType('successor_path', 'text collate "C"');
    });
    await knex.raw('alter table directory_units add constraint directory_units_successor_check check ((successor_id is null) = (successor_path is null))');
  },

  async down(knex) {
    await knex.schema.alterTable('directory_units', (table) => {
      table.dropColumns('successor_id', 'successor_path');
    });
  },
};
