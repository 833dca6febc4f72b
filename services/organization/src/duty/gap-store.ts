import { tenantOf, type Tx } from '@linli/db';
import type { KnownGap } from './duty';

interface GapRow {
  readonly id: string;
  readonly roster_id: string;
  readonly day: string;
  readonly kind: KnownGap['kind'];
  readonly missing: KnownGap['missing'][number][];
  readonly ended_by: NonNullable<KnownGap['endedBy']> | null;
  readonly version: number;
}

const columns = ['id', 'roster_id', 'day', 'kind', 'missing', 'ended_by', 'version'] as const;

/** The gaps of a roster that were announced and are still there. Index: duty_gaps_open_key. */
export async function openGaps(tx: Tx, rosterId: string): Promise<KnownGap[]> {
  const rows = await tx('duty_gaps').where({ tenant_id: tenantOf(tx), roster_id: rosterId }).whereNull('ended_by').orderBy(['day', 'kind']).select<GapRow[]>(columns);
  return rows.map(toGap);
}

/** Writes gaps, new or known. */
export async function saveGaps(tx: Tx, gaps: readonly KnownGap[]): Promise<void> {
  if (gaps.length === 0) return;
  const rows = gaps.map(({ id, rosterId, day, kind, missing, endedBy, version }) => ({
    tenant_id: tenantOf(tx),
    id,
    roster_id: rosterId,
    day,
    kind,
    missing: [...missing],
    ended_by: endedBy ?? null,
    version,
  }));
  await tx('duty_gaps').insert(rows).onConflict(['tenant_id', 'id']).merge(['missing', 'ended_by', 'version']);
}

function toGap(row: GapRow): KnownGap {
  return { id: row.id, rosterId: row.roster_id, day: row.day, kind: row.kind, missing: row.missing, endedBy: row.ended_by ?? undefined, version: row.version };
}
