import type { LocalDate, OwnDayKind } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import { raiseVersions, type Page } from '../raise-versions';
import type { Override } from './override';

interface OverrideRow {
  readonly id: string;
  readonly day: string;
  readonly kind: OwnDayKind;
  readonly name_zh: string;
  readonly citation: string;
  readonly removed: boolean;
  readonly version: number;
}

const columns = ['id', 'day', 'kind', 'name_zh', 'citation', 'removed', 'version'] as const;

/** Decisions of one office come one after another: each sees all that were made before. */
export async function lockCalendar(tx: Tx): Promise<void> {
  await tx.raw(`select pg_advisory_xact_lock(hashtext('organization.calendar'), hashtext(?))`, [tenantOf(tx)]);
}

export async function findOverride(tx: Tx, at: { readonly id: string } | { readonly day: LocalDate }): Promise<Override | undefined> {
  const row = await tx('calendar_overrides').where({ tenant_id: tenantOf(tx), ...at }).first<OverrideRow | undefined>(columns);
  return row && toOverride(row);
}

/** Decisions that stand, by day. Index: calendar_overrides_day_key. */
export async function listOverrides(tx: Tx, days: { readonly from: LocalDate; readonly to?: LocalDate }): Promise<Override[]> {
  const query = tx('calendar_overrides').where({ tenant_id: tenantOf(tx), removed: false }).where('day', '>=', days.from).orderBy('day').select<OverrideRow[]>(columns);
  if (days.to !== undefined) void query.where('day', '<=', days.to);
  return (await query).map(toOverride);
}

export async function saveOverride(tx: Tx, { id, day, kind, nameZh, citation, removed, version }: Override): Promise<void> {
  await tx('calendar_overrides')
    .insert({ tenant_id: tenantOf(tx), id, day, kind, name_zh: nameZh, citation, removed, version })
    .onConflict(['tenant_id', 'id'])
    .merge(['kind', 'name_zh', 'citation', 'removed', 'version']);
}

/** The next decisions in the order of ids, removed ones too, each with its version raised. */
export async function touchOverrides(tx: Tx, page: Page): Promise<Override[]> {
  const ids = await raiseVersions(tx, 'calendar_overrides', page);
  return (await tx('calendar_overrides').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).orderBy('id').select<OverrideRow[]>(columns)).map(toOverride);
}

function toOverride(row: OverrideRow): Override {
  return { id: row.id, day: row.day, kind: row.kind, nameZh: row.name_zh, citation: row.citation, removed: row.removed, version: row.version };
}
