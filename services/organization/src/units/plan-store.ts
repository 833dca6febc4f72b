import type { LocalDate } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import { endOfSubtree } from '../scope';
import { insertNames, insertUnits, selectUnits, toUnit } from './store';
import type { Unit } from './unit';

/** What a regrading is worked out on. */
export interface GroundFilter {
  readonly ids: readonly string[];
  /** Of units that end or move: all below them comes too, but what has ended by the day. */
  readonly subtrees: readonly string[];
  readonly day: LocalDate;
  readonly limit: number;
}

/**
 * Units locked against other changes of the tree until this transaction ends. A statement that waited for somebody who opened a
 * unit does not see that unit, so they are read until nothing is new: below what is locked nothing opens.
 */
export async function lockGround(tx: Tx, filter: GroundFilter): Promise<Unit[]> {
  let [before, found] = [await lockOnce(tx, filter), await lockOnce(tx, filter)];
  while (found.length > before.length) [before, found] = [found, await lockOnce(tx, filter)];
  return found;
}

/** Index: units_as_of_idx. */
async function lockOnce(tx: Tx, { ids, subtrees, day, limit }: GroundFilter): Promise<Unit[]> {
  const query = selectUnits(tx, day)
    .where((any) => {
      void any.whereIn('id', ids);
      for (const path of subtrees) {
        void any.orWhere((subtree) => subtree.where('path', '>=', path).where('path', '<', endOfSubtree(path)).whereRaw(`coalesce(valid_to, 'infinity'::date) > ?`, [day]));
      }
    })
    .orderBy('path')
    .limit(limit)
    .forNoKeyUpdate();
  return (await query).map(toUnit);
}

/** Paths and parents never change, so they may be read before the lock. */
export async function findPlaces(tx: Tx, ids: readonly string[]): Promise<{ readonly id: string; readonly path: string; readonly parentId: string | null }[]> {
  return tx('units').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).select<{ id: string; path: string; parentId: string | null }[]>({ id: 'id', path: 'path', parentId: 'parent_id' });
}

interface PlannedChange {
  readonly opened: readonly Unit[];
  readonly ended: readonly { readonly unit: Unit }[];
  readonly renamed: readonly Unit[];
  readonly day: LocalDate;
}

/** Writes the tree's dates and names: reads as of the day and later see them at once, those before it never. */
export async function writePlanned(tx: Tx, { opened, ended, renamed, day }: PlannedChange): Promise<void> {
  // First the ends: a new unit may have the code of one that ends.
  const ids = ended.map(({ unit }) => unit.id);
  await tx('units').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).update({ valid_to: day });
  await insertUnits(tx, opened);
  await insertNames(tx, renamed, day);
  await copyFacts(tx, opened.filter(({ continuesId }) => continuesId !== undefined).map(({ id }) => id), day);
}

/** What continues a unit lies where it lay, and is known by the same facts. */
async function copyFacts(tx: Tx, ids: readonly string[], day: LocalDate): Promise<void> {
  const continued = { tenant: tenantOf(tx), ids: [...ids], day };
  await tx.raw(
    `insert into unit_boundaries (tenant_id, unit_id, valid_from, geometry, area_m2, bounds)
     select distinct on (next.id) b.tenant_id, next.id, cast(:day as date), b.geometry, b.area_m2, b.bounds
       from units next join unit_boundaries b on b.tenant_id = next.tenant_id and b.unit_id = next.continues_id and b.valid_from <= :day
      where next.tenant_id = :tenant and next.id = any(cast(:ids as uuid[])) order by next.id, b.valid_from desc`,
    continued,
  );
  await tx.raw(
    `insert into grid_facts (tenant_id, unit_id, supervision_phone, household_count)
     select f.tenant_id, next.id, f.supervision_phone, f.household_count
       from units next join grid_facts f on f.tenant_id = next.tenant_id and f.unit_id = next.continues_id
      where next.tenant_id = :tenant and next.id = any(cast(:ids as uuid[]))`,
    { tenant: continued.tenant, ids: continued.ids },
  );
}

/** As if it had never been planned. First the new units go, whose codes those may have that stay. */
export async function erasePlanned(tx: Tx, planned: { readonly opened: readonly string[]; readonly ended: readonly string[]; readonly renamed: readonly string[]; readonly day: LocalDate }): Promise<void> {
  const { opened, ended, renamed, day } = planned;
  for (const table of ['unit_boundaries', 'grid_facts']) await tx(table).where({ tenant_id: tenantOf(tx) }).whereIn('unit_id', opened).delete();
  await tx('units').where({ tenant_id: tenantOf(tx), version: 0 }).whereIn('id', opened).delete();
  await tx('units').where({ tenant_id: tenantOf(tx) }).whereIn('id', ended).update({ valid_to: null });
  await tx('unit_names').where({ tenant_id: tenantOf(tx), valid_from: day }).whereIn('unit_id', renamed).delete();
}

/** The units of a regrading in their new versions, those that end with their successors, in the order of their paths. */
export async function takeEffectOnUnits(tx: Tx, regradingId: string, day: LocalDate): Promise<Unit[]> {
  await tx.raw(
    `update units set version = units.version + 1, successor_id = regraded.successor_id,
            name_zh = coalesce(names.name_zh, units.name_zh), name_mn = coalesce(names.name_mn, units.name_mn)
       from regrading_units regraded
       left join unit_names names on regraded.regraded_as = 'renamed'
             and names.tenant_id = regraded.tenant_id and names.unit_id = regraded.unit_id and names.valid_from = :day
      where regraded.tenant_id = :tenant and regraded.regrading_id = :regradingId
        and units.tenant_id = :tenant and units.id = regraded.unit_id`,
    { tenant: tenantOf(tx), regradingId, day },
  );
  const ids = tx('regrading_units').where({ tenant_id: tenantOf(tx), regrading_id: regradingId }).select('unit_id');
  return (await selectUnits(tx, day).whereIn('id', ids).orderBy('path')).map(toUnit);
}

/** Units by id, wherever they are. */
export async function findByIds(tx: Tx, ids: readonly string[], day: LocalDate): Promise<Unit[]> {
  return (await selectUnits(tx, day).whereIn('id', ids)).map(toUnit);
}
