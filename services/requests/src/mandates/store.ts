import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { notFound } from '@linli/errors';
import type { Knex } from 'knex';
import { assertCovers, type ConsentForm, type Mandate, type MandateState } from './rules';

interface MandateRow {
  tenant_id: string;
  id: string;
  resident_id: string;
  agent_id: string;
  item_code: string;
  consent_form: ConsentForm;
  signed_at: Date;
  expires_at: Date;
  ended_at: Date | null;
  state: MandateState;
  unit_id: string;
  unit_path: string;
  version: number;
}

export interface MandateFilter {
  readonly residentId?: string;
  readonly agentId?: string;
  readonly state?: MandateState;
  readonly scopes: UnitScopes;
  /** Whose own mandates are shown whatever the unit, where the scopes say so. */
  readonly own: { readonly residentId: string } | { readonly agentId: string };
  readonly before: string | undefined;
  readonly limit: number;
}

/**
 * The mandate under which an agent acts, locked for share: it cannot be revoked before this transaction ends.
 * @throws AppError not_found MANDATE_NOT_FOUND; failed_precondition MANDATE_REVOKED, MANDATE_EXPIRED, MANDATE_OTHER_RESIDENT, MANDATE_OTHER_ITEM.
 */
export async function requireMandateInForce(
  tx: Tx,
  wanted: { readonly mandateId: string; readonly residentId: string; readonly itemCode: string },
  now: Date,
): Promise<Mandate> {
  const row = await byId(tx, wanted.mandateId).forShare().first();
  return assertCovers(row === undefined ? undefined : mandateOf(row), wanted, now);
}

/** @throws AppError not_found MANDATE_NOT_FOUND. */
export async function getMandate(tx: Tx, id: string): Promise<Mandate> {
  return found(await byId(tx, id).first());
}

/** @throws AppError not_found MANDATE_NOT_FOUND. */
export async function lockMandate(tx: Tx, id: string): Promise<Mandate> {
  return found(await byId(tx, id).forUpdate().first());
}

export async function insertMandate(tx: Tx, mandate: Mandate): Promise<void> {
  await tx('mandates').insert({ tenant_id: tenantOf(tx), ...rowOf(mandate) });
}

/** The row must be locked. */
export async function saveMandate(tx: Tx, mandate: Mandate): Promise<void> {
  await byId(tx, mandate.id).update(rowOf(mandate));
}

/** Newest first. */
export async function listMandates(tx: Tx, filter: MandateFilter): Promise<Mandate[]> {
  const query = tx<MandateRow>('mandates').where({ tenant_id: tenantOf(tx) });
  if (filter.residentId !== undefined) query.andWhere({ resident_id: filter.residentId });
  if (filter.agentId !== undefined) query.andWhere({ agent_id: filter.agentId });
  if (filter.state !== undefined) query.andWhere({ state: filter.state });
  if (filter.before !== undefined) query.andWhere('id', '<', filter.before);
  keepVisible(query, filter);
  const rows = await query.orderBy('id', 'desc').limit(filter.limit);
  return rows.map(mandateOf);
}

function keepVisible(query: Knex.QueryBuilder, { scopes, own }: Pick<MandateFilter, 'scopes' | 'own'>): void {
  if (scopes === 'tenant') return;
  const mine = 'residentId' in own ? { resident_id: own.residentId } : { agent_id: own.agentId };
  const { units, subtrees, self } = scopes;
  // On its own, so that a resident's list is served by the index of residents.
  if (self && units.length + subtrees.length === 0) {
    void query.andWhere(mine);
    return;
  }
  void query.andWhere((where) => {
    void where.whereIn('unit_path', units);
    // A range, not LIKE: the latter's operator is not leakproof, so it could not use an index under row-level security.
    for (const path of subtrees) void where.orWhere((subtree) => subtree.where('unit_path', '>=', path).where('unit_path', '<', `${path.slice(0, -1)}0`));
    if (self) void where.orWhere(mine);
  });
}

function byId(tx: Tx, id: string) {
  return tx<MandateRow>('mandates').where({ tenant_id: tenantOf(tx), id });
}

function found(row: MandateRow | undefined): Mandate {
  if (row === undefined) throw notFound('MANDATE_NOT_FOUND', 'there is no such mandate');
  return mandateOf(row);
}

function rowOf(mandate: Mandate): Omit<MandateRow, 'tenant_id'> {
  return {
    id: mandate.id,
    resident_id: mandate.residentId,
    agent_id: mandate.agentId,
    item_code: mandate.itemCode,
    consent_form: mandate.consentForm,
    signed_at: mandate.signedAt,
    expires_at: mandate.expiresAt,
    ended_at: mandate.endedAt ?? null,
    state: mandate.state,
    unit_id: mandate.unitId,
    unit_path: mandate.unitPath,
    version: mandate.version,
  };
}

function mandateOf(row: MandateRow): Mandate {
  return {
    id: row.id,
    residentId: row.resident_id,
    agentId: row.agent_id,
    itemCode: row.item_code,
    consentForm: row.consent_form,
    signedAt: row.signed_at,
    expiresAt: row.expires_at,
    endedAt: row.ended_at ?? undefined,
    state: row.state,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    version: row.version,
  };
}
