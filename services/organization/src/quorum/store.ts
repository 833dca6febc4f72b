import type { LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { notFound } from '@linli/errors';
import type { Quorum } from './quorum';

export interface QuorumRow {
  readonly id: string;
  readonly version: number;
  readonly citation: string;
  readonly counted: Quorum['counted'];
  readonly attendance_numerator: number;
  readonly attendance_denominator: number;
  readonly majority_numerator: number;
  readonly majority_denominator: number;
  readonly callers_numerator: number;
  readonly callers_denominator: number;
  readonly awaits_revision: boolean;
}

const columns = [
  'id', 'version', 'citation', 'counted', 'attendance_numerator', 'attendance_denominator', 'majority_numerator', 'majority_denominator', 'callers_numerator', 'callers_denominator', 'awaits_revision',
] as const;

/** The wording in force on `day`. @throws not_found QUORUM_NOT_IN_FORCE. */
export async function quorumAt(tx: Tx, id: string, day: LocalDate): Promise<Quorum> {
  const row = await tx('quorum_rule_sets')
    .where({ id })
    .where('effective_from', '<=', day)
    .whereRaw('(effective_to is null or effective_to > ?)', [day])
    .first<QuorumRow | undefined>(columns);
  if (row === undefined) throw notFound('QUORUM_NOT_IN_FORCE', 'there is no such quorum at that time', { details: { quorum: id, day } });
  return quorumOf(row);
}

/** For a query that joins the wording a vote is held to: a JSON object of its row. */
export function quorumColumns(alias: string): string {
  return `jsonb_build_object(${columns.map((column) => `'${column}', ${alias}.${column}`).join(', ')})`;
}

export function quorumOf(row: QuorumRow): Quorum {
  return {
    id: row.id,
    version: row.version,
    citation: row.citation,
    counted: row.counted,
    attendance: { numerator: row.attendance_numerator, denominator: row.attendance_denominator },
    majority: { numerator: row.majority_numerator, denominator: row.majority_denominator },
    callers: { numerator: row.callers_numerator, denominator: row.callers_denominator },
    awaitsRevision: row.awaits_revision,
  };
}
