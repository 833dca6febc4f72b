import { tenantOf, type Tx } from '@linli/db';
import type { Succession } from '../directory/store';
import type { Case } from './case';
import { caseOf, touchCases, type CaseRow } from './store';
import { noParts } from './store-parts';

export interface Moving extends Succession {
  readonly at: Date;
  readonly limit: number;
}

/** Moves up to `limit` cases from one unit to another. Indexes: cases_by_unit, cases_by_handler_state. */
export async function moveCases(tx: Tx, role: 'unit' | 'handler_unit', { from, to, at, limit }: Moving): Promise<Case[]> {
  const { rows } = await tx.raw<{ rows: CaseRow[] }>(
    `update cases set :idColumn: = :toId, :pathColumn: = :toPath, version = version + 1, updated_at = greatest(updated_at, :at)
      where tenant_id = :tenant and id = any(array(
        select id from cases
         where tenant_id = :tenant and :pathColumn: = :fromPath and (waits_for <> 'nobody' or reopen_until > :at)
         order by id limit :limit for update))
     returning *`,
    { tenant: tenantOf(tx), idColumn: `${role}_id`, pathColumn: `${role}_path`, toId: to.id, toPath: to.path, fromPath: from.path, at, limit },
  );
  return rows.map((row) => caseOf(row, noParts));
}

/** Moves the open tasks of up to `limit` cases. Index: case_tasks_open. */
export async function moveTasks(tx: Tx, { from, to, at, limit }: Moving): Promise<Case[]> {
  const { rows } = await tx.raw<{ rows: { case_id: string }[] }>(
    `select distinct case_id from case_tasks where tenant_id = :tenant and unit_path = :fromPath and done_at is null order by case_id limit :limit`,
    { tenant: tenantOf(tx), fromPath: from.path, limit },
  );
  const caseIds = rows.map((row) => row.case_id);
  const touched = await touchCases(tx, caseIds, at);
  await tx('case_tasks').where({ tenant_id: tenantOf(tx), unit_path: from.path }).whereNull('done_at').whereIn('case_id', caseIds).update({ unit_id: to.id, unit_path: to.path });
  return touched;
}
