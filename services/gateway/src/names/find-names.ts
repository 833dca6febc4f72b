import { systemCaller, type Caller } from '@linli/auth';
import { isAppError } from '@linli/errors';
import type { Call } from '../routing/route';

/** Names to show beside ids. What the caller may not read is simply not here. */
export interface Names {
  readonly staff: ReadonlyMap<string, string>;
  readonly units: ReadonlyMap<string, string>;
  /** Masked. */
  readonly persons: ReadonlyMap<string, string>;
  /** Services that did not answer; undefined when all did. */
  readonly unreachable: string[] | undefined;
}

export interface Wanted {
  readonly staff?: readonly string[];
  readonly units?: readonly string[];
  readonly persons?: readonly string[];
}

type Found = ReadonlyMap<string, string>;

const mostIds = 200;
const nobody: Found = new Map();

/** Asks for all names of an answer at once: at most one call for staff, one for units, one for persons, in parallel. */
export async function findNames(call: Call, wanted: Wanted): Promise<Names> {
  const silent = new Set<string>();
  async function ask(service: string, ids: readonly string[], find: (ids: string[]) => Promise<Found>): Promise<Found> {
    const asked = [...new Set(ids)].filter((one) => one !== '').slice(0, mostIds);
    if (asked.length === 0) return nobody;
    try {
      return await find(asked);
    } catch (error) {
      if (!isAppError(error)) throw error;
      // Names are an extra: whatever goes wrong with them, the answer itself stands.
      if (['unavailable', 'deadline_exceeded', 'internal'].includes(error.kind)) silent.add(service);
      call.deps.log.warn({ err: error, peer: service }, 'names could not be joined');
      return nobody;
    }
  }

  const { clients, caller } = call;
  const [staff, units, persons] = await Promise.all([
    ask('organization', readable(caller, 'organization.staff.read') ? (wanted.staff ?? []) : [], async (staffIds) => {
      const found = await clients.staff.batchGetStaff({ staffIds }, optionsFor(call, 'organization.staff.read'));
      return new Map(found.staff.map(({ id, name }) => [id, name]));
    }),
    ask('organization', readable(caller, 'organization.unit.read') ? (wanted.units ?? []) : [], async (unitIds) => {
      const found = await clients.units.batchGetUnits({ unitIds }, optionsFor(call, 'organization.unit.read'));
      return new Map(found.units.map(({ id, nameZh }) => [id, nameZh]));
    }),
    ask('residents', holds(caller, 'residents.person.read') ? (wanted.persons ?? []) : [], async (personIds) => {
      const found = await clients.persons.batchGetPersons({ personIds }, call.options);
      return new Map(found.persons.map(({ id, maskedName }) => [id, maskedName]));
    }),
  ]);
  return { staff, units, persons, unreachable: silent.size === 0 ? undefined : [...silent].sort() };
}

function readable(caller: Caller, permission: string): boolean {
  return caller.kind === 'resident' || holds(caller, permission);
}

function holds(caller: Caller, permission: string): boolean {
  return caller.grants.some((grant) => grant.permissions.includes(permission));
}

/**
 * A resident holds no grant in the office, but the receipt of their own case names its agent and where it is served:
 * the gateway asks for those names as itself.
 */
function optionsFor(call: Call, permission: string): Call['options'] {
  if (call.caller.kind !== 'resident') return call.options;
  return { ...call.options, caller: systemCaller(call.caller.tenantId, 'gateway', [permission]) };
}
