import { recordAudit } from '@linli/audit';
import { coversUnit, isSelf, type Caller } from '@linli/auth';
import type { Secret } from '@linli/config';
import { newId } from '@linli/db';
import { isAppError, notFound, type AppError } from '@linli/errors';
import type { Deps } from '../deps';
import { nationalPhone } from './phone';
import { assertMayReveal, type PersonField, type RevealPurpose } from './rules';
import { placeOf } from './sealing';
import { getPerson, getSealed, insertAccess } from './store';

export interface RevealPerson {
  readonly personId: string;
  readonly fields: readonly PersonField[];
  readonly purpose: RevealPurpose;
  readonly caseId: string | undefined;
}

const permission = 'residents.person.reveal';

type Reveal = Pick<Deps, 'db' | 'now' | 'vault'>;

/**
 * The asked fields in clear; absent are those that are not kept. Who, what and why commits in the same transaction, in the
 * audit trail and in the person's own list; a refusal is in the trail too.
 * @throws AppError not_found PERSON_NOT_FOUND; those of `assertMayReveal`.
 */
export async function revealPerson(deps: Reveal, caller: Caller, asked: RevealPerson): Promise<Partial<Record<PersonField, Secret>>> {
  return reveal(deps, caller, asked).catch(async (error: unknown) => {
    if (isAppError(error) && (error.kind === 'permission_denied' || error.kind === 'not_found')) await recordRefusal(deps, caller, { asked, error });
    throw error;
  });
}

async function reveal(deps: Reveal, caller: Caller, asked: RevealPerson): Promise<Partial<Record<PersonField, Secret>>> {
  const { personId, fields, purpose, caseId } = asked;
  return deps.db.withTenant(caller, async (tx) => {
    const person = await getPerson(tx, personId);
    const own = isSelf(caller, permission, person.id);
    if (!own && !coversUnit(caller, permission, person.unitPath)) throw notFound('PERSON_NOT_FOUND', 'there is no such person');
    assertMayReveal({ ...asked, own });
    const at = deps.now();
    await insertAccess(tx, personId, { id: newId(), at, actorId: caller.subject, purpose, fields, caseId });
    const details = { fields: fields.join('+'), ...(caseId === undefined ? {} : { case: caseId }) };
    await recordAudit(tx, caller, { action: 'person.reveal', objectType: 'person', objectId: personId, purpose, details, at });
    const sealed = await getSealed(tx, personId);
    const vault = await deps.vault.forTenant(tx);
    const clear: Partial<Record<PersonField, Secret>> = {};
    for (const field of fields) {
      const value = sealed[field];
      if (value === null) continue;
      const opened = vault.unseal(placeOf(personId, field), value);
      clear[field] = field === 'phone' ? nationalPhone(opened) : opened;
    }
    return clear;
  });
}

async function recordRefusal({ db, now }: Reveal, caller: Caller, { asked, error }: { asked: RevealPerson; error: AppError }): Promise<void> {
  const { personId, fields, purpose } = asked;
  const details = { fields: fields.join('+'), reason: error.reason };
  await db.withTenant(caller, (tx) =>
    recordAudit(tx, caller, { action: 'person.reveal', objectType: 'person', objectId: personId, purpose, outcome: 'denied', details, at: now() }),
  );
}
