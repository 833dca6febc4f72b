import { recordAudit } from '@linli/audit';
import { assertCoversUnit, coversUnit, isSelf, type Caller } from '@linli/auth';
import { localDateOf } from '@linli/clocks';
import type { Secret } from '@linli/config';
import { tenantOf, type Tx } from '@linli/db';
import { notFound } from '@linli/errors';
import { enqueue } from '@linli/messaging';
import type { Deps } from '../deps';
import { openUnitPath } from '../units/store';
import { assertPhoneFree } from './register-person';
import { assertMayChangeOwn, assertVersion, type Language, type Person } from './rules';
import { sealName, sealPhone } from './sealing';
import { lockPerson, updatePersonRow } from './store';

/** Absent members stay as they are; `phone: null` takes the phone away. */
export interface PersonChanges {
  readonly name?: Secret;
  readonly phone?: Secret | null;
  readonly preferred_language?: Language;
  readonly unit_id?: string;
}

export interface UpdatePerson {
  readonly personId: string;
  readonly version: number;
  readonly changes: PersonChanges;
}

const permission = 'residents.person.update';

type Update = Pick<Deps, 'db' | 'now' | 'vault'>;

/**
 * @throws AppError not_found PERSON_NOT_FOUND, UNIT_UNKNOWN; aborted VERSION_STALE; permission_denied PERSON_FIELD_BY_STAFF_ONLY,
 *   UNIT_OUT_OF_SCOPE; failed_precondition UNIT_CLOSED, PHONE_SHARED_TOO_OFTEN.
 */
export async function updatePerson(deps: Update, caller: Caller, input: UpdatePerson): Promise<Person> {
  const fields = Object.keys(input.changes);
  return deps.db.withTenant(caller, async (tx) => {
    const person = await lockPerson(tx, input.personId);
    const covered = coversUnit(caller, permission, person.unitPath);
    if (!covered && !isSelf(caller, permission, person.id)) throw notFound('PERSON_NOT_FOUND', 'there is no such person');
    assertVersion(person, input.version);
    if (!covered) assertMayChangeOwn(fields);
    if (fields.length === 0) return person;
    const row = { ...(await sealChanges(deps, { tx, person }, input.changes)), ...(await movedTo(deps, { tx, caller }, input.changes)) };
    const updated = await updatePersonRow(tx, person, row);
    const { id: personId, unitId, version } = updated;
    await recordAudit(tx, caller, { action: 'person.update', objectType: 'person', objectId: personId, details: { fields: fields.join('+') }, at: deps.now() });
    await enqueue(tx, { type: 'linli.residents.v1.PersonUpdated', aggregateId: personId, version, payload: { personId, unitId, fields } });
    return updated;
  });
}

async function sealChanges({ vault }: Update, { tx, person }: { tx: Tx; person: Person }, changes: PersonChanges) {
  const { name, phone, preferred_language } = changes;
  const sealing = { vault, tenantVault: await vault.forTenant(tx), tenantId: tenantOf(tx), personId: person.id };
  const phoneColumns = phone === undefined ? undefined : sealPhone(sealing, phone ?? undefined);
  if (phoneColumns !== undefined) await assertPhoneFree(tx, phoneColumns.phone_index);
  return {
    ...(name === undefined ? {} : sealName(sealing, name)),
    ...phoneColumns,
    ...(preferred_language === undefined ? {} : { preferred_language }),
  };
}

/** Staff that sends a person elsewhere must cover both places. */
async function movedTo({ now }: Update, { tx, caller }: { tx: Tx; caller: Caller }, { unit_id }: PersonChanges) {
  if (unit_id === undefined) return {};
  const unit_path = await openUnitPath(tx, unit_id, localDateOf(now()));
  assertCoversUnit(caller, permission, unit_path);
  return { unit_id, unit_path };
}
