import { tenantOf, type Tx } from '@linli/db';
import type { DevelopmentCount } from './development-count';

type OfYear = Pick<DevelopmentCount, 'unitId' | 'year'>;

export async function findCount(tx: Tx, of: OfYear): Promise<Pick<DevelopmentCount, 'activists' | 'admitted' | 'version'> | undefined> {
  return ofYear(tx, of).first<Pick<DevelopmentCount, 'activists' | 'admitted' | 'version'> | undefined>('activists', 'admitted', 'version');
}

export async function lockCount(tx: Tx, of: OfYear): Promise<{ readonly id: string; readonly version: number } | undefined> {
  return ofYear(tx, of).forUpdate().first<{ readonly id: string; readonly version: number } | undefined>('id', 'version');
}

/** Its first version or the next; a row that is there is locked by this transaction. */
export async function saveCount(tx: Tx, id: string, { unitId, year, activists, admitted, version }: DevelopmentCount): Promise<void> {
  const figures = { activists, admitted, version };
  if (version > 1) await ofYear(tx, { unitId, year }).update(figures);
  else await tx('development_counts').insert({ tenant_id: tenantOf(tx), id, unit_id: unitId, year, ...figures });
}

function ofYear(tx: Tx, { unitId, year }: OfYear) {
  return tx('development_counts').where({ tenant_id: tenantOf(tx), unit_id: unitId, year });
}
