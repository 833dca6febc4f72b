import { addRuleSet } from '@linli/clocks';
import { createTenantTable, type Migration } from '@linli/db';

// The Civil Code wants a written mandate to name its term; how long it is, the office decides.
const citation = '《民法典》第一百六十五条（授权委托书应载明期限；期限长短由街道约定）';

export const createMandates: Migration = {
  name: '20261124093000_create_mandates',

  async up(knex) {
    await createTenantTable(
      knex,
      'mandates',
      (table) => {
        table.uuid('id').notNullable();
        table.uuid('resident_id').notNullable();
        table.uuid('agent_id').notNullable();
        table.text('item_code').notNullable();
        table.text('consent_form').notNullable();
        table.timestamp('signed_at').notNullable();
        table.timestamp('expires_at').notNullable();
        table.timestamp('ended_at');
        table.text('state').notNullable();
        table.uuid('unit_id').notNullable();
        table.specificType('unit_path', 'text collate "C"').notNullable();
        table.integer('version').notNullable();
      },
      { key: ['id'], grants: ['select', 'insert', 'update'] },
    );
    // Lists, newest first: of a resident, of an agent, of an agent by state, by state.
    await knex.raw(`
      alter table mandates
        add constraint mandates_consent_form_check check (consent_form in ('signature', 'voice', 'guardian', 'online')),
        add constraint mandates_state_check check (state in ('signed', 'revoked', 'expired')),
        add constraint mandates_ended_check check ((state = 'signed') = (ended_at is null)),
        add constraint mandates_expires_check check (expires_at > signed_at);
      create index mandates_resident_idx on mandates (tenant_id, resident_id, id);
      create index mandates_agent_idx on mandates (tenant_id, agent_id, id);
      create index mandates_agent_state_idx on mandates (tenant_id, agent_id, state, id);
      create index mandates_state_idx on mandates (tenant_id, state, id)`);
    for (const [id, amount] of [
      ['requests.mandate.default', 90],
      ['requests.mandate.longest', 365],
    ] as const) {
      await addRuleSet(knex, { id, version: 1, citation, limit: { amount, unit: 'calendar_days', roll: 'none' }, effectiveFrom: '2021-01-01' });
    }
  },

  async down(knex) {
    await knex('clock_rule_sets').whereIn('id', ['requests.mandate.default', 'requests.mandate.longest']).delete();
    await knex.schema.dropTable('mandates');
  },
};
