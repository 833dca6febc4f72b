import { assertCoversUnit, coversUnit, type Caller } from '@linli/auth';
import { localDateOf } from '@linli/clocks';
import { newId, type Tx } from '@linli/db';
import { today } from '../days';
import type { Deps } from '../deps';
import { addClients, addGrants } from '../grants/add-grants';
import { grantsInForce, rolesByCode } from '../grants/in-force';
import { lockStaffByCodes } from '../staff/lock-for-change';
import { addStaff, recordStaff } from '../staff/record-staff';
import { lockTenantOrThrow } from '../tenants/create-tenant';
import { addUnits } from '../units/add-units';
import { holdUnitsOpenByCode } from '../units/hold-unit-open';
import { planImport, type Existing, type ImportPlan } from './plan-import';
import { identityKey } from './plan-staff';
import type { Problem, Sheet } from './sheet';
import { findCodesAhead, findStaffIdentities, lockClients } from './store';

export interface ImportInput {
  readonly sheet: Sheet;
  /** Found while reading the rows. */
  readonly problems: readonly Problem[];
  readonly dryRun: boolean;
}

export interface ImportResult {
  readonly unitsCreated: number;
  readonly staffCreated: number;
  readonly unchanged: number;
  /** Not empty: nothing was written. The first 1,000. */
  readonly problems: readonly Problem[];
  /** All of them. */
  readonly problemCount: number;
}

const mostProblems = 1_000;

/**
 * Brings a whole office in, or nothing of it. Rows that are there and the same are left alone; to people who are there,
 * posts, a partner and grants may be added; everything else that differs is a problem.
 * Roles are given by the operator's jobs alone: everybody else's need a second person.
 * @throws permission_denied UNIT_OUT_OF_SCOPE without the permission over the whole tenant, not_found TENANT_NOT_FOUND.
 */
export async function importOrganization(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: ImportInput): Promise<ImportResult> {
  assertCoversUnit(caller, 'organization.import', '');
  const now = deps.now();
  return deps.db.withTenant(caller, async (tx) => {
    // Two imports of one tenant would both find the same row missing.
    await lockTenantOrThrow(tx);
    const existing = await readExisting(tx, input.sheet, now);
    const plan = planImport(input.sheet, existing, {
      day: today(deps),
      mayGrant: caller.kind === 'system' && coversUnit(caller, 'organization.grant.write', ''),
      newId: (offset = 0) => newId(now.getTime() + offset),
    });
    const problems = [...input.problems, ...plan.problems];
    if (problems.length === 0 && !input.dryRun) await write(tx, caller, { plan, at: now });
    const would = problems.length === 0 ? plan : { units: [], staff: [], unchanged: 0 };
    return {
      unitsCreated: would.units.length,
      staffCreated: would.staff.length,
      unchanged: would.unchanged,
      problems: problems.slice(0, mostProblems),
      problemCount: problems.length,
    };
  });
}

async function readExisting(tx: Tx, sheet: Sheet, now: Date): Promise<Existing> {
  const unitCodes = [
    ...sheet.units.flatMap((line) => [line.code, line.parentCode]),
    ...sheet.staff.flatMap((line) => [...line.posts, ...line.grants].map((part) => part.unitCode)),
    ...sheet.clients.flatMap((line) => line.grants.map((grant) => grant.unitCode)),
  ];
  const units = await holdUnitsOpenByCode(tx, [...new Set(unitCodes)], localDateOf(now));
  const ahead = new Set(await findCodesAhead(tx, sheet.units.map(({ code }) => code), localDateOf(now)));
  const staff = await lockStaffByCodes(tx, [...new Set(sheet.staff.flatMap((line) => [line.code, line.partnerCode]))]);
  const known = await findStaffIdentities(tx, sheet.staff.flatMap((line) => line.identity ?? []));
  const clients = await lockClients(tx, sheet.clients.map((line) => line.identity));
  const holders = [...[...staff.values()].map(({ id }) => id), ...clients.map(({ id }) => id)];
  return {
    units,
    ahead,
    staff,
    identities: new Map(known.map(({ identity, code }) => [identityKey(identity), code])),
    clients: new Map(clients.map((client) => [identityKey(client.identity), client])),
    roles: await rolesByCode(tx),
    held: Map.groupBy(await grantsInForce(tx, holders, now), (grant) => grant.principalId),
  };
}

async function write(tx: Tx, caller: Caller, { plan, at }: { plan: ImportPlan; at: Date }): Promise<void> {
  const day = localDateOf(at);
  await addUnits(tx, caller, { units: plan.units, at });
  await addStaff(tx, caller, { staff: plan.staff, day });
  await recordStaff(tx, caller, { changes: plan.changes, day });
  await addClients(tx, caller, plan.clients);
  await addGrants(tx, caller, plan.grants);
}
