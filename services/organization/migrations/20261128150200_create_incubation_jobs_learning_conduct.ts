import { addRuleSet } from '@linli/clocks';
import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128150200_create_incubation_jobs_learning_conduct';

const termRule = 'organization.incubation_term';

export async function up(knex: Knex): Promise<void> {
  await createIncubation(knex);
  await createJobs(knex);
  await createLearning(knex);
  await createConduct(knex);
}

async function createIncubation(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'incubated_orgs',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('name_zh').notNullable();
      t.text('name_mn').notNullable();
      t.text('state').notNullable().checkIn(['applied', 'admitted', 'incubating', 'evaluated', 'graduated', 'left'], 'incubated_orgs_state_check');
      t.date('applied_on').notNullable();
      t.date('term_from');
      t.date('term_to');
      t.timestamp('evaluation_due_at');
      t.boolean('evaluation_overdue').notNullable();
      t.text('result').checkIn(['passed', 'failed'], 'incubated_orgs_result_check');
      t.text('evaluation_zh').notNullable();
      t.date('received_on');
      t.date('returned_on');
      t.text('leave_reason').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'incubated_orgs_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    // ListIncubatedOrgs pages over the key.
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table incubated_orgs add constraint incubated_orgs_term_check check ((term_from is null) = (term_to is null) and term_to >= term_from);
    alter table incubated_orgs add constraint incubated_orgs_left_check check ((state = 'left') = (leave_reason <> ''));
    alter table incubated_orgs add constraint incubated_orgs_graduated_check check (state <> 'graduated' or (result = 'passed' and returned_on is not null));
    alter table incubated_orgs add constraint incubated_orgs_handover_check check (returned_on is null or returned_on >= received_on);
    -- ListIncubatedOrgs of one state.
    create index incubated_orgs_state_idx on incubated_orgs (tenant_id, state, id);
    -- A unit that closes: who is incubated there.
    create index incubated_orgs_unit_idx on incubated_orgs (tenant_id, unit_id);
  `);
  await addRuleSet(knex, {
    id: termRule,
    version: 1,
    effectiveFrom: '2020-01-01',
    citation: '社会组织孵化基地管理规则：一个孵化期不超过两年，期满前应当完成评估',
    limit: { unit: 'calendar_days', roll: 'none', amount: 730 },
  });
}

async function createJobs(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'jobs',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('title_zh').notNullable();
      t.text('title_mn').notNullable();
      t.text('employer_zh').notNullable();
      t.text('place_zh').notNullable();
      t.text('duties_zh').notNullable();
      t.integer('wanted').notNullable();
      t.text('contact_phone').notNullable();
      t.date('open_from').notNullable();
      t.date('open_until').notNullable();
      t.boolean('taken_down').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'jobs_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    // ListJobs pages over the key.
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'job_applications',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('job_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      // A resident's subject id, and nothing else of them: who applies is not asked what they are.
      t.text('resident_id').notNullable();
      t.boolean('withdrawn').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'job_id'], 'job_applications_job_fkey').references(['tenant_id', 'id']).inTable('jobs');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table jobs add constraint jobs_days_check check (open_until >= open_from);
    alter table jobs add constraint jobs_wanted_check check (wanted > 0);
    -- What is open, as it is published.
    create index jobs_open_idx on jobs (tenant_id, open_until, id) where not taken_down;
    -- A unit that closes: its jobs.
    create index jobs_unit_idx on jobs (tenant_id, unit_id);
    -- Who has applied does not apply again.
    create unique index job_applications_standing_key on job_applications (tenant_id, job_id, resident_id) where not withdrawn;
    -- ListJobApplications of a job, and of a resident.
    create index job_applications_job_idx on job_applications (tenant_id, job_id, id);
    create index job_applications_resident_idx on job_applications (tenant_id, resident_id, id);
  `);
}

async function createLearning(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'learning_sessions',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('kind')
        .notNullable()
        .checkIn(['central_group', 'secretary_lecture', 'forum', 'study_visit', 'guest_lecture', 'reading', 'public_lecture', 'remote'], 'learning_sessions_kind_check');
      t.text('topic_zh').notNullable();
      t.timestamp('starts_at').notNullable();
      t.timestamp('ends_at').notNullable();
      t.boolean('cancelled').notNullable();
      t.boolean('attended').notNullable();
      t.integer('others').notNullable();
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'learning_sessions_unit_fkey').references(['tenant_id', 'id']).inTable('units');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'learning_attendance',
    (t) => {
      t.uuid('learning_id').notNullable();
      t.uuid('staff_id').notNullable();
      t.foreign(['tenant_id', 'learning_id'], 'learning_attendance_learning_fkey').references(['tenant_id', 'id']).inTable('learning_sessions');
      t.foreign(['tenant_id', 'staff_id'], 'learning_attendance_staff_fkey').references(['tenant_id', 'id']).inTable('staff');
    },
    { key: ['learning_id', 'staff_id'], grants: ['select', 'insert', 'delete'] },
  );
  await knex.raw(`
    alter table learning_sessions add constraint learning_sessions_time_check check (ends_at > starts_at);
    alter table learning_sessions add constraint learning_sessions_others_check check (others >= 0);
    alter table learning_sessions add constraint learning_sessions_attended_check check (not (cancelled and attended));
    -- ListLearning.
    create index learning_sessions_time_idx on learning_sessions (tenant_id, starts_at, id) include (unit_path);
    -- A unit that closes: its sessions.
    create index learning_sessions_unit_idx on learning_sessions (tenant_id, unit_id);
  `);
}

async function createConduct(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'conduct_rules',
    (t) => {
      t.uuid('id').notNullable();
      t.specificType('code', 'text collate "C"').notNullable();
      t.unique(['tenant_id', 'code'], { indexName: 'conduct_rules_code_key' });
      t.foreign('tenant_id', 'conduct_rules_tenant_fkey').references('tenant_id').inTable('tenants');
    },
    // Locking a row takes the right to update it.
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'conduct_versions',
    (t) => {
      t.uuid('rules_id').notNullable();
      t.integer('version').notNullable();
      t.text('title_zh').notNullable();
      t.specificType('rules_zh', 'text[]').notNullable();
      // Where a breach is reported. There is no table of reports: they go to the discipline channel and never through here.
      t.text('complaint_url').notNullable();
      t.text('complaint_hint_zh').notNullable();
      t.date('valid_from').notNullable();
      t.date('valid_to');
      t.foreign(['tenant_id', 'rules_id'], 'conduct_versions_rules_fkey').references(['tenant_id', 'id']).inTable('conduct_rules');
    },
    { key: ['rules_id', 'version'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table conduct_versions add constraint conduct_versions_one_a_day_excl
      exclude using gist (tenant_id with =, rules_id with =, daterange(valid_from, valid_to) with &&);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex('clock_rule_sets').where({ id: termRule }).delete();
  for (const table of ['conduct_versions', 'conduct_rules', 'learning_attendance', 'learning_sessions', 'job_applications', 'jobs', 'incubated_orgs']) await knex.schema.dropTable(table);
}
