import type { Knex } from 'knex';

/** A tenant's worth of cases, written at once for tests of lists and of their plans. */
export interface Bulk {
  readonly tenantId: string;
  readonly count: number;
  /** Unit paths; the id is the last part. */
  readonly unitPaths: readonly string[];
  readonly handlerPaths: readonly string[];
  readonly staff: readonly string[];
  readonly residents: readonly string[];
  /** How many of a hundred cases are open; most of an office's cases are closed. */
  readonly openPercent: number;
  readonly now: Date;
}

const open = ['draft', 'submitted', 'needs_material', 'accepted', 'processing', 'paused', 'awaiting_decision', 'decided', 'delivered', 'reopened'];

/** Cases with every state, unit, department, person and due time mixed by a fixed arithmetic: the same each run. */
export async function loadCases(knex: Knex, bulk: Bulk): Promise<void> {
  await knex.raw(
    `insert into items (tenant_id, code, version, name_zh, name_mn, case_type, owner_department_code, legal_basis, materials, shared_data_sources,
        fee_rule, promised_amount, promised_unit, needs_in_person, proxy_allowed, effective_from)
     values (:tenant, 'bulk', 1, '批量', '', 'promise', 'civil-affairs', '试验', '[]', '[]', '', 10, 'working_days', false, true, '2026-01-01') on conflict do nothing`,
    { tenant: bulk.tenantId },
  );
  await knex.raw(
    `with drawn as (
       select n, (hashint4(n) & 2147483647) as a, (hashint4(n + 1000000007) & 2147483647) as b, (hashint4(n + 500000003) & 2147483647) as c
         from generate_series(1, cast(:count as int)) n),
     shaped as (
       select n, a, b, c,
              case when a % 100 < :open then (cast(:states as text[]))[1 + b % cardinality(cast(:states as text[]))]
                   when b % 20 = 0 then 'declined' when b % 20 = 1 then 'withdrawn' else 'closed' end as state,
              (cast(:units as text[]))[1 + b / 7 % cardinality(cast(:units as text[]))] as unit_path,
              (cast(:handlers as text[]))[1 + c % cardinality(cast(:handlers as text[]))] as handler_path,
              cast((cast(:staff as text[]))[1 + c / 3 % cardinality(cast(:staff as text[]))] as uuid) as agent_id,
              cast((cast(:staff as text[]))[1 + (c / 3 + 1) % cardinality(cast(:staff as text[]))] as uuid) as backup_id,
              cast((cast(:residents as text[]))[1 + a / 100 % cardinality(cast(:residents as text[]))] as uuid) as resident_id,
              date_trunc('milliseconds', cast(:now as timestamptz)) + (c % 4000000 - 1000000) * interval '1 second' as due_at
         from drawn),
     placed as (
       select shaped.*, state not in ('draft', 'submitted', 'needs_material', 'declined', 'withdrawn') as taken_on,
              state not in ('declined', 'closed', 'withdrawn') as is_open
         from shaped)
     insert into cases (tenant_id, id, number, item_code, item_version, item_name_zh, case_type, resident_id, channel, unit_id, unit_path,
        agent_id, backup_id, owner_id, handler_unit_id, handler_unit_path, state, waits_for, submitted_at, accepted_at, accepted_automatically,
        due_at, due_provisional, next_due_at, extended, decline_reason_code, decline_explanation, decline_redirect, pause_cause, result,
        result_explanation, decided_at, delivery_method, delivered_at, closed_at, reopened_count, subject, thread_id, created_at, updated_at, version)
     select :tenant, id, case when state = 'draft' then null else 'XS-20260101-' || lpad(cast(n as text), 7, '0') end, 'bulk', 1, '批量', 'promise',
        resident_id, 'window', cast(reverse(split_part(reverse(rtrim(unit_path, '/')), '/', 1)) as uuid), unit_path,
        case when taken_on then agent_id end, case when taken_on then backup_id end,
        case when taken_on then case when c % 10 = 0 then backup_id else agent_id end end,
        case when taken_on then cast(null as uuid) end, case when taken_on then handler_path end, state,
        case when not is_open then 'nobody' when state in ('accepted', 'processing', 'decided', 'reopened') then 'owner'
             when state = 'submitted' then 'clerks' when state in ('paused', 'awaiting_decision') then 'handlers'
             when state = 'delivered' then 'coordinators' else 'resident' end,
        case when state <> 'draft' then due_at end, case when taken_on then due_at end, false, case when taken_on then due_at end, false,
        case when is_open and state not in ('draft', 'needs_material', 'paused') then due_at else 'infinity' end, false,
        case when state = 'declined' then 'out_of_scope' end, '', case when state = 'declined' then '区政务大厅' else '' end,
        case when state = 'paused' then 'survey' end, case when taken_on then 'granted' end, '', case when taken_on then due_at end,
        case when taken_on then 'home' end, case when taken_on then due_at end, case when state = 'closed' then due_at end, 0, '', id, due_at, due_at, 1
       from (select placed.*, cast('01910000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') as uuid) as id from placed) numbered`,
    {
      tenant: bulk.tenantId,
      count: bulk.count,
      open: bulk.openPercent,
      states: open,
      units: [...bulk.unitPaths],
      handlers: [...bulk.handlerPaths],
      staff: [...bulk.staff],
      residents: [...bulk.residents],
      now: bulk.now,
    },
  );
}

/** An office of the fixture's size: 4 communities, 24 grids, 51 buildings, 13 departments, 41 staff. */
export function bigOffice() {
  const id = (kind: string, n: number) => `01900000-0000-7000-8000-${kind}${String(n).padStart(12 - kind.length, '0')}`;
  const rootPath = `/${id('f0', 0)}/`;
  const communities = Array.from({ length: 4 }, (_, n) => `${rootPath}${id('f1', n)}/`);
  const grids = Array.from({ length: 24 }, (_, n) => `${communities[n % 4] ?? ''}${id('f2', n)}/`);
  const buildings = Array.from({ length: 51 }, (_, n) => `${grids[n % 24] ?? ''}${id('f3', n)}/`);
  return {
    rootPath,
    unitPaths: [...communities, ...grids, ...buildings],
    handlerPaths: Array.from({ length: 13 }, (_, n) => `${rootPath}${id('fd', n)}/`),
    staff: Array.from({ length: 41 }, (_, n) => id('a', n)),
    residents: Array.from({ length: 20_000 }, (_, n) => id('b', n)),
    openPercent: 8,
    now: new Date('2026-11-24T09:00:00+08:00'),
  };
}

/** Fast: foreign keys are not checked row by row, and what the planner knows is fresh. */
export async function loadBigOffice(knex: Knex, bulk: Bulk): Promise<void> {
  await knex.transaction(async (trx) => {
    await trx.raw('set local session_replication_role = replica');
    await loadCases(trx, bulk);
  });
  await knex.raw('vacuum analyze cases');
}
