import { unitScopes, type Caller } from '@linli/auth';
import { lightLimits } from '@linli/clocks';
import { requests } from '@linli/contracts';
import { permissionDenied } from '@linli/errors';
import { compactLimit, readUuid, requireText, violation } from '@linli/grpc';
import type { Deps } from '../deps';
import { unitPathOf } from '../directory/store';
import { stateWire } from './case-events';
import { countCases, countCasesOfResident } from './count-store';
import { listCases, type CaseList } from './list-store';
import { requireReach } from './reach';
import { caseRowToWire } from './wire';

const read = 'requests.case.read';
const numberRule = { max: 40, pattern: /^[A-Z][A-Z0-9]*-\d{8}-\d{5,}$/ };

type Queries = Pick<requests.CaseServiceImplementation<{ caller: Caller }>, 'listCases' | 'countCases'>;
type Asked = Pick<CaseList, 'number' | 'state' | 'agentId' | 'residentId' | 'dueBefore' | 'order'> & { readonly unitId: string | undefined };

/** Lists and counts of cases: residents see their own, staff what their units cover and what they run themselves. */
export function caseQueries(deps: Pick<Deps, 'db' | 'now' | 'calendar' | 'tokens'>): Queries {
  return {
    async listCases(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const asked = confine(readFilter(request), caller);
      const context = { list: 'cases', tenant: caller.tenantId, subject: caller.subject, ...asked, dueBefore: asked.dueBefore?.getTime() };
      const position = deps.tokens.read(request.pageToken, context);
      const after = position === undefined ? undefined : { id: String(position[0]), dueAt: position[1] == null ? undefined : new Date(position[1]) };
      const found = await deps.db.withTenant(caller, async (tx) => {
        const unitPath = asked.unitId === undefined ? undefined : await unitPathOf(tx, asked.unitId);
        const reach = caller.kind === 'resident' ? 'tenant' : requireReach(caller, read, unitPath);
        return listCases(tx, { ...asked, reach, subject: caller.subject, after, limit: limit + 1 });
      });
      const { shown, nextPageToken } = deps.tokens.cut(found, { limit, context, at: (last) => [last.id, last.nextDueAt?.getTime() ?? null] });
      const lights = lightLimits(deps.calendar.of(caller.tenantId), deps.now());
      return {
        cases: shown.map((row) => caseRowToWire(row, { lights })),
        nextPageToken,
      };
    },

    async countCases({ unitId }, { caller }) {
      const now = deps.now();
      const soonUntil = lightLimits(deps.calendar.of(caller.tenantId), now).yellowUntil;
      const counts = await deps.db.withTenant(caller, async (tx) => {
        if (caller.kind === 'resident') return countCasesOfResident(tx, { residentId: caller.subject, now, soonUntil });
        const unitPath = unitId === '' ? undefined : await unitPathOf(tx, readUuid(unitId, 'unit_id'));
        return countCases(tx, { reach: requireReach(caller, read, unitPath), now, soonUntil });
      });
      return { ...counts, byState: { ...counts.byState } };
    },
  };
}

function readFilter(request: requests.ListCasesRequest): Asked {
  const { number, agentId, residentId, unitId } = request;
  if ([number, agentId, residentId].filter((text) => text !== '').length > 1) throw violation('number', 'at_most_one_of_number_agent_id_resident_id');
  const { CaseOrder } = requests;
  if (request.dueBefore !== undefined && request.order === CaseOrder.CASE_ORDER_NEWEST) throw violation('order', 'due_before_lists_by_due');
  if (request.order === CaseOrder.UNRECOGNIZED) throw violation('order', 'unknown');
  return {
    number: number === '' ? undefined : requireText(number, 'number', numberRule),
    state: stateWire.fromWireOrNone(request.state, 'state'),
    agentId: agentId === '' ? undefined : readUuid(agentId, 'agent_id'),
    residentId: residentId === '' ? undefined : readUuid(residentId, 'resident_id'),
    unitId: unitId === '' ? undefined : readUuid(unitId, 'unit_id'),
    dueBefore: request.dueBefore,
    order: request.order === CaseOrder.CASE_ORDER_DUE || request.dueBefore !== undefined ? 'due' : 'newest',
  };
}

/** A resident lists their own cases whatever they ask; who covers no unit lists what they run. */
function confine(asked: Asked, caller: Caller): Asked {
  if (caller.kind === 'resident') {
    if (asked.residentId !== undefined && asked.residentId !== caller.subject) throw permissionDenied('OWN_CASES_ONLY', 'a resident lists their own cases');
    return { ...asked, residentId: caller.subject, agentId: undefined, unitId: undefined };
  }
  const scopes = unitScopes(caller, read);
  const coversNothing = scopes !== 'tenant' && scopes.subtrees.length === 0 && scopes.units.length === 0;
  const narrowed = asked.number !== undefined || asked.residentId !== undefined || asked.agentId !== undefined;
  return coversNothing && !narrowed ? { ...asked, agentId: caller.subject } : asked;
}
