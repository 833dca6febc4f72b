import type { LocalDate } from '@linli/clocks';
import type { Knex } from 'knex';

/** What must hold of a row, with the values that the SQL names. */
export interface Condition {
  readonly sql: string;
  readonly bindings: Readonly<Record<string, string | Date>>;
}

/** In force on the day: from the day in column `from` up to that in `to`, which is no more part of it; null has no end. */
export function validOn(day: LocalDate, { from, to }: { readonly from: string; readonly to: string }): Condition {
  return { sql: `${from} <= :day and coalesce(${to}, 'infinity') > :day`, bindings: { day } };
}

export function whereHolds(query: Knex.QueryBuilder, { sql, bindings }: Condition): void {
  void query.whereRaw(sql, bindings);
}
