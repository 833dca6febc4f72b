import { addRuleSet } from '@linli/clocks';
import { acrossTenants, createTenantTable, roleNames } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261129181000_note_absences';

const kept = {
  id: 'organization.retention.absences',
  version: 1,
  citation: '《中华人民共和国个人信息保护法》第十九条：保存期限为实现处理目的所必要的最短时间；留存管理规则：离岗结束后一百八十日删除记录',
  limit: { unit: 'calendar_days', roll: 'none', amount: 180 },
  effectiveFrom: '2021-11-01',
} as const;

/** A person is away more than once: leave is booked for February while today's illness is noted. Each absence may name who stands in. */
export async function up(knex: Knex): Promise<void> {
  const { app } = await roleNames(knex);
  await createTenantTable(
    knex,
    'absences',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('staff_id').notNullable();
      t.timestamp('absent_from').notNullable();
      t.timestamp('absent_until');
      t.uuid('stand_in_id');
      t.check('absent_until > absent_from', undefined, 'absences_times_check');
      t.check('stand_in_id <> staff_id', undefined, 'absences_stand_in_check');
      t.foreign(['tenant_id', 'staff_id'], 'absences_staff_fkey').references(['tenant_id', 'id']).inTable('staff');
      t.foreign(['tenant_id', 'stand_in_id'], 'absences_stand_in_fkey').references(['tenant_id', 'id']).inTable('staff');
    },
    { key: ['id'], grants: ['select', 'insert', 'delete'] },
  );
  await knex.raw(`
    grant update (absent_until) on absences to :app:;
    alter table absences add constraint absences_once_excl
      exclude using gist (tenant_id with =, staff_id with =, tstzrange(absent_from, absent_until) with &&);
    -- A person's, the latest first; whether somebody is away.
    create index absences_staff_idx on absences (tenant_id, staff_id, absent_from desc);
    -- For whom somebody stands in.
    create index absences_stand_in_idx on absences (tenant_id, stand_in_id, absent_from) where stand_in_id is not null;
    -- What was kept for its time.
    create index absences_over_idx on absences (tenant_id, absent_until) where absent_until is not null;
  `, { app });
  await acrossTenants(knex, ['staff', 'absences'], async () => {
    await knex.raw(`
      insert into absences (tenant_id, id, staff_id, absent_from, absent_until)
      select tenant_id, uuidv7(), id, absent_from, absent_until from staff where absent_from is not null`);
  });
  await knex.raw('alter table staff drop constraint staff_absence_check, drop column absent_from, drop column absent_until');
  await addRuleSet(knex, kept);
}

/** Of several absences the one that is on, or the next, is what a person had before. */
export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets').where({ id: kept.id }).delete();
  await knex.raw('alter table staff add column absent_from timestamptz, add column absent_until timestamptz');
  await acrossTenants(knex, ['staff', 'absences'], async () => {
    await knex.raw(`
      update staff set absent_from = next.absent_from, absent_until = next.absent_until
        from (select distinct on (tenant_id, staff_id) tenant_id, staff_id, absent_from, absent_until from absences
               where absent_until is null or absent_until > now() order by tenant_id, staff_id, absent_from) next
       where staff.tenant_id = next.tenant_id and staff.id = next.staff_id`);
  });
  await knex.raw(`
    alter table staff add constraint staff_absence_check
      check ((absent_until is null or absent_from is not null) and absent_until > absent_from)`);
  await knex.schema.dropTable('absences');
}
