import type { PrincipalKind, Role, RoleGrant } from '../grants/grant';
import { conflictingRole, isSameGrant } from '../grants/rules';
import type { Unit } from '../units/unit';
import type { GrantLine, Problem } from './sheet';

export interface GrantFacts {
  readonly roles: ReadonlyMap<string, Role>;
  readonly units: ReadonlyMap<string, Unit>;
  /** Codes of units whose own rows are wrong: a grant there is not called wrong too. */
  readonly wrongUnits: ReadonlySet<string>;
  /** Grants in force, by holder. */
  readonly held: ReadonlyMap<string, readonly RoleGrant[]>;
  /** Whether the importer may give roles without a second pair of eyes: the operator, who sets an office up. */
  readonly mayGrant: boolean;
  readonly newId: () => string;
}

interface Holder {
  readonly kind: PrincipalKind;
  readonly id: string;
  readonly lines: readonly GrantLine[];
  readonly row: number;
}

/** The grants of one row that its holder does not have yet. */
export function planGrants(holder: Holder, facts: GrantFacts, problems: Problem[]): RoleGrant[] {
  const held = [...(facts.held.get(holder.id) ?? [])];
  const created: RoleGrant[] = [];
  for (const [index, line] of holder.lines.entries()) {
    const unit = line.unitCode === '' ? undefined : facts.units.get(line.unitCode);
    const wrong = (field: string, code: string): void => {
      problems.push({ sheet: holder.kind === 'staff' ? 'staff' : 'clients', row: holder.row, field: `grants[${index}]${field}`, code });
    };
    const role = facts.roles.get(line.role);
    if (role === undefined) wrong('.role', 'unknown');
    else if (role.holder !== holder.kind) wrong('.role', 'not_for_holder');
    if (line.unitCode !== '' && unit === undefined && !facts.wrongUnits.has(line.unitCode)) wrong('.unit_code', 'unknown');
    const grant = grantFrom(line, { holder, unit, id: facts.newId() });
    if (held.some((other) => isSameGrant(other, grant))) continue;
    if (!facts.mayGrant) wrong('', 'not_permitted');
    if (role !== undefined && conflictingRole(role, held.flatMap((other) => facts.roles.get(other.role) ?? [])) !== undefined) wrong('.role', 'duties_separated');
    held.push(grant);
    created.push(grant);
  }
  return created;
}

function grantFrom({ role, scope }: GrantLine, { holder, unit, id }: { holder: Holder; unit: Unit | undefined; id: string }): RoleGrant {
  return {
    id,
    principalKind: holder.kind,
    principalId: holder.id,
    role,
    scope,
    unitId: unit?.id,
    unitPath: unit?.path ?? '',
    endsAt: undefined,
    revokedAt: undefined,
    version: 1,
  };
}
