import { systemCaller, type Caller } from '@linli/auth';
import { isAppError } from '@linli/errors';
import type { Call } from '../routing/route';
import type { Found } from './name-memory';

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

const mostIds = 200;
const nobody: Found = new Map();

/** Where one kind of name is read, and as whom. */
interface Source {
  readonly service: string;
  readonly permission: string;
  readonly caller: Caller;
  readonly find: (ids: string[], options: Call['options']) => Promise<Found>;
}

/** Finds all names of an answer at once: at most one call for staff, one for units, one for persons, in parallel. */
export async function findNames(call: Call, wanted: Wanted): Promise<Names> {
  const silent = new Set<string>();
  async function ask(ids: readonly string[] = [], { service, permission, caller, find }: Source): Promise<Found> {
    const asked = [...new Set(ids)].filter((one) => one !== '').slice(0, mostIds);
    if (asked.length === 0 || !holds(caller, permission)) return nobody;
    try {
      return await call.names.find({ caller, permission }, asked, (unknown) => find(unknown, { ...call.options, caller }));
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
    ask(wanted.staff, {
      ...ofOffice(caller, 'organization.staff.read'),
      find: async (staffIds, options) => new Map((await clients.staff.batchGetStaff({ staffIds }, options)).staff.map(({ id, name }) => [id, name])),
    }),
    ask(wanted.units, {
      ...ofOffice(caller, 'organization.unit.read'),
      find: async (unitIds, options) => new Map((await clients.units.batchGetUnits({ unitIds }, options)).units.map(({ id, nameZh }) => [id, nameZh])),
    }),
    ask(wanted.persons, {
      service: 'residents',
      permission: 'residents.person.read',
      caller,
      find: async (personIds, options) => new Map((await clients.persons.batchGetPersons({ personIds }, options)).persons.map(({ id, maskedName }) => [id, maskedName])),
    }),
  ]);
  return { staff, units, persons, unreachable: silent.size === 0 ? undefined : [...silent].sort() };
}

/**
 * A resident holds no grant in the office, but the receipt of their own case names its agent and where it is served:
 * the gateway asks for those names as itself.
 */
function ofOffice(caller: Caller, permission: string): Omit<Source, 'find'> {
  const asks = caller.kind === 'resident' ? systemCaller(caller.tenantId, 'gateway', [permission]) : caller;
  return { service: 'organization', permission, caller: asks };
}

function holds(caller: Caller, permission: string): boolean {
  return caller.grants.some((grant) => grant.permissions.includes(permission));
}
