import { coversUnit, isSelf, unitScopes, type Caller } from '@linli/auth';
import type { Secret } from '@linli/config';
import { residents } from '@linli/contracts';
import { notFound } from '@linli/errors';
import { compactLimit, readUuid, readUuids, requestKey, requireText, violation } from '@linli/grpc';
import type { Deps } from '../deps';
import { findPersons } from './find-persons';
import { registerPerson } from './register-person';
import { revealPerson } from './reveal-person';
import type { Person } from './rules';
import { getPerson, getPersonBySignIn, listAccesses, listPersons } from './store';
import { updatePerson } from './update-person';
import { accessToWire, languagesOnWire, personToWire, readChanges, readLookUp, readRegistration, readReveal } from './wire';

const mostInBatch = 200;

export function personService(deps: Deps): residents.PersonServiceImplementation<{ caller: Caller }> {
  return {
    async registerPerson(request, { caller }) {
      const input = readRegistration(request, deps.now());
      const key = requestKey(caller, residents.RegisterPersonRequest, request);
      return { person: personToWire(await registerPerson(deps, caller, { input, key })) };
    },

    async updatePerson(request, { caller }) {
      if (request.version < 1) throw violation('version', 'required');
      const personId = readUuid(request.personId, 'person_id');
      return { person: personToWire(await updatePerson(deps, caller, { personId, version: request.version, changes: readChanges(request) })) };
    },

    async getPerson(request, { caller }) {
      const id = readUuid(request.personId, 'person_id');
      return { person: personToWire(await personFor(caller, 'residents.person.read', id)) };
    },

    async batchGetPersons(request, { caller }) {
      const ids = readUuids(request.personIds, 'person_ids', mostInBatch);
      const view = { scopes: unitScopes(caller, 'residents.person.read'), subject: caller.subject };
      const persons = await deps.db.withTenant(caller, (tx) => listPersons(tx, ids, view));
      return { persons: persons.map(personToWire) };
    },

    async findPersons(request, { caller }) {
      const persons = await findPersons(deps, caller, readLookUp(request, deps.now()));
      return { persons: persons.map(personToWire) };
    },

    async revealPerson(request, { caller }) {
      const clear = await revealPerson(deps, caller, readReveal(request));
      const text = (value: Secret | undefined) => value?.reveal() ?? '';
      return { name: text(clear.name), phone: text(clear.phone), identityNumber: text(clear.identity_number) };
    },

    async listAccesses(request, { caller }) {
      const personId = readUuid(request.personId, 'person_id');
      const limit = compactLimit(request.pageSize);
      const context = { list: 'accesses', tenant: caller.tenantId, subject: caller.subject, personId };
      const [before] = deps.tokens.read(request.pageToken, context) ?? [];
      await personFor(caller, 'residents.person.accesses', personId);
      const found = await deps.db.withTenant(caller, (tx) =>
        listAccesses(tx, personId, { before: before === undefined ? undefined : String(before), limit: limit + 1 }),
      );
      const { shown, nextPageToken } = deps.tokens.cut(found, { limit, context, at: ({ id }) => [id] });
      return { accesses: shown.map(accessToWire), nextPageToken };
    },

    async resolveResident(request, { caller }) {
      const issuer = requireText(request.identityIssuer, 'identity_issuer', { max: 300 });
      const subject = requireText(request.identitySubject, 'identity_subject', { max: 255 });
      const person = await deps.db.withTenant(caller, (tx) => getPersonBySignIn(tx, { issuer, subject }));
      return { personId: person.id, maskedName: person.maskedName, preferredLanguage: languagesOnWire.toWire(person.preferredLanguage) };
    },

    async checkPerson(request, { caller }) {
      const person = await personFor(caller, 'residents.person.check', readUuid(request.personId, 'person_id'));
      return { personId: person.id, unitId: person.unitId, unitPath: person.unitPath };
    },
  };

  /** Outside the caller's scope a person does not exist. */
  async function personFor(caller: Caller, permission: string, id: string): Promise<Person> {
    const person = await deps.db.withTenant(caller, (tx) => getPerson(tx, id));
    if (isSelf(caller, permission, id) || coversUnit(caller, permission, person.unitPath)) return person;
    throw notFound('PERSON_NOT_FOUND', 'there is no such person');
  }
}
