import type { Caller } from '@linli/auth';
import { METHODS, residents } from '@linli/contracts';
import { newId } from '@linli/db';
import { testCaller } from '@linli/testing';
import { startRegistry, type Registry } from './support';

let registry: Registry;

beforeAll(async () => {
  registry = await startRegistry();
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

const personId = newId();
type Call = (persons: Registry['persons'], options: { caller: Caller }) => Promise<unknown>;

/** Each RPC, who may call it, and a call. */
const rpcs: Record<string, { may: string[]; call: Call }> = {
  RegisterPerson: { may: ['clerk'], call: (persons, options) => persons.registerPerson({ name: '王明', unitId: newId() }, options) },
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

it('lists every method of the service', () => {
  const prefix = '/linli.residents.v1.PersonService/';
  const declared = Object.keys(METHODS).filter((path) => path.startsWith('/linli.residents.v1.'));
  expect(Object.keys(rpcs).map((name) => `${prefix}${name}`).sort()).toEqual(declared.sort());
});

describe.each(Object.entries(rpcs))('%s', (_rpc, { may, call }) => {
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

  it('gives a holder who has it nowhere nothing', async () => {
    const grants = [{ permissions: Object.values(roles).flat(), scope: 'unit' as const, unitPath: `/${newId()}/` }];
    const result = await call(registry.persons, { caller: testCaller({ grants }) }).then(
      (answer) => answer,
      (error: { kind: string }) => error.kind,
    );
    expect(['not_found', { persons: [] }]).toContainEqual(result);
  });
});

it('is closed to whoever brings no token', async () => {
  const nobody = registry.persons.getPerson({ personId }, {} as { caller: Caller });
  await expect(nobody).rejects.toMatchObject({ kind: 'unauthenticated' });
});
