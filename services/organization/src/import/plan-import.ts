import type { LocalDate } from '@linli/clocks';
import type { ApiClient, RoleGrant } from '../grants/grant';
import type { StaffChange } from '../staff/record-staff';
import type { Staff } from '../staff/staff';
import type { Unit } from '../units/unit';
import { planClients, type ClientPlan } from './plan-clients';
import { planGrants, type GrantFacts } from './plan-grants';
import { planStaff, type StaffPlan } from './plan-staff';
import { planUnits } from './plan-units';
import type { Problem, Sheet } from './sheet';
import type { KnownClient } from './store';

/** What the tenant has of what the sheet names. */
export interface Existing extends Pick<GrantFacts, 'roles' | 'held'> {
  readonly units: ReadonlyMap<string, Unit>;
  /** Codes of units that open later. */
  readonly ahead: ReadonlySet<string>;
  readonly staff: ReadonlyMap<string, Staff>;
  readonly identities: ReadonlyMap<string, string>;
  readonly clients: ReadonlyMap<string, KnownClient>;
}

export interface ImportPlan {
  readonly units: readonly Unit[];
  readonly staff: readonly Staff[];
  readonly changes: readonly StaffChange[];
  readonly clients: readonly ApiClient[];
  readonly grants: readonly RoleGrant[];
  /** Rows of all three lists that say what is so already. */
  readonly unchanged: number;
  readonly problems: readonly Problem[];
}

interface Circumstances extends Pick<GrantFacts, 'mayGrant'> {
  readonly day: LocalDate;
  /** A new id; `offset` moves it later in the order of ids. */
  readonly newId: (offset?: number) => string;
}

/** Pure: what the sheet would change and everything that is wrong with it. */
export function planImport(sheet: Sheet, existing: Existing, circumstances: Circumstances): ImportPlan {
  const problems: Problem[] = [];
  const { day, mayGrant, newId } = circumstances;
  // Ids in the order of the rows, so that lists show the tree in it.
  const units = planUnits(sheet, { existing: existing.units, ahead: existing.ahead, day, idFor: newId }, problems);
  const named = [...sheet.unreadable.units, ...sheet.units.map((line) => line.code)];
  const wrongUnits = new Set(named.filter((code) => !units.byCode.has(code)));
  const places = { units: units.byCode, wrongUnits };
  const staff = planStaff(sheet, { ...places, existing: existing.staff, identities: existing.identities, day, newId }, problems);
  const clients = planClients(sheet, { existing: existing.clients, newId }, problems);
  const facts = { ...places, roles: existing.roles, held: existing.held, mayGrant, newId };
  const grants = grantsOfRows({ staff, clients }, facts, problems);
  const people = [...staff.people.values()];
  return {
    units: units.created,
    staff: people.filter((person) => person.isNew).map((person) => person.staff),
    changes: people.flatMap((person) => person.steps),
    clients: clients.created,
    grants,
    unchanged: units.unchanged + countUnchanged({ staff, clients }, grants),
    problems,
  };
}

interface Holders {
  readonly staff: StaffPlan;
  readonly clients: ClientPlan;
}

function grantsOfRows({ staff, clients }: Holders, facts: GrantFacts, problems: Problem[]): RoleGrant[] {
  const ofStaff = staff.lines.flatMap((line) => {
    const id = staff.people.get(line.code)?.staff.id ?? '';
    return planGrants({ kind: 'staff', id, lines: line.grants, row: line.row }, facts, problems);
  });
  const ofClients = clients.rows.flatMap(({ line, id }) => planGrants({ kind: 'client', id, lines: line.grants, row: line.row }, facts, problems));
  return [...ofStaff, ...ofClients];
}

function countUnchanged({ staff, clients }: Holders, grants: readonly RoleGrant[]): number {
  const gaining = new Set(grants.map((grant) => grant.principalId));
  const people = staff.lines.filter((line) => {
    const person = staff.people.get(line.code);
    return person !== undefined && !person.isNew && person.steps.length === 0 && !gaining.has(person.staff.id);
  });
  return people.length + clients.rows.filter(({ id, isNew }) => !isNew && !gaining.has(id)).length;
}
