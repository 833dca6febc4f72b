import { recordAudit } from '@linli/audit';
import { assertCoversUnit, type Caller } from '@linli/auth';
import type { Secret } from '@linli/config';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { failedPrecondition, isAppError } from '@linli/errors';
import { enqueue } from '@linli/messaging';
import { localDateOf } from '@linli/clocks';
import type { Deps } from '../deps';
import { openUnitPath } from '../units/store';
import type { Language, Person } from './rules';
import { sealIdentityNumber, sealName, sealPhone } from './sealing';
import { countWithPhone, getPerson, insertPerson, type SignIn } from './store';

export interface RegisterPerson {
  readonly name: Secret;
  readonly phone: Secret | undefined;
  readonly identityNumber: Secret | undefined;
  readonly preferredLanguage: Language;
  readonly unitId: string;
  readonly signIn: SignIn | undefined;
}

/** As many as a look-up by phone shows. */
export const mostPerPhone = 20;

type Register = Pick<Deps, 'db' | 'now' | 'vault'>;

/**
 * Takes a person into the vault. A repeat of the same request gives the same person.
 * @throws AppError not_found UNIT_UNKNOWN; failed_precondition UNIT_CLOSED, PHONE_SHARED_TOO_OFTEN; permission_denied UNIT_OUT_OF_SCOPE;
 *   already_exists IDENTITY_NUMBER_TAKEN, SIGN_IN_TAKEN, which do not say by whom.
 */
export async function registerPerson(
  deps: Register,
  caller: Caller,
  { input, key }: { readonly input: RegisterPerson; readonly key: RequestKey },
): Promise<Person> {
  // A plain hash of a name and a phone could be guessed back from a copy of the database.
  const request = { ...key, fingerprint: deps.vault.keyedFingerprint(caller.tenantId, key.fingerprint) };
  try {
    return await deps.db.withTenant(caller, async (tx) => {
      const { personId } = await answerOnce(tx, request, async () => ({ personId: await addPerson(deps, { tx, caller }, input) }));
      return getPerson(tx, personId);
    });
  } catch (error) {
    // Who tries numbers until one is taken must leave a trace, although nothing was written.
    if (isAppError(error) && error.reason === 'IDENTITY_NUMBER_TAKEN') await recordRefusal(deps, caller);
    throw error;
  }
}

async function addPerson({ vault, now }: Register, { tx, caller }: { tx: Tx; caller: Caller }, input: RegisterPerson): Promise<string> {
  const { unitId, preferredLanguage, signIn } = input;
  const registeredAt = now();
  const unitPath = await openUnitPath(tx, unitId, localDateOf(registeredAt));
  assertCoversUnit(caller, 'residents.person.register', unitPath);
  const id = newId();
  const sealing = { vault, tenantVault: await vault.forTenant(tx), tenantId: caller.tenantId, personId: id };
  const sealed = { ...sealName(sealing, input.name), ...sealPhone(sealing, input.phone), ...sealIdentityNumber(sealing, input.identityNumber) };
  await assertPhoneFree(tx, sealed.phone_index);
  await insertPerson(tx, { id, preferredLanguage, unitId, unitPath, registeredAt }, { sealed, signIn });
  await recordAudit(tx, caller, { action: 'person.register', objectType: 'person', objectId: id, at: registeredAt });
  await enqueue(tx, { type: 'linli.residents.v1.PersonRegistered', aggregateId: id, version: 1, payload: { personId: id, unitId } });
  return id;
}

/** @throws AppError failed_precondition PHONE_SHARED_TOO_OFTEN. */
export async function assertPhoneFree(tx: Tx, index: Buffer | null): Promise<void> {
  if (index === null || (await countWithPhone(tx, index)) < mostPerPhone) return;
  throw failedPrecondition('PHONE_SHARED_TOO_OFTEN', 'the phone belongs to as many people as may share one', { details: { most: String(mostPerPhone) } });
}

async function recordRefusal({ db, now }: Register, caller: Caller): Promise<void> {
  await db.withTenant(caller, (tx) =>
    recordAudit(tx, caller, {
      action: 'person.register',
      objectType: 'person',
      objectId: 'unknown',
      outcome: 'denied',
      details: { reason: 'IDENTITY_NUMBER_TAKEN' },
      at: now(),
    }),
  );
}
