import type { UnitScopes } from '@linli/auth';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { wherePageByUnit } from '../by-unit';
import type { FundEntry, FundEntryKind, FundRaise, FundState } from './fund-raise';

export const fundConstraints: ConstraintReasons = {
  fund_raises_decision_key: { kind: 'already_exists', reason: 'FUND_RAISE_EXISTS', message: 'this decision has its fund raise' },
};

interface FundRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly decision_id: string;
  readonly title_zh: string;
  readonly state: FundState;
  readonly raised_fen: number;
  readonly spent_fen: number;
  readonly entries: number;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
}

interface EntryRow {
  readonly number: number;
  readonly kind: FundEntryKind;
  readonly on_day: string;
  readonly amount_fen: number;
  readonly givers: number;
  readonly purpose_zh: string;
  readonly words_withdrawn: boolean;
}

export async function insertFund(tx: Tx, fund: FundRaise): Promise<void> {
  await tx('fund_raises').insert({ tenant_id: tenantOf(tx), ...toRow(fund) });
}

export async function updateFund(tx: Tx, fund: FundRaise): Promise<void> {
  const { id, state, raised_fen, spent_fen, entries, updated_at, version } = toRow(fund);
  await tx('fund_raises').where({ tenant_id: tenantOf(tx), id }).update({ state, raised_fen, spent_fen, entries, updated_at, version });
}

export async function findFund(tx: Tx, id: string): Promise<FundRaise | undefined> {
  const row = await tx('fund_raises').where({ tenant_id: tenantOf(tx), id }).first<FundRow | undefined>();
  return row && toFund(row);
}

export async function lockFund(tx: Tx, id: string): Promise<FundRaise | undefined> {
  const row = await tx('fund_raises').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<FundRow | undefined>();
  return row && toFund(row);
}

export async function insertFundEntry(tx: Tx, fundRaiseId: string, entry: FundEntry): Promise<void> {
  await tx('fund_entries').insert({
    tenant_id: tenantOf(tx),
    fund_raise_id: fundRaiseId,
    number: entry.number,
    kind: entry.kind,
    on_day: entry.onDay,
    amount_fen: entry.amountFen,
    givers: entry.givers,
    purpose_zh: entry.purposeZh,
  });
}

export async function eraseEntryWords(tx: Tx, fundRaiseId: string, number: number): Promise<void> {
  await tx('fund_entries').where({ tenant_id: tenantOf(tx), fund_raise_id: fundRaiseId, number }).update({ purpose_zh: '', words_withdrawn: true });
}

/** Of the accounts, the newest first. Index: fund_entries_pkey. */
export async function listFundEntries(tx: Tx, asked: { readonly fundRaiseId: string; readonly before?: number | undefined; readonly limit: number }): Promise<FundEntry[]> {
  const query = tx('fund_entries').where({ tenant_id: tenantOf(tx), fund_raise_id: asked.fundRaiseId }).orderBy('number', 'desc').limit(asked.limit);
  if (asked.before !== undefined) void query.where('number', '<', asked.before);
  const rows = await query.select<EntryRow[]>();
  return rows.map((row) => ({ number: row.number, kind: row.kind, onDay: row.on_day, amountFen: row.amount_fen, givers: row.givers, purposeZh: row.purpose_zh, wordsWithdrawn: row.words_withdrawn }));
}

/** The newest first. Indexes: fund_raises_unit_path_idx, fund_raises_pkey for the whole office. */
export async function listFunds(
  tx: Tx,
  { scopes, state, beforeId, limit }: { readonly scopes: UnitScopes; readonly state: FundState | undefined; readonly beforeId: string | undefined; readonly limit: number },
): Promise<FundRaise[]> {
  const query = tx('fund_raises').where({ tenant_id: tenantOf(tx) }).orderBy('id', 'desc').limit(limit).select<FundRow[]>();
  wherePageByUnit(tx, query, { table: 'fund_raises', order: 'newest', scopes, holding: { state }, after: beforeId, limit });
  return (await query).map(toFund);
}

export interface PublicFund extends Pick<FundRaise, 'id' | 'titleZh' | 'state' | 'raisedFen' | 'spentFen'> {
  readonly unitNameZh: string;
}

export async function findPublicFund(tx: Tx, id: string): Promise<PublicFund | undefined> {
  return publicFunds(tx).where('fund.id', id).first<PublicFund | undefined>();
}

/** The newest first. Indexes: fund_raises_unit_path_idx, fund_raises_pkey for the whole office. */
export async function listPublicFunds(
  tx: Tx,
  { under, beforeId, limit }: { readonly under: string | undefined; readonly beforeId: string | undefined; readonly limit: number },
): Promise<PublicFund[]> {
  const query = publicFunds(tx).orderBy('fund.id', 'desc').limit(limit);
  wherePageByUnit(tx, query, { table: 'fund_raises', id: 'fund.id', order: 'newest', scopes: 'tenant', under, after: beforeId, limit });
  return query;
}

/** Of an office that works. */
function publicFunds(tx: Tx) {
  return tx('fund_raises as fund')
    .join('units as unit', { 'unit.tenant_id': 'fund.tenant_id', 'unit.id': 'fund.unit_id' })
    .join('tenants', 'tenants.tenant_id', 'fund.tenant_id')
    .where({ 'fund.tenant_id': tenantOf(tx), 'tenants.suspended': false })
    .select<PublicFund[]>({ id: 'fund.id', unitNameZh: 'unit.name_zh', titleZh: 'fund.title_zh', state: 'fund.state', raisedFen: 'fund.raised_fen', spentFen: 'fund.spent_fen' });
}

function toRow(fund: FundRaise): FundRow {
  return {
    id: fund.id,
    unit_id: fund.unitId,
    unit_path: fund.unitPath,
    decision_id: fund.decisionId,
    title_zh: fund.titleZh,
    state: fund.state,
    raised_fen: fund.raisedFen,
    spent_fen: fund.spentFen,
    entries: fund.entries,
    created_at: fund.createdAt,
    updated_at: fund.updatedAt,
    version: fund.version,
  };
}

function toFund(row: FundRow): FundRaise {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    decisionId: row.decision_id,
    titleZh: row.title_zh,
    state: row.state,
    raisedFen: row.raised_fen,
    spentFen: row.spent_fen,
    entries: row.entries,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}
