import { METHODS } from '@linli/contracts';
import type { Role } from './grant';
import { conflictingRole } from './rules';
import { ownPermissions, roleDefinitions, separatedRoles } from './roles';

// Given to everybody who signs in as a resident, by the gateway, for their own things.
const residents = [
  'requests.item.read',
  'requests.case.submit',
  'requests.case.read',
  'requests.case.supply_material',
  'requests.case.withdraw',
  'requests.case.rate',
  'requests.case.reopen',
  'requests.mandate.sign',
  'requests.mandate.revoke',
  'requests.mandate.read',
  'residents.person.read',
  'residents.person.update',
  'residents.person.accesses',
  'residents.person.reveal',
  'organization.booking.create',
  'organization.booking.cancel',
  'organization.booking.read',
  'organization.job.apply',
  'organization.job.applications',
  'thread.read',
  'organization.topic.raise',
  'organization.topic.read',
  'organization.decision.read',
  'organization.decision.vote',
  'organization.publication.object',
  'organization.publication.objections',
];
// Held by jobs of the platform only.
const system = ['organization.tenant.create', 'organization.tenant.restate', 'organization.tenant.suspend', 'organization.caller.resolve', 'organization.public.read', 'residents.person.resolve', 'residents.person.check'];

const declared = new Set(Object.values(METHODS).map(({ permission }) => permission));
const ofRoles = new Set(roleDefinitions.flatMap(({ permissions }) => permissions));
const roles = new Map(roleDefinitions.map((role) => [role.code, role.permissions]));

describe('roles', () => {
  it('name only permissions that a method asks for, each once', () => {
    expect([...ofRoles, ...ownPermissions, ...residents, ...system].filter((permission) => !declared.has(permission))).toEqual([]);
    for (const { permissions } of roleDefinitions) expect(new Set(permissions).size).toBe(permissions.length);
  });

  it('leave no permission that nobody can hold', () => {
    const held = new Set([...ofRoles, ...residents, ...system]);
    expect([...declared].filter((permission) => !held.has(permission))).toEqual([]);
  });

  it('never give staff what is the resident’s or the platform’s alone', () => {
    const never = [...system, 'requests.case.withdraw', 'requests.case.rate', 'requests.case.reopen', 'organization.decision.vote'];
    expect(never.filter((permission) => ofRoles.has(permission))).toEqual([]);
  });

  it('let departments decide, and nobody else', () => {
    const deciding = roleDefinitions.filter(({ permissions }) => permissions.includes('requests.case.decide')).map(({ code }) => code);
    expect(deciding).toEqual(['handler']);
  });

  it('keep system, security and audit administration apart', () => {
    const powers = { system_admin: 'organization.staff.write', security_admin: 'organization.grant.write', audit_admin: 'residents.person.accesses' };
    for (const [role, power] of Object.entries(powers)) {
      const holding = separatedRoles.filter((code) => roles.get(code)?.includes(power));
      expect(holding).toEqual([role]);
    }
    expect(roles.get('audit_admin')?.filter((permission) => /write|submit|accept|import/.test(permission))).toEqual([]);
    const roleOf = (code: string): Role => ({ code, nameZh: code, holder: 'staff', permissions: roles.get(code) ?? [], own: false, version: 1 });
    const conflict = (one: string, held: readonly string[]) => conflictingRole(roleOf(one), held.map(roleOf))?.code;
    expect(conflict('system_admin', ['clerk', 'audit_admin'])).toBe('audit_admin');
    expect(conflict('system_admin', ['system_admin', 'clerk'])).toBeUndefined();
    expect(conflict('clerk', ['system_admin'])).toBeUndefined();
  });

  it('are known by a code and a Chinese name', () => {
    expect(new Set(roleDefinitions.map(({ code }) => code)).size).toBe(roleDefinitions.length);
    for (const { nameZh } of roleDefinitions) expect(nameZh).toMatch(/\p{Script=Han}/u);
  });
});
