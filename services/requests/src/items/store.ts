import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { notFound } from '@linli/errors';
import type { CaseType, Item, ItemLimit, Material } from './rules';

interface ItemRow {
  tenant_id: string;
  code: string;
  version: number;
  name_zh: string;
  name_mn: string;
  case_type: CaseType;
  owner_department_code: string;
  legal_basis: string;
  materials: Material[];
  shared_data_sources: string[];
  fee_rule: string;
  statutory_amount: number | null;
  statutory_unit: ItemLimit['unit'] | null;
  promised_amount: number;
  promised_unit: ItemLimit['unit'];
  needs_in_person: boolean;
  proxy_allowed: boolean;
  effective_from: string;
  effective_to: string | null;
}

export const itemConstraints: ConstraintReasons = {
  items_no_overlap: { kind: 'failed_precondition', reason: 'ITEM_VERSION_OVERLAP', message: 'two versions of an item would be in force on one day' },
};

/** The version in force on `day` (YYYY-MM-DD). @throws AppError not_found ITEM_NOT_IN_FORCE. */
export async function getItemInForce(tx: Tx, code: string, day: string): Promise<Item> {
  const row = await inForce(tx, day).andWhere({ code }).first();
  if (row === undefined) throw notFound('ITEM_NOT_IN_FORCE', 'there is no such item on that day', { details: { code, day } });
  return itemOf(row);
}

/** One version, in force or not. @throws AppError not_found ITEM_NOT_FOUND. */
export async function getItemVersion(tx: Tx, code: string, version: number): Promise<Item> {
  const row = await tx<ItemRow>('items').where({ tenant_id: tenantOf(tx), code, version }).first();
  if (row === undefined) throw notFound('ITEM_NOT_FOUND', 'there is no such item', { details: { code } });
  return itemOf(row);
}

/** In force on `day`, by code, after `after`. */
export async function listItems(
  tx: Tx,
  wanted: { readonly day: string; readonly proxyAllowedOnly: boolean; readonly after: string; readonly limit: number },
): Promise<Item[]> {
  const query = inForce(tx, wanted.day).andWhere('code', '>', wanted.after).orderBy('code').limit(wanted.limit);
  const rows = await (wanted.proxyAllowedOnly ? query.andWhere({ proxy_allowed: true }) : query);
  return rows.map(itemOf);
}

/** Importers of one tenant take turns: the next version depends on the newest one. */
export async function lockCatalogue(tx: Tx): Promise<void> {
  await tx.raw(`select pg_advisory_xact_lock(hashtext('requests.items'), hashtext(?))`, [tenantOf(tx)]);
}

/** All versions of an item, in their order. */
export async function listItemVersions(tx: Tx, code: string): Promise<Item[]> {
  const rows = await tx<ItemRow>('items').where({ tenant_id: tenantOf(tx), code }).orderBy('version');
  return rows.map(itemOf);
}

export async function endItem(tx: Tx, item: Pick<Item, 'code' | 'version'>, effectiveTo: string): Promise<void> {
  await tx<ItemRow>('items').where({ tenant_id: tenantOf(tx), code: item.code, version: item.version }).update({ effective_to: effectiveTo });
}

export async function insertItem(tx: Tx, item: Item): Promise<void> {
  await tx('items').insert({
    tenant_id: tenantOf(tx),
    code: item.code,
    version: item.version,
    name_zh: item.nameZh,
    name_mn: item.nameMn,
    case_type: item.caseType,
    owner_department_code: item.ownerDepartmentCode,
    legal_basis: item.legalBasis,
    materials: JSON.stringify(item.materials),
    shared_data_sources: JSON.stringify(item.sharedDataSources),
    fee_rule: item.feeRule,
    statutory_amount: item.statutoryLimit?.amount ?? null,
    statutory_unit: item.statutoryLimit?.unit ?? null,
    promised_amount: item.promisedLimit.amount,
    promised_unit: item.promisedLimit.unit,
    needs_in_person: item.needsInPerson,
    proxy_allowed: item.proxyAllowed,
    effective_from: item.effectiveFrom,
    effective_to: item.effectiveTo ?? null,
  });
}

function inForce(tx: Tx, day: string) {
  return tx<ItemRow>('items')
    .where({ tenant_id: tenantOf(tx) })
    .andWhereRaw('daterange(effective_from, effective_to) @> ?::date', [day]);
}

function itemOf(row: ItemRow): Item {
  const { statutory_amount: amount, statutory_unit: unit } = row;
  return {
    code: row.code,
    version: row.version,
    nameZh: row.name_zh,
    nameMn: row.name_mn,
    caseType: row.case_type,
    ownerDepartmentCode: row.owner_department_code,
    legalBasis: row.legal_basis,
    materials: row.materials,
    sharedDataSources: row.shared_data_sources,
    feeRule: row.fee_rule,
    statutoryLimit: amount === null || unit === null ? undefined : { amount, unit },
    promisedLimit: { amount: row.promised_amount, unit: row.promised_unit },
    needsInPerson: row.needs_in_person,
    proxyAllowed: row.proxy_allowed,
    effectiveFrom: row.effective_from,
    effectiveTo: row.effective_to ?? undefined,
  };
}
