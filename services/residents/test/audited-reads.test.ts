import * as contracts from '@linli/contracts';
import { FIELD_CLASSES, residents } from '@linli/contracts';
import type { Caller } from '@linli/auth';
import { newId } from '@linli/db';
import { addUnit, clerk, clerkOf, inventedNumber, register, resident, startRegistry, type Place, type Registry } from './support';

const { PERSON_FIELD_NAME: NAME, PERSON_FIELD_IDENTITY_NUMBER: NUMBER } = residents.PersonField;
const { REVEAL_PURPOSE_CONTACT: CONTACT, REVEAL_PURPOSE_IDENTITY_CHECK: CHECK, REVEAL_PURPOSE_OWN_ACCESS: OWN } = residents.RevealPurpose;

let registry: Registry;
let grid: Place;
let personId: string;
const identityNumber = inventedNumber();
const caller = clerk();

beforeAll(async () => {
  registry = await startRegistry();
  grid = await addUnit(registry);
  ({ id: personId } = await register(registry, { unitId: grid.id, identityNumber, phone: '13700001111' }));
});
afterAll(() => registry.stop());

interface Trail {
  readonly actor: string;
  readonly purpose: string;
  readonly outcome: string;
  readonly details: object;
}

/** What the trail gains while `work` runs, whatever becomes of it. */
async function auditedBy(work: () => Promise<unknown>): Promise<Trail[]> {
  const read = () => registry.knex('audit_entries').where({ action: 'person.reveal' }).orderBy('id').select<Trail[]>('actor', 'purpose', 'outcome', 'details');
  const before = await read();
  await work().catch(() => undefined);
  return (await read()).slice(before.length);
}

interface MessageType {
  fromPartial(object: object): object;
  fromJSON(object: object): object;
}

const sensitive = new Set(
  Object.values(FIELD_CLASSES).flatMap((fields) => Object.entries(fields).flatMap(([field, fieldClass]) => (fieldClass === 'sensitive' ? [field] : []))),
);

/** Names of all fields that an answer can hold, at any depth. */
function fieldsOf(type: MessageType): string[] {
  const found = new Set<string>();
  function collect(sample: unknown, path: readonly string[], depth: number): void {
    if (Array.isArray(sample)) return sample.forEach((one: unknown) => collect(one, path, depth));
    if (typeof sample !== 'object' || sample === null || sample instanceof Date || depth > 5) return;
    for (const key of Object.keys(sample)) {
      found.add(key);
      for (const inside of [{}, [{}]]) collect(valueAt(type, [...path, key], inside), [...path, key], depth + 1);
    }
  }
  collect(type.fromPartial({}), [], 0);
  return [...found];
}

/** What the message makes of JSON that holds `inside` at a path: an object only where a message stands. */
function valueAt(type: MessageType, path: readonly string[], inside: object): unknown {
  for (const wrap of [(value: object) => value, (value: object) => [value]]) {
    const json = path.reduceRight<object>((value, key, index) => ({ [key]: index === path.length - 1 ? value : wrap(value) }), inside);
    try {
      const read = path.reduce<unknown>((value, key) => Reflect.get(Object([value].flat()[0]) as object, key), type.fromJSON(json));
      if (typeof read === 'object' && read !== null) return read;
    } catch {
      // not a message there
    }
  }
  return undefined;
}

function isDefinition(value: unknown): value is { fullName: string; methods: Record<string, { name: string; responseType: MessageType }> } {
  return typeof value === 'object' && value !== null && 'methods' in value && 'fullName' in value;
}

const returning = Object.values(contracts)
  .flatMap((domain) => Object.values(domain as object).filter(isDefinition))
  .flatMap(({ fullName, methods }) => Object.values(methods).map(({ name, responseType }) => ({ method: `${fullName}/${name}`, fields: fieldsOf(responseType) })))
  .flatMap(({ method, fields }) => fields.filter((field) => sensitive.has(field)).map((field) => `${method} ${field}`));

/** How each answer with a sensitive field keeps its word: shown in part only, or audited. A method that is not here fails. */
const masked: Record<string, () => Promise<unknown>> = {
  'linli.residents.v1.PersonService/RegisterPerson maskedIdentityNumber': () => register(registry, { unitId: grid.id, identityNumber: inventedNumber() }),
  'linli.residents.v1.PersonService/UpdatePerson maskedIdentityNumber': () => registry.persons.updatePerson({ personId, version: 1, phone: '13700002222' }, { caller }),
  'linli.residents.v1.PersonService/GetPerson maskedIdentityNumber': () => registry.persons.getPerson({ personId }, { caller }),
  'linli.residents.v1.PersonService/BatchGetPersons maskedIdentityNumber': () => registry.persons.batchGetPersons({ personIds: [personId] }, { caller }),
  'linli.residents.v1.PersonService/FindPersons maskedIdentityNumber': () => registry.persons.findPersons({ identityNumber }, { caller }),
};
const audited = ['linli.residents.v1.PersonService/RevealPerson identityNumber'];

describe('an identity number', () => {
  it('can come out of no method that is not named here', () => {
    expect(returning.sort()).toEqual([...Object.keys(masked), ...audited].sort());
  });

  it.each(Object.entries(masked))('is shown in part only by %s', async (_method, call) => {
    const answer = JSON.stringify(await call());
    expect(answer).toMatch(/"maskedIdentityNumber":"[^"]*\*{6,}/);
    expect(answer).not.toMatch(/\d{17}[\dX]/);
  });

  it('is in the trail with every full read, by staff and by the person', async () => {
    const staff = await auditedBy(() => registry.persons.revealPerson({ personId, fields: [NAME, NUMBER], purpose: CHECK }, { caller }));
    expect(staff).toEqual([{ actor: caller.subject, purpose: 'identity_check', outcome: 'success', details: { fields: 'name+identity_number' } }]);
    const own = await auditedBy(() => registry.persons.revealPerson({ personId, fields: [NUMBER], purpose: OWN }, { caller: resident(personId) }));
    expect(own).toEqual([{ actor: personId, purpose: 'own_access', outcome: 'success', details: { fields: 'identity_number' } }]);
  });

  const stranger = clerkOf('/01a20d80-0000-7000-8000-000000000001/');
  const refusals: readonly (readonly [string, { caller: Caller; purpose: residents.RevealPurpose; personId?: string }, string])[] = [
    ['for a purpose that does not need it', { caller, purpose: CONTACT }, 'PURPOSE_DOES_NOT_COVER'],
    ['as if it were one’s own', { caller, purpose: OWN }, 'PURPOSE_NOT_YOURS'],
    ['of a person out of sight', { caller: stranger, purpose: CHECK }, 'PERSON_NOT_FOUND'],
    ['of another resident', { caller: resident('01a20d80-0000-7000-8000-000000000002'), purpose: OWN }, 'PERSON_NOT_FOUND'],
    ['of nobody', { caller, purpose: CHECK, personId: newId() }, 'PERSON_NOT_FOUND'],
  ];
  it.each(refusals)('is in the trail with an attempt that is refused: %s', async (_how, { caller: actor, ...request }, reason) => {
    const asked = { personId, fields: [NUMBER], ...request };
    await expect(registry.persons.revealPerson(asked, { caller: actor })).rejects.toMatchObject({ reason });
    const trail = await auditedBy(() => registry.persons.revealPerson(asked, { caller: actor }));
    expect(trail).toEqual([{ actor: actor.subject, purpose: expect.any(String), outcome: 'denied', details: { fields: 'identity_number', reason } }]);
  });

  it('leaves no trail when the trail cannot be written: it is not shown then', async () => {
    await registry.knex.raw(`alter table audit_entries add constraint closed check (action <> 'person.reveal') not valid`);
    try {
      await expect(registry.persons.revealPerson({ personId, fields: [NUMBER], purpose: CHECK }, { caller })).rejects.toMatchObject({ kind: 'internal' });
    } finally {
      await registry.knex.raw('alter table audit_entries drop constraint closed');
    }
  });
});
