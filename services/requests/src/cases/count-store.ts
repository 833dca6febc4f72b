import { tenantOf, type Tx } from '@linli/db';
import { caseStates, type CaseState } from './case';
import { placesOf, rangeBindings } from './list-store';
import type { Reach } from './reach';
import type { CaseRow } from './store';

export interface CaseCounts {
  readonly byState: Readonly<Record<CaseState, number>>;
  readonly dueSoon: number;
  readonly overdue: number;
}

/** No figure is counted beyond this: it then reads "10 000 or more", and the cost stays that of so many index entries. */
export const mostCounted = 10_000;

/** Counts from the indexes of the lists, each figure up to `mostCounted`. A case of two of the units counts once. */
export async function countCases(tx: Tx, asked: { readonly reach: Reach; readonly now: Date; readonly soonUntil: Date }): Promise<CaseCounts> {
  const sources = sourcesOf(asked.reach);
  const { rows } = await tx.raw<{ rows: { key: string; figure: number }[] }>(
    `with recursive ${placesOf('unit')}, ${placesOf('handler')}
     select wanted.state as key, ${capped(sources, 'state = wanted.state', 'id')} as figure from unnest(cast(:states as text[])) wanted (state)
     union all
     select 'due_soon', ${capped(sources, `waits_for <> 'nobody' and next_due_at >= :now and next_due_at <= :soonUntil`, 'next_due_at')}
     union all
     select 'overdue', ${capped(sources, `waits_for <> 'nobody' and next_due_at < :now`, 'next_due_at')}`,
    { tenant: tenantOf(tx), ...rangeBindings(asked.reach), states: [...caseStates], now: asked.now, soonUntil: asked.soonUntil, most: mostCounted },
  );
  const figures = new Map(rows.map(({ key, figure }) => [key, figure]));
  const byState = Object.fromEntries(caseStates.map((state) => [state, figures.get(state) ?? 0])) as Record<CaseState, number>;
  return { byState, dueSoon: figures.get('due_soon') ?? 0, overdue: figures.get('overdue') ?? 0 };
}

/** The figures of a resident's own cases: few, so counted whole. */
export async function countCasesOfResident(
  tx: Tx,
  asked: { readonly residentId: string; readonly now: Date; readonly soonUntil: Date },
): Promise<CaseCounts> {
  const rows = await tx<CaseRow>('cases')
    .where({ tenant_id: tenantOf(tx), resident_id: asked.residentId })
    .orderBy('id', 'desc')
    .limit(mostCounted)
    .select('state', 'next_due_at');
  const byState = Object.fromEntries(caseStates.map((state) => [state, rows.filter((row) => row.state === state).length])) as Record<CaseState, number>;
  const dues = rows.flatMap(({ next_due_at: due }) => (due instanceof Date ? [due] : []));
  return { byState, dueSoon: dues.filter((due) => due >= asked.now && due <= asked.soonUntil).length, overdue: dues.filter((due) => due < asked.now).length };
}

interface Source {
  /** Counts what the condition finds; `order` keeps the read on the index that has it. */
  count(condition: string, order: string): string;
}

const within = `exists (select from unnest(cast(:lows as text[]), cast(:highs as text[])) reach (low, high)
  where unit_path >= reach.low and unit_path < reach.high)`;

function sourcesOf(reach: Reach): Source[] {
  const rows = (columns: string, condition: string, order: string) =>
    `select ${columns} from cases where tenant_id = :tenant and ${condition} order by ${order} limit :most`;
  if (reach === 'tenant') return [{ count: (condition, order) => `(select count(*) from (${rows('', condition, order)}) found)` }];
  return [
    {
      count: (condition, order) =>
        `(select count(*) from (select from unit_places place cross join lateral (${rows('', `unit_path = place.path and ${condition}`, order)}) one limit :most) found)`,
    },
    {
      // What both sources hold is counted by the first. Bounded by what is read, not by what is left: where the bound is
      // reached, the two together reach it too.
      count: (condition, order) =>
        `(select count(*) from (select unit_path from handler_places place
            cross join lateral (${rows('unit_path', `handler_unit_path = place.path and ${condition}`, order)}) one limit :most) found where not ${within})`,
    },
  ];
}

function capped(sources: readonly Source[], condition: string, order: string): string {
  return `least(:most, ${sources.map((source) => source.count(condition, order)).join(' + ')})`;
}
