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
     select wanted.state as key, ${capped(sources, 'state = wanted.state')} as figure from unnest(cast(:states as text[])) wanted (state)
     union all
     select 'due_soon', ${capped(sources, `waits_for <> 'nobody' and next_due_at >= :now and next_due_at <= :soonUntil`)}
     union all
     select 'overdue', ${capped(sources, `waits_for <> 'nobody' and next_due_at < :now`)}`,
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

function sourcesOf(reach: Reach): ((condition: string) => string)[] {
  const rows = (condition: string) => `select from cases where tenant_id = :tenant and ${condition} limit :most`;
  if (reach === 'tenant') return [rows];
  const elsewhere = `not exists (select from unnest(cast(:lows as text[]), cast(:highs as text[])) reach (low, high)
    where unit_path >= reach.low and unit_path < reach.high)`;
  return [
    (condition) => `select from unit_places place cross join lateral (${rows(`unit_path = place.path and ${condition}`)}) found limit :most`,
    (condition) =>
      `select from handler_places place cross join lateral (${rows(`handler_unit_path = place.path and ${condition} and ${elsewhere}`)}) found limit :most`,
  ];
}

function capped(sources: readonly ((condition: string) => string)[], condition: string): string {
  const counts = sources.map((source) => `(select count(*) from (${source(condition)}) counted)`);
  return `least(:most, ${counts.join(' + ')})`;
}
