import { coversUnit, isSelf, type Caller } from '@linli/auth';

/** Whom an event concerns, and what one must be allowed to read to know of it. */
export interface Concern {
  readonly permission: string;
  /** Undefined for what concerns the whole office, such as the catalogue. */
  readonly party?: Party;
}

interface Party {
  readonly unitPath?: string;
  readonly residentId?: string;
  /** On duty for a case. */
  readonly ownerId?: string;
  /** The agent of a mandate. */
  readonly agentId?: string;
  readonly handlerUnitId?: string;
}

const permissions: Readonly<Record<string, string>> = {
  case: 'requests.case.read',
  mandate: 'requests.mandate.read',
  item: 'requests.item.read',
};

export function concernOf(payload: unknown, aggregateType: string): Concern {
  const permission = permissions[aggregateType] ?? '';
  if (aggregateType === 'item' || typeof payload !== 'object' || payload === null) return { permission };
  const party: Party = 'case' in payload && typeof payload.case === 'object' && payload.case !== null ? payload.case : payload;
  return { permission, party };
}

/** Whether this caller may know of the event: their tenant, and their units, their department or their own matter. */
export function isVisible(caller: Caller, event: { readonly tenantId: string; readonly concern: Concern }): boolean {
  const { permission, party } = event.concern;
  const held = caller.grants.filter((grant) => grant.permissions.includes(permission));
  if (event.tenantId !== caller.tenantId || held.length === 0) return false;
  if (party === undefined) return true;
  const { unitPath = '', residentId = '', ownerId = '', agentId = '', handlerUnitId = '' } = party;
  if (caller.kind === 'resident') return isSelf(caller, permission, residentId);
  if (caller.subject !== '' && (caller.subject === ownerId || caller.subject === agentId)) return true;
  if (coversUnit(caller, permission, unitPath)) return true;
  // Of the deciding department an event says the id only; a grant there ends with it.
  return handlerUnitId !== '' && held.some((grant) => grant.unitPath.endsWith(`/${handlerUnitId}/`));
}
