import { createOwnDayTables, dropOwnDayTables } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128110100_create_calendar';

/** What an office decided of single days, and the same in the short form that due times are counted by. */
export async function up(knex: Knex): Promise<void> {
  await createOwnDayTables(knex);
  await createTenantTable(
    knex,
    'calendar_overrides',
    (t) => {
      t.uuid('id').notNullable();
      t.date('day').notNullable();
      t.text('kind').notNullable().checkIn(['rest', 'work'], 'calendar_overrides_kind_check');
      t.text('name_zh').notNullable();
      t.text('citation').notNullable();
      t.boolean('removed').notNullable();
      t.integer('version').notNullable();
      // One aggregate a day for good: its events are in order, whatever is decided of the day. Also GetCalendar: a range of days.
      t.unique(['tenant_id', 'day'], { indexName: 'calendar_overrides_day_key' });
      t.foreign('tenant_id', 'calendar_overrides_tenant_fkey').references('tenant_id').inTable('tenants');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('calendar_overrides');
  await dropOwnDayTables(knex);
}
