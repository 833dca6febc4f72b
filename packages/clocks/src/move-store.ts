import { createTenantTable, newId, tenantOf, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import type { Clock } from './clock';
import type { LocalDate } from './local-date';
import { addRuleSet } from './rule-sets';

/** For how many days a move can be asked for. */
export const keptMovesRuleSet = 'clocks.moves';

/** Migration helper, after those of clocks and own days: which due times a change of the calendar moved. */
export async function createClockMoveTable(knex: Knex): Promise<void> {
  await createTenantTable(
    knex,
    'clock_moves',
    (table) => {
      // By time, so that lists of several services merge.
      table.uuid('id').notNullable();
      // The office's own day that moved it; none: a year of the national calendar. What two days moved has a row for each.
      table.date('day');
      for (const column of ['kind', 'subject_type', 'subject_id']) table.text(column).notNullable();
      for (const column of ['due_before', 'due_after', 'moved_at']) table.timestamp(column).notNullable();
    },
    { key: ['id'], grants: ['select', 'insert', 'delete'], relay: ['select'] },
  );
  await knex.raw(`
    alter table clock_moves add constraint clock_moves_moved_check check (due_before <> due_after);
    create index clock_moves_day_idx on clock_moves (tenant_id, day, id);
    create index clock_moves_moved_at_idx on clock_moves (tenant_id, moved_at);
    -- With which version of the office's calendar the day came; none: before moves were kept.
    alter table calendar_days add column calendar_version integer`);
  const citation = '时限变动留存管理规则：变动三百六十五日后删除';
  await addRuleSet(knex, { id: keptMovesRuleSet, version: 1, citation, limit: { amount: 365, unit: 'calendar_days', roll: 'none' }, effectiveFrom: '2020-01-01' });
}

export async function dropClockMoveTable(knex: Knex): Promise<void> {
  await knex('clock_rule_sets').where({ id: keptMovesRuleSet }).delete();
  await knex.raw('alter table calendar_days drop column calendar_version');
  await knex.schema.dropTable('clock_moves');
}

/** A due time that a change of the calendar moved. */
export interface Move extends Pick<Clock, 'kind' | 'subjectType' | 'subjectId'> {
  readonly id: string;
  /** The office's own day that moved it; undefined: a year of the national calendar. */
  readonly day: LocalDate | undefined;
  readonly before: Date;
  readonly after: Date;
  readonly at: Date;
}

interface MoveRow {
  readonly id: string;
  readonly day: LocalDate | null;
  readonly kind: string;
  readonly subject_type: string;
  readonly subject_id: string;
  readonly due_before: Date;
  readonly due_after: Date;
  readonly moved_at: Date;
}

const columns = ['id', 'day', 'kind', 'subject_type', 'subject_id', 'due_before', 'due_after', 'moved_at'] as const;

/** Writes how a clock moved, once for each day that moved it; without days, by the national calendar. */
export async function insertMoves(tx: Tx, clock: Pick<Clock, 'kind' | 'subjectType' | 'subjectId' | 'corrections'>, days: readonly LocalDate[]): Promise<void> {
  const last = clock.corrections.at(-1);
  if (last === undefined) return;
  const facts = { kind: clock.kind, subject_type: clock.subjectType, subject_id: clock.subjectId, due_before: last.before, due_after: last.after, moved_at: last.at };
  const causes = days.length === 0 ? [null] : days;
  await tx('clock_moves').insert(causes.map((day) => ({ tenant_id: tenantOf(tx), id: newId(last.at.getTime()), day, ...facts })));
}

/** What one day of the office moved, or (undefined) the national calendar; the latest first. Index: clock_moves_day_idx. */
export async function listMoves(
  tx: Tx,
  { day, beforeId, limit }: { readonly day: LocalDate | undefined; readonly beforeId: string | undefined; readonly limit: number },
): Promise<Move[]> {
  const moves = tx('clock_moves').where({ tenant_id: tenantOf(tx) }).orderBy('id', 'desc').limit(limit).select<MoveRow[]>(columns);
  void (day === undefined ? moves.whereNull('day') : moves.where({ day }));
  if (beforeId !== undefined) void moves.where('id', '<', beforeId);
  return (await moves).map(moveOf);
}

/** The tenants that have moves on file, for the relay role: one index probe a tenant. */
export async function tenantsWithMoves(knex: Knex): Promise<string[]> {
  const { rows } = await knex.raw<{ rows: { tenant_id: string }[] }>(
    `with recursive first as (
       (select tenant_id from clock_moves order by tenant_id limit 1)
       union all
       select later.* from first cross join lateral (
         select tenant_id from clock_moves where tenant_id > first.tenant_id order by tenant_id limit 1) later)
     select tenant_id from first`,
  );
  return rows.map(({ tenant_id: tenantId }) => tenantId);
}

/** Deletes up to `most` moves made before then; gives how many. Index: clock_moves_moved_at_idx. */
export async function deleteMoves(tx: Tx, { before, most }: { readonly before: Date; readonly most: number }): Promise<number> {
  const old = tx('clock_moves').where({ tenant_id: tenantOf(tx) }).where('moved_at', '<', before).orderBy('moved_at').limit(most).select('id');
  return tx('clock_moves').where({ tenant_id: tenantOf(tx) }).whereIn('id', old).delete();
}

function moveOf(row: MoveRow): Move {
  return {
    id: row.id,
    day: row.day ?? undefined,
    kind: row.kind,
    subjectType: row.subject_type,
    subjectId: row.subject_id,
    before: row.due_before,
    after: row.due_after,
    at: row.moved_at,
  };
}
