import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128120100_create_meetings';

export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'meetings',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('committee_id').notNullable();
      t.text('kind').notNullable().checkIn(['congress', 'joint'], 'meetings_kind_check');
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('state').notNullable().checkIn(['scheduled', 'convened', 'minuted', 'resolutions_open', 'resolutions_done'], 'meetings_state_check');
      t.text('theme_zh').notNullable();
      t.specificType('agenda', 'text[]').notNullable();
      t.specificType('tags', 'text[]').notNullable();
      t.date('scheduled_on').notNullable();
      t.timestamp('convened_at');
      t.uuid('host_member_unit_id').notNullable();
      t.text('minutes').notNullable();
      t.integer('resolutions_open').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'committee_id'], 'meetings_committee_fkey').references(['tenant_id', 'id']).inTable('committees');
      t.foreign(['tenant_id', 'host_member_unit_id'], 'meetings_host_fkey').references(['tenant_id', 'id']).inTable('member_units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'meeting_attendance',
    (t) => {
      t.uuid('meeting_id').notNullable();
      t.uuid('member_unit_id').notNullable();
      t.text('presence').notNullable().checkIn(['attended', 'excused', 'absent'], 'meeting_attendance_presence_check');
      t.foreign(['tenant_id', 'meeting_id'], 'meeting_attendance_meeting_fkey').references(['tenant_id', 'id']).inTable('meetings');
      t.foreign(['tenant_id', 'member_unit_id'], 'meeting_attendance_member_unit_fkey').references(['tenant_id', 'id']).inTable('member_units');
    },
    { key: ['meeting_id', 'member_unit_id'], grants: ['select', 'insert'] },
  );
  await createResolutions(knex);
  await knex.raw(`
    alter table meetings
      add constraint meetings_convened_check check ((state = 'scheduled') = (convened_at is null)),
      add constraint meetings_open_check check ((state = 'resolutions_open') = (resolutions_open > 0)),
      add constraint meetings_tags_check check (tags <@ array['create', 'consult', 'build', 'serve', 'help']);
    -- ListMeetings: of a committee, the newest first; all of them by the key.
    create index meetings_committee_idx on meetings (tenant_id, committee_id, id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['resolutions', 'meeting_attendance', 'meetings']) await knex.schema.dropTable(table);
}

async function createResolutions(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'resolutions',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('meeting_id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('state').notNullable().checkIn(['open', 'delivered'], 'resolutions_state_check');
      t.text('text_zh').notNullable();
      t.uuid('owner_member_unit_id');
      t.uuid('owner_staff_id');
      t.date('due_on').notNullable();
      t.timestamp('overdue_at');
      t.timestamp('delivered_at');
      t.text('proof').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'meeting_id'], 'resolutions_meeting_fkey').references(['tenant_id', 'id']).inTable('meetings');
      t.foreign(['tenant_id', 'owner_member_unit_id'], 'resolutions_owner_member_unit_fkey').references(['tenant_id', 'id']).inTable('member_units');
      t.foreign(['tenant_id', 'owner_staff_id'], 'resolutions_owner_staff_fkey').references(['tenant_id', 'id']).inTable('staff');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table resolutions
      add constraint resolutions_owner_check check ((owner_member_unit_id is null) <> (owner_staff_id is null)),
      add constraint resolutions_delivered_check check ((state = 'delivered') = (delivered_at is not null) and (state = 'delivered') = (proof <> ''));
    -- ListResolutions: of a meeting; all of them by the key.
    create index resolutions_meeting_idx on resolutions (tenant_id, meeting_id, id);
    -- LeaveMemberUnit: what it still owes.
    create index resolutions_owner_idx on resolutions (tenant_id, owner_member_unit_id) where state = 'open';
  `);
}
