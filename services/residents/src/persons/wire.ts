import { localDateOf } from '@linli/clocks';
import { Secret } from '@linli/config';
import { residents } from '@linli/contracts';
import { readUuid, requireText, violation, wireEnum } from '@linli/grpc';
import type { IndexedField } from '../vault/vault';
import { normaliseIdentityNumber } from './identity-number';
import { normaliseName } from './name';
import { normalisePhone } from './phone';
import type { RegisterPerson } from './register-person';
import type { RevealPerson } from './reveal-person';
import { languages, personFields, revealPurposes, type Person } from './rules';
import type { PersonAccess, SignIn } from './store';
import type { PersonChanges } from './update-person';

// What a person typed is at most this long before it is looked at more closely.
const longestRaw = 200;

export const languagesOnWire = wireEnum('LANGUAGE', residents.Language, languages);
const fieldsOnWire = wireEnum('PERSON_FIELD', residents.PersonField, personFields);
const purposesOnWire = wireEnum('REVEAL_PURPOSE', residents.RevealPurpose, revealPurposes);

/** @throws AppError invalid_argument FIELD_INVALID. */
export function readRegistration(request: residents.RegisterPersonRequest, now: Date): RegisterPerson {
  return {
    name: normaliseName(readSecret(request.name, 'name')),
    phone: request.phone === '' ? undefined : normalisePhone(readSecret(request.phone, 'phone')),
    identityNumber:
      request.identityNumber === '' ? undefined : normaliseIdentityNumber(readSecret(request.identityNumber, 'identity_number'), localDateOf(now)),
    preferredLanguage: languagesOnWire.fromWireOrNone(request.preferredLanguage, 'preferred_language') ?? 'zh',
    unitId: readUuid(request.unitId, 'unit_id'),
    signIn: readSignIn(request),
  };
}

/** @throws AppError invalid_argument FIELD_INVALID. */
export function readChanges(request: residents.UpdatePersonRequest): PersonChanges {
  const { name, phone, preferredLanguage, unitId } = request;
  return {
    ...(name === undefined ? {} : { name: normaliseName(readSecret(name, 'name')) }),
    ...(phone === undefined ? {} : { phone: phone === '' ? null : normalisePhone(readSecret(phone, 'phone')) }),
    ...(preferredLanguage === undefined ? {} : { preferred_language: languagesOnWire.fromWire(preferredLanguage, 'preferred_language') }),
    ...(unitId === undefined ? {} : { unit_id: readUuid(unitId, 'unit_id') }),
  };
}

/** Exactly one of the two. @throws AppError invalid_argument FIELD_INVALID. */
export function readLookUp(request: residents.FindPersonsRequest, now: Date): { field: IndexedField; value: Secret } {
  const { phone, identityNumber } = request;
  if (phone !== '' && identityNumber !== '') throw violation('identity_number', 'one_of_two');
  if (phone !== '') return { field: 'phone', value: normalisePhone(readSecret(phone, 'phone')) };
  if (identityNumber === '') throw violation('phone', 'required');
  return { field: 'identity_number', value: normaliseIdentityNumber(readSecret(identityNumber, 'identity_number'), localDateOf(now)) };
}

/** @throws AppError invalid_argument FIELD_INVALID. */
export function readReveal(request: residents.RevealPersonRequest): RevealPerson {
  if (request.fields.length === 0) throw violation('fields', 'required');
  if (request.fields.length > personFields.length) throw violation('fields', 'too_many');
  return {
    personId: readUuid(request.personId, 'person_id'),
    fields: [...new Set(request.fields.map((field, index) => fieldsOnWire.fromWire(field, `fields[${index}]`)))],
    purpose: purposesOnWire.fromWire(request.purpose, 'purpose'),
    caseId: request.caseId === '' ? undefined : readUuid(request.caseId, 'case_id'),
  };
}

export function personToWire(person: Person): residents.Person {
  return { ...person, preferredLanguage: languagesOnWire.toWire(person.preferredLanguage) };
}

export function accessToWire({ at, actorId, purpose, fields, caseId }: PersonAccess): residents.PersonAccess {
  return { at, actorId, purpose: purposesOnWire.toWire(purpose), fields: fields.map(fieldsOnWire.toWire), caseId: caseId ?? '' };
}

function readSignIn({ identityIssuer, identitySubject }: residents.RegisterPersonRequest): SignIn | undefined {
  if (identityIssuer === '' && identitySubject === '') return undefined;
  return {
    issuer: requireText(identityIssuer, 'identity_issuer', { max: 300 }),
    subject: requireText(identitySubject, 'identity_subject', { max: 255 }),
  };
}

function readSecret(raw: string, field: string): Secret {
  if (raw.length > longestRaw) throw violation(field, 'too_long');
  if (!raw.isWellFormed()) throw violation(field, 'malformed');
  return new Secret(raw);
}
