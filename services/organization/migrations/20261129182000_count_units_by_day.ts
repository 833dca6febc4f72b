import { acrossTenants, createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129182000_count_units_by_day';

/** How the number of units of each kind changes, by the day: their sum up to a day is what is in force on it. */
export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'unit_count_changes',
    (t) => {
      t.text('kind').notNullable();
      t.date('day').notNullable();
      t.uuid('id').notNullable().defaultTo(knex.raw('gen_random_uuid()'));
      t.integer('change').notNullable();
    },
    { key: ['kind', 'day', 'id'], grants: ['select', 'insert', 'update'] },
  );
  await acrossTenants(knex, ['units', 'unit_count_changes'], async () => {
    await knex.raw(`
      insert into unit_count_changes (tenant_id, kind, day, change)
      select tenant_id, kind, day, sum(change)
        from (select tenant_id, kind, valid_from as day, 1 as change from units
              union all select tenant_id, kind, valid_to, -1 from units where valid_to is not null) changes
       group by tenant_id, kind, day having sum(change) <> 0`);
  });
  await follow(knex);
}

/** By triggers, once a statement: whatever opens and ends units, the counts go with it. */
async function follow(knex: Knex): Promise<void> {
  await knex.raw(`
    -- Adds to a row of the day that nobody else has in hand, or makes one: writers never wait for each other here, and a day has
    -- no more rows than there were writers at a time.
    create function add_unit_count_change(tenant text, unit_kind text, on_day date, added bigint) returns void language plpgsql as $$
    declare
      free uuid;
    begin
      select id into free from unit_count_changes where tenant_id = tenant and kind = unit_kind and day = on_day limit 1 for update skip locked;
      if found then
        update unit_count_changes set change = change + added where tenant_id = tenant and kind = unit_kind and day = on_day and id = free;
      else
        insert into unit_count_changes (tenant_id, kind, day, change) values (tenant, unit_kind, on_day, added);
      end if;
    end $$;

    create function count_units_inserted() returns trigger language plpgsql as $$
    begin
      perform add_unit_count_change(tenant_id, kind, day, sum(change))
         from (select tenant_id, kind, valid_from as day, 1 as change from after
               union all select tenant_id, kind, valid_to, -1 from after where valid_to is not null) changes
        group by tenant_id, kind, day having sum(change) <> 0;
      return null;
    end $$;
    create function count_units_deleted() returns trigger language plpgsql as $$
    begin
      perform add_unit_count_change(tenant_id, kind, day, sum(change))
         from (select tenant_id, kind, valid_from as day, -1 as change from before
               union all select tenant_id, kind, valid_to, 1 from before where valid_to is not null) changes
        group by tenant_id, kind, day having sum(change) <> 0;
      return null;
    end $$;
    create function count_units_updated() returns trigger language plpgsql as $$
    begin
      perform add_unit_count_change(tenant_id, kind, day, sum(change))
         from (select tenant_id, kind, valid_from as day, 1 as change from after
               union all select tenant_id, kind, valid_to, -1 from after where valid_to is not null
               union all select tenant_id, kind, valid_from, -1 from before
               union all select tenant_id, kind, valid_to, 1 from before where valid_to is not null) changes
        group by tenant_id, kind, day having sum(change) <> 0;
      return null;
    end $$;
    create trigger units_counted_inserted after insert on units referencing new table as after for each statement execute function count_units_inserted();
    create trigger units_counted_deleted after delete on units referencing old table as before for each statement execute function count_units_deleted();
    create trigger units_counted_updated after update on units referencing old table as before new table as after for each statement execute function count_units_updated();
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    drop trigger units_counted_inserted on units;
    drop trigger units_counted_deleted on units;
    drop trigger units_counted_updated on units;
    drop function count_units_inserted(), count_units_deleted(), count_units_updated(), add_unit_count_change(text, text, date, bigint);
  `);
  await knex.schema.dropTable('unit_count_changes');
}
