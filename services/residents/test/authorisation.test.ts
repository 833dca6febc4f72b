import type { Caller } from '@linli/auth';
import { METHODS, residents } from '@linli/contracts';
import { newId } from '@linli/db';
import { testCaller } from '@linli/testing';
import { addUnit, register, startRegistry, type Place, type Registry } from './support';

let registry: Registry;
let unit: Place;
let personId: string;

beforeAll(async () => {
  registry = await startRegistry();
  unit = await addUnit(registry);
  ({ id: personId } = await register(registry, { unitId: unit.id, phone: '13812345678' }));
});

afterAll(() => registry.stop());

const person = (...verbs: string[]) => verbs.map((verb) => `residents.person.${verb}`);

/** What each role holds of this service, as the office gives it out. */
const roles: Record<string, string[]> = {
  clerk: person('register', 'update', 'read', 'find', 'reveal'),
  agent: person('read', 'find', 'reveal'),
  handler: person('read'),
  auditor: person('accesses'),
  resident: person('read', 'update', 'accesses', 'reveal'),
  requests: person('check'),
  gateway: person('resolve'),
  stranger: ['requests.case.read'],
};

type Call = (persons: Registry['persons'], options: { caller: Caller }) => Promise<unknown>;

/** Each RPC, who may call it, and a call. */
const rpcs: Record<string, { may: string[]; call: Call }> = {
  RegisterPerson: { may: ['clerk'], call: (persons, options) => persons.registerPerson({ name: '王明', unitId: unit.id }, options) },
  UpdatePerson: { may: ['clerk', 'resident'], call: (persons, options) => persons.updatePerson({ personId, version: 1 }, options) },
  GetPerson: { may: ['clerk', 'agent', 'handler', 'resident'], call: (persons, options) => persons.getPerson({ personId }, options) },
  BatchGetPersons: { may: ['clerk', 'agent', 'handler', 'resident'], call: (persons, options) => persons.batchGetPersons({ personIds: [personId] }, options) },
  FindPersons: { may: ['clerk', 'agent'], call: (persons, options) => persons.findPersons({ phone: '13812345678' }, options) },
  RevealPerson: {
    may: ['clerk', 'agent', 'resident'],
    call: (persons, options) =>
      persons.revealPerson({ personId, fields: [residents.PersonField.PERSON_FIELD_NAME], purpose: residents.RevealPurpose.REVEAL_PURPOSE_CONTACT }, options),
  },
  ListAccesses: { may: ['auditor', 'resident'], call: (persons, options) => persons.listAccesses({ personId }, options) },
  ResolveResident: { may: ['gateway'], call: (persons, options) => persons.resolveResident({ identityIssuer: 'a', identitySubject: 'b' }, options) },
  CheckPerson: { may: ['requests'], call: (persons, options) => persons.checkPerson({ personId }, options) },
};

const prefix = '/linli.residents.v1.PersonService/';

it('lists every method of the service', () => {
  const declared = Object.keys(METHODS).filter((path) => path.startsWith('/linli.residents.v1.'));
  expect(Object.keys(rpcs).map((name) => `${prefix}${name}`).sort()).toEqual(declared.sort());
});

describe.each(Object.entries(rpcs))('%s', (rpc, { may, call }) => {
  it.each(Object.entries(roles))('by %s', async (role, permissions) => {
    const kind = role === 'resident' ? 'resident' : 'staff';
    const scope = kind === 'resident' ? 'self' : 'tenant';
    const caller = testCaller({ kind, grants: [{ permissions, scope, unitPath: '' }] });
    const reason = await call(registry.persons, { caller }).then(
      () => 'none',
      (error: { reason: string }) => error.reason,
    );
    if (may.includes(role)) expect(reason).not.toBe('PERMISSION_MISSING');
    else expect(reason).toBe('PERMISSION_MISSING');
  });

  it('by a holder of everything here, but of this right elsewhere only', async () => {
    const right = METHODS[`${prefix}${rpc}`]?.permission ?? '';
    const others = Object.values(roles).flat().filter((permission) => permission !== right);
    const grants = [
      { permissions: [right], scope: 'subtree' as const, unitPath: `/${newId()}/` },
      { permissions: others, scope: 'tenant' as const, unitPath: '' },
    ];
    const result = await call(registry.persons, { caller: testCaller({ grants }) }).then(
      (answer) => answer,
      (error: { reason: string }) => error.reason,
    );
    // A sign-in belongs to no unit: the gateway asks before it knows who is there.
    const nothing = rpc === 'ResolveResident' ? ['PERSON_NOT_FOUND'] : ['PERSON_NOT_FOUND', 'UNIT_OUT_OF_SCOPE', { persons: [] }];
    expect(nothing).toContainEqual(result);
  });
});

it('is closed to whoever brings no token', async () => {
  const nobody = registry.persons.getPerson({ personId }, {} as { caller: Caller });
  await expect(nobody).rejects.toMatchObject({ kind: 'unauthenticated' });
});
