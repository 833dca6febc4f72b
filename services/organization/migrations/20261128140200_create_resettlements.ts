import { createTenantTable } from '@linli/db';
import type { Knex } from 'knex';

export const name = '20261128140200_create_resettlements';

export async function up(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'resettlements',
    (t) => {
      t.uuid('id').notNullable();
      t.uuid('site_id').notNullable();
      t.uuid('unit_id').notNullable();
      t.specificType('unit_path', 'text collate "C"').notNullable();
      t.uuid('household_id').notNullable();
      t.text('agreement_number').notNullable();
      t.date('promised_on').notNullable();
      t.text('state').notNullable().checkIn(['signed', 'transition', 'allotted', 'handed_over', 'defects', 'closed'], 'resettlements_state_check');
      t.timestamp('missed_at');
      t.timestamp('handed_over_at');
      t.timestamp('closed_at');
      t.integer('version').notNullable();
      t.foreign(['tenant_id', 'site_id'], 'resettlements_site_fkey').references(['tenant_id', 'id']).inTable('sites');
      t.unique(['tenant_id', 'agreement_number'], { indexName: 'resettlements_agreement_key' });
    },
    { key: ['id'], grants: ['select', 'insert', 'update'] },
  );
  await createTenantTable(
    knex,
    'transition_payments',
    (t) => {
      t.uuid('resettlement_id').notNullable();
      t.date('month').notNullable();
      // Whether, never how much.
      t.boolean('paid').notNullable();
      t.foreign(['tenant_id', 'resettlement_id'], 'transition_payments_resettlement_fkey').references(['tenant_id', 'id']).inTable('resettlements');
    },
    { key: ['resettlement_id', 'month'], grants: ['select', 'insert', 'update'] },
  );
  await knex.raw(`
    alter table resettlements
      add constraint resettlements_closed_check check ((state = 'closed') = (closed_at is not null)),
      add constraint resettlements_handed_over_check check ((state in ('handed_over', 'defects', 'closed')) = (handed_over_at is not null));
    alter table transition_payments add constraint transition_payments_month_check check (extract(day from month) = 1);
    -- ListResettlements of a site, and what is handed over with it.
    create index resettlements_site_idx on resettlements (tenant_id, site_id, id);
    -- ListResettlements in a state.
    create index resettlements_state_idx on resettlements (tenant_id, state, id);
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.schema.dropTable('transition_payments');
  await knex.schema.dropTable('resettlements');
}
