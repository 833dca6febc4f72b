import fc from 'fast-check';
import { administrationsOf, assertComposable, assertHeldMayChange, catalogue } from './powers';
import { roleDefinitions, separatedRoles } from './roles';

const role = (permissions: readonly string[]) => ({ code: 'own.x', nameZh: '自定', holder: 'staff' as const, permissions, own: true, version: 1 });
const definition = (code: string) => roleDefinitions.find((one) => one.code === code)?.permissions ?? [];

describe('what a role may be made of', () => {
  it('is what the platform’s roles hold, and nothing that is a resident’s or the platform’s', () => {
    for (const own of ['organization.tenant.create', 'organization.tenant.restate', 'organization.caller.resolve', 'organization.public.read', 'residents.person.resolve', 'requests.case.rate', 'nothing.at.all']) {
      expect(() => assertComposable(role(['organization.unit.read', own]))).toThrow(expect.objectContaining({ reason: 'ROLE_PERMISSION_UNKNOWN', details: { permission: own } }));
    }
    expect(() => assertComposable({ ...role(['organization.unit.read']), holder: 'client' })).toThrow(expect.objectContaining({ reason: 'ROLE_PERMISSION_UNKNOWN' }));
    for (const { permissions, holder } of roleDefinitions) expect(permissions.every((permission) => catalogue[holder].includes(permission))).toBe(true);
  });

  it('never joins the powers of two administrations, whatever is picked', () => {
    fc.assert(
      fc.property(fc.subarray([...catalogue.staff], { minLength: 1 }), (permissions) => {
        const refused = administrationsOf(role(permissions)).length > 1;
        if (refused) expect(() => assertComposable(role(permissions))).toThrow(expect.objectContaining({ reason: 'DUTIES_SEPARATED' }));
        else expect(() => assertComposable(role(permissions))).not.toThrow();
      }),
    );
  });
});

describe('the powers of the three administrations', () => {
  it('are each one’s, and of no other role', () => {
    for (const admin of separatedRoles) expect(administrationsOf({ permissions: definition(admin) })).toEqual([admin]);
    for (const { code, permissions } of roleDefinitions) if (!separatedRoles.includes(code)) expect([code, administrationsOf({ permissions })]).toEqual([code, []]);
    expect(administrationsOf({ permissions: ['organization.staff.write'] })).toEqual(['system_admin']);
  });
});

describe('a role that is held', () => {
  const plain = role(['organization.unit.read', 'requests.case.read']);

  it('may lose anything and gain nothing', () => {
    for (const more of ['requests.case.accept', 'residents.person.reveal', 'organization.grant.write']) {
      expect(() => assertHeldMayChange(plain, role([...plain.permissions, more]))).toThrow(expect.objectContaining({ reason: 'ROLE_HELD', details: { permission: more } }));
      expect(() => assertHeldMayChange(role([...plain.permissions, more]), plain)).not.toThrow();
    }
    expect(() => assertHeldMayChange(plain, role([...plain.permissions].reverse()))).not.toThrow();
  });
});
