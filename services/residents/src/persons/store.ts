import type { UnitScopes } from '@linli/auth';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { notFound } from '@linli/errors';
import type { Succession } from '../units/store';
import type { IndexedField } from '../vault/vault';
import type { Language, Person, PersonField, RevealPurpose } from './rules';
import type { SealedColumns } from './sealing';

interface PersonRow extends SealedColumns {
  tenant_id: string;
  id: string;
  preferred_language: Language;
  unit_id: string;
  unit_path: string;
  identity_issuer: string | null;
  identity_subject: string | null;
  registered_at: Date;
  version: number;
}

/** How a person signs in: the issuer's name and the subject there. */
export interface SignIn {
  readonly issuer: string;
  readonly subject: string;
}

// The vault's columns are read by `getSealed` only.
const columns = [
  'id',
  'masked_name',
  'masked_phone',
  'masked_identity_number',
  'preferred_language',
  'unit_id',
  'unit_path',
  'registered_at',
  'version',
] as const;

export const personConstraints: ConstraintReasons = {
  persons_identity_number_key: { kind: 'already_exists', reason: 'IDENTITY_NUMBER_TAKEN', message: 'the identity number is registered already' },
  persons_sign_in_key: { kind: 'already_exists', reason: 'SIGN_IN_TAKEN', message: 'the sign-in belongs to somebody else' },
};

/** @throws AppError not_found PERSON_NOT_FOUND. */
export async function getPerson(tx: Tx, id: string): Promise<Person> {
  return found(await persons(tx).andWhere({ id }).first(...columns));
}

/** @throws AppError not_found PERSON_NOT_FOUND. */
export async function lockPerson(tx: Tx, id: string): Promise<Person> {
  return found(await persons(tx).andWhere({ id }).forUpdate().first(...columns));
}

/** @throws AppError not_found PERSON_NOT_FOUND. */
export async function getPersonBySignIn(tx: Tx, { issuer, subject }: SignIn): Promise<Person> {
  return found(await persons(tx).andWhere({ identity_issuer: issuer, identity_subject: subject }).first(...columns));
}

/** Those of the ids that exist and lie within the scopes, in the order of the ids. */
export async function listPersons(tx: Tx, ids: readonly string[], view: View): Promise<Person[]> {
  const rows = await within(persons(tx).whereIn('id', ids), view).select(...columns);
  const byId = new Map(rows.map((row) => [row.id, personOf(row)]));
  return ids.map((id) => byId.get(id)).filter((person) => person !== undefined);
}

/** By whole value; newest first. */
export async function findByIndex(
  tx: Tx,
  wanted: { readonly field: IndexedField; readonly index: Buffer; readonly limit: number },
  view: View,
): Promise<Person[]> {
  const query = persons(tx).andWhere({ [`${wanted.field}_index`]: wanted.index });
  const rows = await within(query, view).orderBy('id', 'desc').limit(wanted.limit).select(...columns);
  return rows.map(personOf);
}

export async function countWithPhone(tx: Tx, index: Buffer): Promise<number> {
  const row = await persons(tx).andWhere({ phone_index: index }).count<{ count: number }[]>({ count: '*' });
  return row[0]?.count ?? 0;
}

/** The vault's values of one person, still sealed. */
export async function getSealed(tx: Tx, id: string): Promise<Record<PersonField, Buffer | null>> {
  const row = await persons(tx).andWhere({ id }).first('name_sealed', 'phone_sealed', 'identity_number_sealed');
  if (row === undefined) throw notFound('PERSON_NOT_FOUND', 'there is no such person');
  return { name: row.name_sealed, phone: row.phone_sealed, identity_number: row.identity_number_sealed };
}

export async function insertPerson(
  tx: Tx,
  person: Pick<Person, 'id' | 'preferredLanguage' | 'unitId' | 'unitPath' | 'registeredAt'>,
  kept: { readonly sealed: SealedColumns; readonly signIn: SignIn | undefined },
): Promise<void> {
  await tx('persons').insert({
    tenant_id: tenantOf(tx),
    id: person.id,
    ...kept.sealed,
    preferred_language: person.preferredLanguage,
    unit_id: person.unitId,
    unit_path: person.unitPath,
    identity_issuer: kept.signIn?.issuer ?? null,
    identity_subject: kept.signIn?.subject ?? null,
    registered_at: person.registeredAt,
    version: 1,
  });
}

/** The row must be locked; counts the version up. */
export async function updatePersonRow(
  tx: Tx,
  person: Person,
  changes: Partial<SealedColumns> & Partial<Pick<PersonRow, 'preferred_language' | 'unit_id' | 'unit_path'>>,
): Promise<Person> {
  const [row] = await persons(tx)
    .andWhere({ id: person.id })
    .update({ ...changes, version: person.version + 1 })
    .returning([...columns]);
  return found(row);
}

/** Gives up to `limit` people of a unit that closed the one that takes over, and the next version. Index: persons_unit_idx. */
export async function moveUnit(tx: Tx, { unitId, successor }: Succession, limit: number): Promise<{ id: string; version: number }[]> {
  const { rows } = await tx.raw<{ rows: { id: string; version: number }[] }>(
    `update persons set unit_id = :successor, unit_path = :path, version = version + 1
      where tenant_id = :tenant and id = any(array(
        select id from persons where tenant_id = :tenant and unit_id = :unitId order by id limit :limit for update))
     returning id, version`,
    { tenant: tenantOf(tx), unitId, successor: successor.id, path: successor.path, limit },
  );
  return rows;
}

export interface PersonAccess {
  readonly id: string;
  readonly at: Date;
  readonly actorId: string;
  readonly purpose: RevealPurpose;
  readonly fields: readonly PersonField[];
  readonly caseId: string | undefined;
}

interface AccessRow {
  tenant_id: string;
  id: string;
  person_id: string;
  at: Date;
  actor_id: string;
  purpose: RevealPurpose;
  fields: PersonField[];
  case_id: string | null;
}

export async function insertAccess(tx: Tx, personId: string, access: PersonAccess): Promise<void> {
  const { id, at, actorId, purpose, fields, caseId } = access;
  const row = { id, person_id: personId, at, actor_id: actorId, purpose, fields: [...fields], case_id: caseId ?? null };
  await tx('person_accesses').insert({ tenant_id: tenantOf(tx), ...row });
}

/** Newest first, before the access `before`. */
export async function listAccesses(
  tx: Tx,
  personId: string,
  { before, limit }: { readonly before: string | undefined; readonly limit: number },
): Promise<PersonAccess[]> {
  const query = tx<AccessRow>('person_accesses').where({ tenant_id: tenantOf(tx), person_id: personId }).orderBy('id', 'desc').limit(limit);
  const rows = await (before === undefined ? query : query.andWhere('id', '<', before));
  return rows.map((row) => ({
    id: row.id,
    at: row.at,
    actorId: row.actor_id,
    purpose: row.purpose,
    fields: row.fields,
    caseId: row.case_id ?? undefined,
  }));
}

/** What a caller may see: unit scopes, and themselves where these say so. */
export interface View {
  readonly scopes: UnitScopes;
  readonly subject: string;
}

function persons(tx: Tx) {
  return tx<PersonRow>('persons').where({ tenant_id: tenantOf(tx) });
}

function within(query: ReturnType<typeof persons>, { scopes, subject }: View): ReturnType<typeof persons> {
  if (scopes === 'tenant') return query;
  return query.andWhere((any) => {
    any.whereIn('unit_path', scopes.units);
    // '0' follows '/', so this is the range of all paths of the subtree.
    for (const path of scopes.subtrees) any.orWhere((subtree) => subtree.where('unit_path', '>=', path).where('unit_path', '<', `${path.slice(0, -1)}0`));
    if (scopes.self && subject !== '') any.orWhere({ id: subject });
  });
}

type ShownRow = Pick<PersonRow, (typeof columns)[number]>;

function found(row: ShownRow | undefined): Person {
  if (row === undefined) throw notFound('PERSON_NOT_FOUND', 'there is no such person');
  return personOf(row);
}

function personOf(row: ShownRow): Person {
  return {
    id: row.id,
    maskedName: row.masked_name,
    maskedPhone: row.masked_phone,
    maskedIdentityNumber: row.masked_identity_number,
    preferredLanguage: row.preferred_language,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    registeredAt: row.registered_at,
    version: row.version,
  };
}
