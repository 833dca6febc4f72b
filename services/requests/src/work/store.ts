import { tenantOf, type Tx } from '@linli/db';
import type { CaseState, Waiting } from '../cases/case';
import { subtreeRange, type PathRange, type Reach } from '../cases/reach';

/** A case as something to be done. A read model of this capability over the cases. */
export interface Work {
  readonly caseId: string;
  readonly number: string;
  readonly itemNameZh: string;
  readonly state: CaseState;
  readonly waitsFor: Waiting;
  /** It is here for an open task of a unit, not for its own next step. */
  readonly task: boolean;
  readonly unitId: string;
  readonly ownerId: string | undefined;
  readonly dueAt: Date | undefined;
  readonly threadId: string;
  readonly version: number;
}

/** What to look through: one person's work, a resident's, or what waits at units for those who may do it. */
export type WorkSource =
  | { readonly ownerId: string }
  | { readonly residentId: string }
  | { readonly waits: readonly { readonly for: Exclude<Waiting, 'resident' | 'nobody'>; readonly reach: Reach }[]; readonly tasks: Reach };

export interface WorkPosition {
  readonly id: string;
  /** Absent for work without a due time, which comes last. */
  readonly dueAt: Date | undefined;
}

interface WorkRow {
  id: string;
  number: string | null;
  item_name_zh: string;
  state: CaseState;
  waits_for: Waiting;
  task: boolean;
  unit_id: string;
  owner_id: string | null;
  next_due_at: Date | number;
  thread_id: string;
  version: number;
}

/** One page by due time. Branches as in the lists of cases: each reads one index in this order and stops at the limit. */
export async function listWork(tx: Tx, asked: { readonly source: WorkSource; readonly after: WorkPosition | undefined; readonly limit: number }): Promise<Work[]> {
  const { after, limit } = asked;
  const { ctes, branches, bindings } = readsOf(asked.source, after === undefined ? '' : 'and (next_due_at, id) > (cast(:afterDue as timestamptz), cast(:afterId as uuid))');
  const { rows } = await tx.raw<{ rows: WorkRow[] }>(
    `with recursive ${ctes},
       page as (${merged(branches)})
     select cases.id, number, item_name_zh, cases.state, cases.waits_for, page.task, unit_id, owner_id, cases.next_due_at, thread_id, version
       from page join cases on cases.tenant_id = :tenant and cases.id = page.id order by page.next_due_at, page.id`,
    { ...bindings, tenant: tenantOf(tx), limit, afterId: after?.id ?? null, afterDue: after?.dueAt ?? 'infinity' },
  );
  return rows.map(workOf);
}

export interface WorkCount {
  readonly state: CaseState;
  readonly waitsFor: Waiting;
  readonly task: boolean;
  readonly total: number;
  readonly dueSoon: number;
  readonly overdue: number;
}

/** Counted over the first `most` by due time, the most urgent ones; beyond that it reads "or more". */
export async function countWork(
  tx: Tx,
  asked: { readonly source: WorkSource; readonly now: Date; readonly soonUntil: Date; readonly most: number },
): Promise<WorkCount[]> {
  const { ctes, branches, bindings } = readsOf(asked.source, '');
  const { rows } = await tx.raw<{ rows: WorkCount[] }>(
    `with recursive ${ctes}
     select state, waits_for as "waitsFor", task, count(*) as total,
            count(*) filter (where next_due_at >= :now and next_due_at <= :soonUntil) as "dueSoon",
            count(*) filter (where next_due_at < :now) as overdue
       from (${merged(branches)}) page group by 1, 2, 3`,
    { ...bindings, tenant: tenantOf(tx), limit: asked.most, now: asked.now, soonUntil: asked.soonUntil },
  );
  return rows;
}

export interface CaseUnit {
  readonly number: string;
  readonly unitId: string;
}

export async function findCaseUnits(tx: Tx, caseIds: readonly string[]): Promise<Map<string, CaseUnit>> {
  const rows = await tx('cases').where({ tenant_id: tenantOf(tx) }).whereIn('id', caseIds).select<{ id: string; number: string | null; unit_id: string }[]>('id', 'number', 'unit_id');
  return new Map(rows.map(({ id, number, unit_id: unitId }) => [id, { number: number ?? '', unitId }]));
}

/** The most urgent of all branches; a case that two of them found is there once, as its own next step before a task. */
function merged(branches: readonly string[]): string {
  return `select id, next_due_at, state, waits_for, bool_and(task) as task from (${branches.join('\nunion all\n')}) found
    group by 1, 2, 3, 4 order by next_due_at, id limit :limit`;
}

interface Reads {
  readonly ctes: string;
  readonly branches: readonly string[];
  readonly bindings: Record<string, string | string[]>;
}

function readsOf(source: WorkSource, after: string): Reads {
  const page = (condition: string) =>
    `(select id, next_due_at, state, waits_for, false as task from cases where tenant_id = :tenant and waits_for <> 'nobody' and ${condition} ${after}
       order by next_due_at, id limit :limit)`;
  const none = 'none as (select)';
  if ('ownerId' in source) return { ctes: none, branches: [page(`owner_id = :owner and waits_for = 'owner'`)], bindings: { owner: source.ownerId } };
  if ('residentId' in source) {
    return { ctes: none, branches: [page(`resident_id = :resident and (waits_for = 'resident' or state = 'delivered')`)], bindings: { resident: source.residentId } };
  }
  // What waits anywhere in the office is one read by due time; what waits at some units, one read a unit.
  const everywhere = source.waits.flatMap((wait) => (wait.reach === 'tenant' ? [wait.for] : []));
  const reads = source.waits.flatMap(({ for: whom, reach }, index) => (reach === 'tenant' ? [] : [placeReads({ for: whom, ranges: reach }, { name: `wait${index}`, page })]));
  const tasks = rangesOf(source.tasks);
  return {
    ctes: [none, ...reads.map(({ cte }) => cte)].join(',\n'),
    branches: [...(everywhere.length === 0 ? [] : [page('waits_for = any(cast(:everywhere as text[]))')]), ...reads.map(({ branch }) => branch), taskBranch(after)],
    bindings: Object.assign({ everywhere }, ...reads.map(({ bindings }) => bindings), rangeBindings('tasks', tasks)) as Reads['bindings'],
  };
}

function placeReads(
  wait: { readonly for: string; readonly ranges: readonly PathRange[] },
  { name, page }: { readonly name: string; readonly page: (condition: string) => string },
) {
  const column = wait.for === 'handlers' ? 'handler_unit_path' : 'unit_path';
  const next = (from: string) =>
    `(select ${column} from cases where tenant_id = :tenant and waits_for <> 'nobody' and ${column} is not null and ${from} order by ${column} limit 1)`;
  return {
    cte: `${name} (path, high) as (
      select ${next(`${column} >= reach.low and ${column} < reach.high`)}, reach.high
        from unnest(cast(:${name}Lows as text[]), cast(:${name}Highs as text[])) reach (low, high)
      union all
      select ${next(`${column} > before.path and ${column} < before.high`)}, before.high from ${name} before where before.path is not null)`,
    branch: `select found.* from ${name} place cross join lateral ${page(`${column} = place.path and waits_for = '${wait.for}'`)} found`,
    bindings: rangeBindings(name, wait.ranges),
  };
}

/** The whole office is the subtree of everything. */
function rangesOf(reach: Reach): readonly PathRange[] {
  return reach === 'tenant' ? [subtreeRange('/')] : reach;
}

function rangeBindings(name: string, ranges: readonly PathRange[]): Record<string, string[]> {
  return { [`${name}Lows`]: ranges.map(({ low }) => low), [`${name}Highs`]: ranges.map(({ high }) => high) };
}

/** Open tasks at the units, by the index of open tasks: as many as the units have. */
function taskBranch(after: string): string {
  return `(select cases.id, cases.next_due_at, cases.state, cases.waits_for, true as task
     from unnest(cast(:tasksLows as text[]), cast(:tasksHighs as text[])) reach (low, high)
     join case_tasks on case_tasks.tenant_id = :tenant and case_tasks.done_at is null
      and case_tasks.unit_path >= reach.low and case_tasks.unit_path < reach.high
     join cases on cases.tenant_id = :tenant and cases.id = case_tasks.case_id and cases.state in ('accepted', 'processing', 'reopened')
    where true ${after.replaceAll('(next_due_at, id)', '(cases.next_due_at, cases.id)')}
    group by 1, 2, 3, 4 order by 2, 1 limit :limit)`;
}

function workOf(row: WorkRow): Work {
  return {
    caseId: row.id,
    number: row.number ?? '',
    itemNameZh: row.item_name_zh,
    state: row.state,
    waitsFor: row.waits_for,
    task: row.task,
    unitId: row.unit_id,
    ownerId: row.owner_id ?? undefined,
    dueAt: row.next_due_at instanceof Date ? row.next_due_at : undefined,
    threadId: row.thread_id,
    version: row.version,
  };
}
