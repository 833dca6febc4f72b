import { recordAudit } from '@linli/audit';
import { coversUnit, isSelf, type Caller } from '@linli/auth';
import { localDateOf, ruleSetAt } from '@linli/clocks';
import { answerOnce, newId, tenantOf, type RequestKey, type Tx } from '@linli/db';
import { failedPrecondition, notFound, permissionDenied } from '@linli/errors';
import { enqueue } from '@linli/messaging';
import type { Deps } from '../deps';
import { assertActiveStaff } from '../directory/duty';
import { getItemInForce } from '../items/store';
import { checkPerson, type CheckedPerson } from '../persons/check-person';
import { setTimer } from '../timers/store';
import { assertExpiry, type ConsentForm, type Mandate } from './rules';
import { insertMandate } from './store';

export interface SignMandate {
  readonly residentId: string;
  readonly agentId: string;
  readonly itemCode: string;
  readonly consentForm: ConsentForm;
  readonly expiresAt: Date | undefined;
}

const permission = 'requests.mandate.sign';

/**
 * The resident signs on line, or staff of the resident's unit records what the resident signed, said or their guardian agreed to.
 * @throws AppError permission_denied CONSENT_BY_RESIDENT_ONLY, CONSENT_BY_STAFF_ONLY; not_found PERSON_NOT_FOUND, AGENT_UNKNOWN,
 *   ITEM_NOT_IN_FORCE; failed_precondition AGENT_INACTIVE, ITEM_WITHOUT_PROXY; invalid_argument MANDATE_EXPIRY_PAST, MANDATE_TOO_LONG.
 */
export async function signMandate(
  deps: Pick<Deps, 'db' | 'now' | 'calendar' | 'persons'>,
  caller: Caller,
  { input, key }: { readonly input: SignMandate; readonly key: RequestKey },
): Promise<Mandate> {
  assertConsent(caller, input);
  const person = await checkPerson(deps, caller.tenantId, input.residentId);
  if (caller.kind !== 'resident' && !coversUnit(caller, permission, person.unitPath)) throw notFound('PERSON_NOT_FOUND', 'there is no such person');
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, key, async () => {
      const mandate = await compose(deps, tx, { input, person });
      await insertMandate(tx, mandate);
      await setTimer(tx, { kind: 'mandate', subjectId: mandate.id }, mandate.expiresAt);
      const { id, residentId, agentId, itemCode, unitPath, expiresAt, version, consentForm, signedAt: at } = mandate;
      await recordAudit(tx, caller, { action: 'mandate.sign', objectType: 'mandate', objectId: id, details: { consentForm }, at });
      const payload = { mandateId: id, residentId, agentId, itemCode, unitPath, expiresAt };
      await enqueue(tx, { type: 'linli.requests.v1.MandateSigned', aggregateId: id, version, payload });
      return mandate;
    }),
  );
}

function assertConsent(caller: Caller, { residentId, consentForm }: SignMandate): void {
  const byResident = caller.kind === 'resident';
  if (byResident && !isSelf(caller, permission, residentId)) throw notFound('PERSON_NOT_FOUND', 'there is no such person');
  if (byResident && consentForm !== 'online') throw permissionDenied('CONSENT_BY_STAFF_ONLY', 'on line a resident consents on line');
  if (!byResident && consentForm === 'online') throw permissionDenied('CONSENT_BY_RESIDENT_ONLY', 'only the resident consents on line');
}

async function compose(
  { now, calendar }: Pick<Deps, 'now' | 'calendar'>,
  tx: Tx,
  { input, person }: { readonly input: SignMandate; readonly person: CheckedPerson },
): Promise<Mandate> {
  const { residentId, agentId, itemCode, consentForm } = input;
  const signedAt = now();
  const today = localDateOf(signedAt);
  await assertActiveStaff(tx, agentId);
  const item = await getItemInForce(tx, itemCode, today);
  if (!item.proxyAllowed) throw failedPrecondition('ITEM_WITHOUT_PROXY', 'this item must be done in person', { details: { item: itemCode } });
  const [standard, longest] = [await ruleSetAt(tx, 'requests.mandate.default', today), await ruleSetAt(tx, 'requests.mandate.longest', today)];
  const own = calendar.of(tenantOf(tx));
  const expiresAt = input.expiresAt ?? own.dueAt(signedAt, standard.limit).dueAt;
  assertExpiry(expiresAt, { now: signedAt, latest: own.dueAt(signedAt, longest.limit).dueAt });
  const facts = { residentId, agentId, itemCode, consentForm, signedAt, expiresAt, unitId: person.unitId, unitPath: person.unitPath };
  return { id: newId(), ...facts, endedAt: undefined, state: 'signed', version: 1 };
}
