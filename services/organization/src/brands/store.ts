import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { findOpenCommunity } from '../units/store';
import type { Brand, BrandEvidence, BrandProject } from './brand';

export const brandConstraints: ConstraintReasons = {
  brands_unit_key: { kind: 'already_exists', reason: 'BRAND_EXISTS', message: 'the community has its brand' },
};

interface BrandRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly theme_zh: string;
  readonly theme_mn: string;
  readonly projects: readonly BrandProject[];
  readonly evidence: readonly BrandEvidence[];
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly version: number;
}

const columns = ['brands.id', 'unit_id', 'unit_path', 'theme_zh', 'theme_mn', 'projects', 'evidence', 'valid_from', 'valid_to', 'brand_versions.version'] as const;

/** The last version of a community's brand; the brand stays as it is until this transaction ends. */
export async function lockBrand(tx: Tx, unitId: string): Promise<Brand | undefined> {
  const held = await tx('brands').where({ tenant_id: tenantOf(tx), unit_id: unitId }).forUpdate().first<{ id: string } | undefined>('id');
  if (held === undefined) return undefined;
  const row = await versionsOf(tx).where('brands.id', held.id).whereNull('valid_to').first<BrandRow | undefined>(columns);
  return row && toBrand(row);
}

export async function insertBrand(tx: Tx, { id, unitId, unitPath }: Brand): Promise<void> {
  await tx('brands').insert({ tenant_id: tenantOf(tx), id, unit_id: unitId, unit_path: unitPath });
}

export async function insertVersion(tx: Tx, brand: Brand): Promise<void> {
  await tx('brand_versions').insert({
    tenant_id: tenantOf(tx),
    brand_id: brand.id,
    version: brand.version,
    theme_zh: brand.themeZh,
    theme_mn: brand.themeMn,
    projects: JSON.stringify(brand.projects),
    evidence: JSON.stringify(brand.evidence),
    valid_from: brand.validFrom,
  });
}

/** What is in force on the day ends with it; what was to begin that day or later is taken back: it ends on the day it would have begun. */
export async function endVersions(tx: Tx, id: string, day: LocalDate): Promise<void> {
  await tx('brand_versions')
    .where({ tenant_id: tenantOf(tx), brand_id: id })
    .whereRaw('(valid_to is null or valid_to > ?)', [day])
    .update({ valid_to: tx.raw('greatest(valid_from, ?)', [day]) });
}

/** The latest first. Index: brand_versions_pkey. */
export async function listVersions(tx: Tx, asked: { readonly unitId: string; readonly before: number | undefined; readonly limit: number }): Promise<Brand[]> {
  const query = versionsOf(tx).where('unit_id', asked.unitId).orderBy('brand_versions.version', 'desc').limit(asked.limit);
  if (asked.before !== undefined) void query.where('brand_versions.version', '<', asked.before);
  return (await query.select<BrandRow[]>(columns)).map(toBrand);
}

/** Of a community open today, of an office that works, as the brand is on `day`. Index: brands_unit_key. */
export async function findPublicBrand(tx: Tx, asked: { readonly unitCode: string; readonly today: LocalDate; readonly day: LocalDate }): Promise<Brand | undefined> {
  const community = await findOpenCommunity(tx, asked.unitCode, asked.today);
  if (community === undefined) return undefined;
  const row = await versionsOf(tx)
    .where({ unit_id: community.id })
    .whereRaw('daterange(valid_from, valid_to) @> cast(? as date)', [asked.day])
    .first<BrandRow | undefined>(columns);
  return row && toBrand(row);
}

function versionsOf(tx: Tx) {
  return tx('brands')
    .join('brand_versions', (on) => on.on('brand_versions.tenant_id', 'brands.tenant_id').andOn('brand_versions.brand_id', 'brands.id'))
    .where('brands.tenant_id', tenantOf(tx));
}

function toBrand(row: BrandRow): Brand {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    themeZh: row.theme_zh,
    themeMn: row.theme_mn,
    projects: row.projects,
    evidence: row.evidence,
    validFrom: row.valid_from,
    validTo: row.valid_to ?? undefined,
    version: row.version,
  };
}
