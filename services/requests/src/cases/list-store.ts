import { tenantOf, type Tx } from '@linli/db';
import { caseStates, type Case, type CaseState } from './case';
import type { PathRange, Reach } from './reach';
import { caseOf, type CaseRow } from './store';
import { noParts } from './store-parts';

export interface CaseList {
  readonly number?: string | undefined;
  readonly state?: CaseState | undefined;
  readonly agentId?: string | undefined;
  readonly residentId?: string | undefined;
  readonly dueBefore?: Date | undefined;
  /** By due time: open cases for which the office owes a step, the earliest first. */
  readonly order: 'newest' | 'due';
  /** Units to list from; also what a list by agent, resident or number is confined to. */
  readonly reach: Reach;
  /** Whose own cases are shown wherever they are. */
  readonly subject: string;
  readonly after: { readonly id: string; readonly dueAt: Date | undefined } | undefined;
  readonly limit: number;
}

type Bindings = Record<string, string | number | Date | null | string[]>;

/**
 * One page of cases, without their parts. Each branch below reads one index in the list's order and stops at the
 * limit; the branches are merged, and only the page's rows are fetched. A subtree is read unit by unit (`places`):
 * the cost goes with the number of units below, not with the number of cases.
 */
export async function listCases(tx: Tx, list: CaseList): Promise<Case[]> {
  const bindings = bindingsOf(tx, list);
  const order = list.order === 'due' ? 'next_due_at, id' : 'id desc';
  const { rows } = await tx.raw<{ rows: CaseRow[] }>(
    `with recursive ${placesOf('unit')}, ${placesOf('handler')},
       page as (select id, next_due_at from (${branches(list).join('\nunion\n')}) merged order by ${order} limit :limit)
     select cases.* from page join cases on cases.tenant_id = :tenant and cases.id = page.id order by ${order
       .split(', ')
       .map((column) => `page.${column}`)
       .join(', ')}`,
    bindings,
  );
  return rows.map((row) => caseOf(row, noParts));
}

/** The distinct unit paths of cases within the ranges, found by one index probe each. */
export function placesOf(kind: 'unit' | 'handler'): string {
  const column = kind === 'unit' ? 'unit_path' : 'handler_unit_path';
  const next = (from: string) =>
    `(select ${column} from cases where tenant_id = :tenant and ${column} is not null and ${from} order by ${column} limit 1)`;
  return `${kind}_places (path, high) as (
      select ${next(`${column} >= reach.low and ${column} < reach.high`)}, reach.high
        from unnest(cast(:lows as text[]), cast(:highs as text[])) reach (low, high)
      union all
      select ${next(`${column} > before.path and ${column} < before.high`)}, before.high from ${kind}_places before where before.path is not null)`;
}

/** Bindings of `placesOf`. */
export function rangeBindings(reach: Reach): { lows: string[]; highs: string[] } {
  const ranges: readonly PathRange[] = reach === 'tenant' ? [] : reach;
  return { lows: ranges.map(({ low }) => low), highs: ranges.map(({ high }) => high) };
}

function bindingsOf(tx: Tx, list: CaseList): Bindings {
  return {
    tenant: tenantOf(tx),
    limit: list.limit,
    ...rangeBindings(list.reach),
    number: list.number ?? null,
    states: list.state === undefined ? [...caseStates] : [list.state],
    state: list.state ?? null,
    agent: list.agentId ?? null,
    resident: list.residentId ?? null,
    subject: list.subject,
    dueBefore: list.dueBefore ?? 'infinity',
    afterId: list.after?.id ?? null,
    afterDue: list.after?.dueAt ?? null,
  };
}

function branches(list: CaseList): string[] {
  if (list.number !== undefined) return [read(list, 'number = :number', { confined: true })];
  if (list.residentId !== undefined) return [read(list, 'resident_id = :resident', { confined: true })];
  if (list.agentId !== undefined) return ofAgent(list);
  if (list.reach === 'tenant') return [read(list, 'true', {})];
  return [
    `select found.id, found.next_due_at from unit_places place cross join lateral (${read(list, 'unit_path = place.path', {})}) found`,
    list.order === 'due'
      ? `select found.id, found.next_due_at from handler_places place cross join lateral (${read(list, 'handler_unit_path = place.path', {})}) found`
      : `select found.id, found.next_due_at from handler_places place cross join unnest(cast(:states as text[])) wanted (state)
           cross join lateral (${read(list, 'handler_unit_path = place.path', { byState: true })}) found`,
  ];
}

/** The agent's cases, and those where they stand in for another. */
function ofAgent(list: CaseList): string[] {
  const whose = ['agent_id = :agent', 'owner_id = :agent and owner_id <> agent_id'];
  const confined = list.agentId !== list.subject;
  if (list.order === 'due') return whose.map((condition) => read(list, condition, { confined }));
  return whose.map(
    (condition) => `select found.id, found.next_due_at from unnest(cast(:states as text[])) wanted (state)
      cross join lateral (${read(list, condition, { byState: true, confined })}) found`,
  );
}

/** One ordered read. `byState`: one state after the other, for an index that has the state before the order. */
function read(list: CaseList, condition: string, how: { readonly byState?: boolean; readonly confined?: boolean }): string {
  const due = list.order === 'due';
  const conditions = ['tenant_id = :tenant', condition];
  if (how.byState === true) conditions.push('state = wanted.state');
  else if (list.state !== undefined) conditions.push('state = :state');
  if (due) conditions.push(`waits_for <> 'nobody'`, `next_due_at < cast(:dueBefore as timestamptz)`);
  if (list.after !== undefined) conditions.push(due ? '(next_due_at, id) > (cast(:afterDue as timestamptz), cast(:afterId as uuid))' : 'id < cast(:afterId as uuid)');
  if (how.confined === true && list.reach !== 'tenant') conditions.push(`(${within('unit_path')} or ${within('handler_unit_path')} or ${isSubject})`);
  return `(select id, next_due_at from cases where ${conditions.join(' and ')} order by ${due ? 'next_due_at, id' : 'id desc'} limit :limit)`;
}

const isSubject = 'cast(:subject as text) in (cast(resident_id as text), cast(agent_id as text), cast(backup_id as text), cast(owner_id as text))';

function within(column: string): string {
  return `exists (select from unnest(cast(:lows as text[]), cast(:highs as text[])) reach (low, high) where ${column} >= reach.low and ${column} < reach.high)`;
}
