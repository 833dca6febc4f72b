import { createSharedTable, createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128140000_create_sites';

export async function up(knex: Knex): Promise<void> {
  await createRules(knex);
  await createSites(knex);
  await createVisits(knex);
  await createFindings(knex);
}

/** What is asked on a visit and how often one is owed: the same for every office, in versions. */
async function createRules(knex: Knex): Promise<void> {
  await createSharedTable(
    knex,
    'site_visit_rules',
    (t) => {
      t.integer('version').notNullable().primary({ constraintName: 'site_visit_rules_pkey' });
      t.integer('interval_months').notNullable();
      t.integer('least_days').notNullable();
      t.integer('record_within_days').notNullable();
      t.text('citation').notNullable();
      t.date('effective_from').notNullable();
      t.date('effective_to');
    },
    { grants: ['select'] },
  );
  await createSharedTable(
    knex,
    'site_checklist_items',
    (t) => {
      t.integer('version').notNullable();
      t.integer('position').notNullable();
      t.text('code').notNullable();
      t.text('concern').notNullable().checkIn(['safety', 'wage', 'resettlement'], 'site_checklist_items_concern_check');
      t.text('question_zh').notNullable();
      t.text('citation').notNullable();
      t.date('effective_from').notNullable();
      t.date('effective_to');
      t.primary(['version', 'code'], { constraintName: 'site_checklist_items_pkey' });
    },
    { grants: ['select'] },
  );
  await knex.raw(`
    alter table site_visit_rules
      add constraint site_visit_rules_numbers_check check (interval_months between 1 and 12 and least_days between 1 and 28 and record_within_days between 0 and 28),
      add constraint site_visit_rules_no_overlap exclude using gist (daterange(effective_from, effective_to) with &&);
    -- An item stands in one version at a time.
    alter table site_checklist_items
      add constraint site_checklist_items_no_overlap exclude using gist (code with =, daterange(effective_from, effective_to) with &&);
  `);
}

async function createSites(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'sites',
    (t) => {
      t.uuid('id').notNullable();
      t.text('name_zh').notNullable();
      t.text('owner_zh').notNullable();
      t.text('contractor_zh').notNullable();
      t.specificType('subcontractors_zh', 'text[]').notNullable();
      t.text('permit_number').notNullable();
      t.text('stage').notNullable().checkIn(['preparation', 'foundation', 'structure', 'finishing', 'acceptance'], 'sites_stage_check');
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.uuid('leader_id').notNullable();
      t.date('opened_on').notNullable();
      t.date('closed_on');
      t.date('last_visited_on');
      t.date('missed_since');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'unit_id'], 'sites_unit_fkey').references(['tenant_id', 'id']).inTable('units');
      t.foreign(['tenant_id', 'leader_id'], 'sites_leader_fkey').references(['tenant_id', 'id']).inTable('staff');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'site_leaders',
    (t) => {
      t.uuid('site_id').notNullable();
      // Of the site, with which the leader was linked.
      t.integer('site_version').notNullable();
      t.timestamp('since').notNullable();
      t.uuid('leader_id').notNullable();
      t.timestamp('until');
      t.foreign(['tenant_id', 'site_id'], 'site_leaders_site_fkey').references(['tenant_id', 'id']).inTable('sites');
      t.foreign(['tenant_id', 'leader_id'], 'site_leaders_leader_fkey').references(['tenant_id', 'id']).inTable('staff');
    },
    { key: ['site_id', 'site_version'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table sites add constraint sites_closed_check check (closed_on >= opened_on);
    create unique index sites_permit_key on sites (tenant_id, permit_number) where closed_on is null;
    -- ListSites within a scope or under a unit.
    create index sites_path_idx on sites (tenant_id, unit_path, id);
    -- ListSites of a leader, and what is one's own.
    create index sites_leader_idx on sites (tenant_id, leader_id, id);
    alter table site_leaders add constraint site_leaders_until_check check (until >= since);
    create unique index site_leaders_current_key on site_leaders (tenant_id, site_id) where until is null;
  `);
}

async function createVisits(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'site_visits',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('site_id').notNullable();
      t.date('visited_on').notNullable();
      t.uuid('visitor_id').notNullable();
      t.integer('checklist_version').notNullable();
      t.jsonb('answers').notNullable();
      t.text('counts_for').notNullable();
      t.timestamp('recorded_at').notNullable();
      t.foreign(['tenant_id', 'site_id'], 'site_visits_site_fkey').references(['tenant_id', 'id']).inTable('sites');
      // Nobody is twice on one site on one day: the same visit recorded twice.
      t.unique(['tenant_id', 'site_id', 'visited_on', 'visitor_id'], { indexName: 'site_visits_once_key' });
    },
    { key: ['id'], grants: ['select', 'insert'] },
  );
  await createTenantTable(
    knex,
    'site_visit_plans',
    (t) => {
      t.uuid('site_id').notNullable();
      t.date('due_on').notNullable();
      t.date('opens_on').notNullable();
      t.text('state').notNullable().checkIn(['owed', 'done', 'missed', 'cancelled'], 'site_visit_plans_state_check');
      t.uuid('leader_id').notNullable();
      t.uuid('visit_id');
      t.integer('rule_version').notNullable();
      t.foreign(['tenant_id', 'site_id'], 'site_visit_plans_site_fkey').references(['tenant_id', 'id']).inTable('sites');
      t.foreign(['tenant_id', 'visit_id'], 'site_visit_plans_visit_fkey').references(['tenant_id', 'id']).inTable('site_visits');
      t.foreign('rule_version', 'site_visit_plans_rule_fkey').references('version').inTable('site_visit_rules');
    },
    { key: ['site_id', 'due_on'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    -- Whether, never how much: no answer holds more than one of four words.
    alter table site_visits add constraint site_visits_answers_check
      check (jsonb_typeof(answers) = 'object' and not jsonb_path_exists(answers, '$.* \\? (!(@ == "yes" || @ == "no" || @ == "not_applicable" || @ == "not_seen"))'));
    -- ListSiteVisits.
    create index site_visits_site_idx on site_visits (tenant_id, site_id, visited_on desc, id desc);
    alter table site_visit_plans
      add constraint site_visit_plans_days_check check (due_on >= opens_on),
      add constraint site_visit_plans_visit_check check ((state = 'done') = (visit_id is not null)),
      add constraint site_visit_plans_no_overlap exclude using gist (tenant_id with =, site_id with =, daterange(opens_on, due_on, '[]') with &&);
    -- One visit at a time is owed, and it fulfils one period.
    create unique index site_visit_plans_owed_key on site_visit_plans (tenant_id, site_id) where state = 'owed';
    create unique index site_visit_plans_visit_key on site_visit_plans (tenant_id, visit_id) where visit_id is not null;
    -- GetSiteCoverage.
    create index site_visit_plans_due_idx on site_visit_plans (tenant_id, due_on);
  `);
}

async function createFindings(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'site_findings',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('site_id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.text('concern').notNullable().checkIn(['safety', 'wage', 'resettlement'], 'site_findings_concern_check');
      t.text('severity').notNullable().checkIn(['minor', 'serious', 'danger_to_life'], 'site_findings_severity_check');
      t.text('state').notNullable().checkIn(['found', 'told_site', 'rectifying', 'rechecked', 'closed', 'referred'], 'site_findings_state_check');
      t.text('item_code').notNullable();
      t.text('description').notNullable();
      t.text('found_by').notNullable();
      t.timestamp('found_at').notNullable();
      t.timestamp('due_at').notNullable();
      t.boolean('due_provisional').notNullable();
      t.timestamp('overdue_since');
      t.timestamp('closed_at');
      t.text('called_line').checkIn(['fire_rescue', 'ambulance', 'police', 'work_safety'], 'site_findings_called_line_check');
      t.timestamp('called_at');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'site_id'], 'site_findings_site_fkey').references(['tenant_id', 'id']).inTable('sites');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'site_referrals',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('finding_id').notNullable();
      t.text('authority')
        .notNullable()
        .checkIn(['labour_inspection', 'housing_construction', 'emergency_management', 'expropriation'], 'site_referrals_authority_check');
      t.text('received_number').notNullable();
      t.timestamp('sent_at').notNullable();
      t.foreign(['tenant_id', 'finding_id'], 'site_referrals_finding_fkey').references(['tenant_id', 'id']).inTable('site_findings');
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table site_findings
      add constraint site_findings_closed_check check ((state = 'closed') = (closed_at is not null)),
      add constraint site_findings_call_check check ((called_line is null) = (called_at is null) and (severity <> 'danger_to_life' or called_at is not null)),
      -- Whether, never how much.
      add constraint site_findings_wage_check check (concern <> 'wage' or (description = '' and item_code <> '')),
      add constraint site_findings_what_check check (description <> '' or item_code <> '');
    alter table site_referrals add constraint site_referrals_number_check check (received_number <> '');
    -- The referrals of findings.
    create index site_referrals_finding_idx on site_referrals (tenant_id, finding_id, id);
    -- ListSiteFindings of a site, and what is handed over with it.
    create index site_findings_site_idx on site_findings (tenant_id, site_id, id);
    -- ListSiteFindings that are open, and GetSiteCoverage today.
    create index site_findings_open_idx on site_findings (tenant_id, id) include (unit_path) where closed_at is null;
    -- GetSiteCoverage of a month gone by: what was closed since.
    create index site_findings_closed_idx on site_findings (tenant_id, closed_at) where closed_at is not null;
  `);
}

export async function down(knex: Knex): Promise<void> {
  for (const table of ['site_referrals', 'site_findings', 'site_visit_plans', 'site_visits', 'site_leaders', 'sites', 'site_checklist_items', 'site_visit_rules']) {
    await knex.schema.dropTable(table);
  }
}
