import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import type { Erased, Over } from '../retention/retention';
import { whereReached, type SiteReach } from '../sites/reach';
import type { Resettlement, ResettlementState, TransitionPayment } from './resettlement';

export const resettlementConstraints: ConstraintReasons = {
  resettlements_agreement_key: { kind: 'already_exists', reason: 'AGREEMENT_TAKEN', message: 'this agreement is followed already' },
};

interface ResettlementRow {
  readonly id: string;
  readonly site_id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly household_id: string | null;
  readonly agreement_number: string | null;
  readonly promised_on: string;
  readonly state: ResettlementState;
  readonly missed_at: Date | null;
  readonly handed_over_at: Date | null;
  readonly closed_at: Date | null;
  readonly version: number;
}

interface PaymentRow {
  readonly resettlement_id: string;
  readonly month: string;
  readonly paid: boolean;
}

const columns = [
  ...['id', 'site_id', 'unit_id', 'unit_path', 'household_id', 'agreement_number', 'promised_on', 'state'],
  ...['missed_at', 'handed_over_at', 'closed_at', 'version'],
].map((column) => `r.${column}`);

export async function insertResettlement(tx: Tx, resettlement: Resettlement): Promise<void> {
  await tx('resettlements').insert({
    tenant_id: tenantOf(tx),
    id: resettlement.id,
    site_id: resettlement.siteId,
    unit_id: resettlement.unitId,
    unit_path: resettlement.unitPath,
    household_id: resettlement.householdId,
    agreement_number: resettlement.agreementNumber,
    promised_on: resettlement.promisedOn,
    ...changing(resettlement),
  });
}

/** The row is locked by this transaction. Payments are saved by themselves. */
export async function saveResettlement(tx: Tx, resettlement: Resettlement): Promise<void> {
  await tx('resettlements').where({ tenant_id: tenantOf(tx), id: resettlement.id }).update(changing(resettlement));
}

/** Raises the versions of those whose day is over, the rows locked. */
export async function saveMissed(tx: Tx, ids: readonly string[], at: Date): Promise<void> {
  await tx('resettlements').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).update({ missed_at: at, version: tx.raw('version + 1') });
}

export async function savePayment(tx: Tx, resettlementId: string, { month, paid }: TransitionPayment): Promise<void> {
  await tx('transition_payments')
    .insert({ tenant_id: tenantOf(tx), resettlement_id: resettlementId, month: `${month}-01`, paid })
    .onConflict(['tenant_id', 'resettlement_id', 'month'])
    .merge(['paid']);
}

export async function findResettlement(tx: Tx, id: string): Promise<Resettlement | undefined> {
  return (await read(tx, await select(tx).where('r.id', id)))[0];
}

/** Locked in the order of ids. */
export async function lockResettlements(tx: Tx, ids: readonly string[]): Promise<Resettlement[]> {
  return read(tx, await select(tx).whereIn('r.id', ids).orderBy('r.id').forUpdate());
}

/** Index: resettlements_site_idx. */
export async function findOpenResettlements(tx: Tx, siteId: string): Promise<Resettlement[]> {
  return read(tx, await select(tx).where('r.site_id', siteId).whereNull('r.closed_at').orderBy('r.id'));
}

export interface ResettlementFilter {
  readonly reach: SiteReach;
  readonly siteId: string | undefined;
  readonly state: ResettlementState | undefined;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** In the order of entry. Indexes: resettlements_site_idx, resettlements_state_idx, resettlements_pkey. */
export async function listResettlements(tx: Tx, filter: ResettlementFilter): Promise<Resettlement[]> {
  const query = select(tx)
    .join('sites as s', (on) => void on.on('s.tenant_id', 'r.tenant_id').andOn('s.id', 'r.site_id'))
    .orderBy('r.id')
    .limit(filter.limit);
  whereReached(query, filter.reach, { path: 'r.unit_path', leader: 's.leader_id' });
  if (filter.siteId !== undefined) void query.where('r.site_id', filter.siteId);
  if (filter.state !== undefined) void query.where('r.state', filter.state);
  if (filter.afterId !== undefined) void query.where('r.id', '>', filter.afterId);
  return read(tx, await query);
}

/** Takes out whose home it was, and the agreement's number, which leads to them. Index: resettlements_to_erase_idx. */
export async function eraseHouseholds(tx: Tx, { before, most }: Over): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select id from resettlements where tenant_id = :tenant and closed_at < :before and household_id is not null order by closed_at limit :most for update skip locked)
     update resettlements as r set household_id = null, agreement_number = null, version = version + 1
       from over where r.tenant_id = :tenant and r.id = over.id returning r.id, r.version, r.unit_path as "unitPath", r.site_id as "partOf"`,
    { tenant: tenantOf(tx), before, most },
  );
  return rows;
}

/** The same of what nobody closed, once both the promised day and the handover lie so far back. Index: resettlements_open_to_erase_idx. */
export async function eraseOpenHouseholds(tx: Tx, { beforeDay, before, most }: Over): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select id from resettlements
        where tenant_id = :tenant and promised_on < :beforeDay and (handed_over_at is null or handed_over_at < :before)
          and closed_at is null and household_id is not null
        order by promised_on limit :most for update skip locked)
     update resettlements as r set household_id = null, agreement_number = null, version = version + 1
       from over where r.tenant_id = :tenant and r.id = over.id returning r.id, r.version, r.unit_path as "unitPath", r.site_id as "partOf"`,
    { tenant: tenantOf(tx), beforeDay, before, most },
  );
  return rows;
}

function select(tx: Tx) {
  return tx('resettlements as r').where('r.tenant_id', tenantOf(tx)).select<ResettlementRow[]>(columns);
}

async function read(tx: Tx, rows: readonly ResettlementRow[]): Promise<Resettlement[]> {
  if (rows.length === 0) return [];
  const payments = await tx('transition_payments')
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('resettlement_id', rows.map(({ id }) => id))
    .orderBy('month')
    .select<PaymentRow[]>('resettlement_id', 'month', 'paid');
  const byId = Map.groupBy(payments, ({ resettlement_id }) => resettlement_id);
  return rows.map((row) => toResettlement(row, byId.get(row.id) ?? []));
}

function changing(resettlement: Resettlement) {
  return {
    state: resettlement.state,
    missed_at: resettlement.missedAt ?? null,
    handed_over_at: resettlement.handedOverAt ?? null,
    closed_at: resettlement.closedAt ?? null,
    version: resettlement.version,
  };
}

function toResettlement(row: ResettlementRow, payments: readonly PaymentRow[]): Resettlement {
  return {
    id: row.id,
    siteId: row.site_id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    householdId: row.household_id ?? '',
    agreementNumber: row.agreement_number ?? '',
    promisedOn: row.promised_on,
    state: row.state,
    missedAt: row.missed_at ?? undefined,
    handedOverAt: row.handed_over_at ?? undefined,
    closedAt: row.closed_at ?? undefined,
    payments: payments.map(({ month, paid }) => ({ month: month.slice(0, 7), paid })),
    version: row.version,
  };
}
