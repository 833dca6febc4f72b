import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { whereInScopes } from '../scope';
import type { GrantScope, PrincipalKind } from './grant';
import type { GrantRequest, GrantRequestState } from './grant-request';

interface RequestRow {
  readonly id: string;
  readonly principal_kind: PrincipalKind;
  readonly principal_id: string;
  readonly role: string;
  readonly scope: GrantScope;
  readonly unit_id: string | null;
  readonly ends_at: Date | null;
  readonly state: GrantRequestState;
  readonly requested_by: string;
  readonly decided_by: string | null;
  readonly confirm_until: Date;
  readonly grant_id: string | null;
  readonly version: number;
}

const columns = [
  'q.id',
  'q.principal_kind',
  'q.principal_id',
  'q.role',
  'q.scope',
  'q.unit_id',
  'q.ends_at',
  'q.state',
  'q.requested_by',
  'q.decided_by',
  'q.confirm_until',
  'q.grant_id',
  'q.version',
  'u.path as unit_path',
] as const;

export async function insertGrantRequest(tx: Tx, request: GrantRequest): Promise<void> {
  await tx('grant_requests').insert({
    tenant_id: tenantOf(tx),
    id: request.id,
    principal_kind: request.principalKind,
    principal_id: request.principalId,
    role: request.role,
    scope: request.scope,
    unit_id: request.unitId ?? null,
    ends_at: request.endsAt ?? null,
    state: request.state,
    requested_by: request.requestedBy,
    decided_by: null,
    confirm_until: request.confirmUntil,
    grant_id: null,
    version: request.version,
  });
}

/** Writes what can change; the row is locked by this transaction. */
export async function saveGrantRequest(tx: Tx, { id, state, decidedBy, grantId, version }: GrantRequest): Promise<void> {
  await tx('grant_requests').where({ tenant_id: tenantOf(tx), id }).update({ state, decided_by: decidedBy ?? null, grant_id: grantId ?? null, version });
}

export async function lockGrantRequests(tx: Tx, ids: readonly string[]): Promise<GrantRequest[]> {
  return (await selectRequests(tx).whereIn('q.id', ids).orderBy('q.id').forUpdate('q')).map(toRequest);
}

/** In the order of asking. Index: the key, grant_requests_state_idx. */
export async function listGrantRequests(
  tx: Tx,
  asked: { readonly scopes: UnitScopes; readonly state: GrantRequestState | undefined; readonly afterId: string | undefined; readonly limit: number },
): Promise<GrantRequest[]> {
  const query = selectRequests(tx).orderBy('q.id').limit(asked.limit);
  whereInScopes(query, 'u.path', asked.scopes);
  if (asked.state !== undefined) void query.where('q.state', asked.state);
  if (asked.afterId !== undefined) void query.where('q.id', '>', asked.afterId);
  return (await query).map(toRequest);
}

function selectRequests(tx: Tx) {
  return tx('grant_requests as q')
    .leftJoin('units as u', (on) => void on.on('u.tenant_id', 'q.tenant_id').andOn('u.id', 'q.unit_id'))
    .where('q.tenant_id', tenantOf(tx))
    .select<(RequestRow & { readonly unit_path: string | null })[]>(columns);
}

function toRequest(row: RequestRow & { readonly unit_path: string | null }): GrantRequest {
  return {
    id: row.id,
    principalKind: row.principal_kind,
    principalId: row.principal_id,
    role: row.role,
    scope: row.scope,
    unitId: row.unit_id ?? undefined,
    unitPath: row.unit_path ?? '',
    endsAt: row.ends_at ?? undefined,
    state: row.state,
    requestedBy: row.requested_by,
    decidedBy: row.decided_by ?? undefined,
    confirmUntil: row.confirm_until,
    grantId: row.grant_id ?? undefined,
    version: row.version,
  };
}
