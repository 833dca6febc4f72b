import type { Caller } from '@linli/auth';
import { addDays, instantAt, satisfyClock, startClock } from '@linli/clocks';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdSite } from '../sites/hold-site';
import { coversSite } from '../sites/reach';
import { assertSiteOpen, monthOf, siteNotFound } from '../sites/rules';
import type { Site } from '../sites/site';
import { assertVersion } from '../version';
import { recordResettlements } from './record-resettlement';
import { resettlementKind, type Resettlement, type ResettlementState, type TransitionPayment } from './resettlement';
import { assertInTransition, assertLeadsTo, resettlementNotFound } from './rules';
import { findResettlement, insertResettlement, lockResettlements, savePayment, saveResettlement } from './store';
import { resettlementStateOnWire } from './wire';

type Changing = Pick<Deps, 'db' | 'now' | 'calendar'>;

export type CreateResettlement = { readonly request: RequestKey } & Pick<Resettlement, 'siteId' | 'householdId' | 'agreementNumber' | 'promisedOn'>;

export interface ResettlementRef {
  readonly resettlementId: string;
  readonly version: number;
}

const permission = 'organization.resettlement.write';
const noon = 12 * 3_600_000;

/** An agreement was signed; its promised day is watched. @throws not_found SITE_NOT_FOUND; failed_precondition SITE_CLOSED; already_exists AGREEMENT_TAKEN. */
export async function createResettlement(deps: Changing, caller: Caller, input: CreateResettlement): Promise<Resettlement> {
  const { request, ...facts } = input;
  const at = deps.now();
  return deps.db.withTenant(caller, async (tx) => {
    const id = await answerOnce(tx, request, async () => {
      const site = await holdSite(tx, facts.siteId);
      if (!(await coversSite(tx, caller, { permission, site, now: at }))) throw siteNotFound();
      assertSiteOpen(site);
      const { unitId, unitPath } = site;
      const signed: Resettlement = {
        ...{ ...facts, id: newId(at.getTime()), unitId, unitPath, state: 'signed', payments: [], version: 1 },
        ...{ missedAt: undefined, handedOverAt: undefined, closedAt: undefined },
      };
      await insertResettlement(tx, signed);
      await startClock(tx, deps.calendar, {
        kind: resettlementKind,
        subjectType: resettlementKind,
        subjectId: signed.id,
        // The day that the agreement names, to its end; one that is past already is told at once.
        ruleSet: { limit: { amount: 1, unit: 'calendar_days', roll: 'none' }, citation: '《国有土地上房屋征收与补偿条例》第二十五条：补偿协议约定的交付期限' },
        at: instantAt(addDays(signed.promisedOn, -1), noon),
        alarms: ['breached'],
      });
      const { promisedOn } = signed;
      await recordResettlements(tx, caller, [{ after: signed, site, code: 'signed', event: 'ResettlementSigned', detail: { promisedOn }, facts: { promised_on: promisedOn }, at }]);
      return signed.id;
    });
    const made = await findResettlement(tx, id);
    if (made === undefined) throw resettlementNotFound();
    return made;
  });
}

/** The home that is handed over keeps the promise, late or not. @throws AppError as `take`; failed_precondition RESETTLEMENT_STATE_FORBIDS. */
export async function advanceResettlement(deps: Changing, caller: Caller, input: ResettlementRef & { readonly state: ResettlementState }): Promise<Resettlement> {
  const { state } = input;
  const at = deps.now();
  return deps.db.withTenant(caller, async (tx) => {
    const { found, site } = await take(tx, caller, { ref: input, now: deps.now() });
    assertLeadsTo(found.state, state);
    // A promise that was missed has no clock any more.
    if (state === 'handed_over' && found.missedAt === undefined) await satisfyClock(tx, { kind: resettlementKind, subjectId: found.id, at });
    const reached = { ...(state === 'handed_over' && { handedOverAt: at }), ...(state === 'closed' && { closedAt: at }) };
    const after = { ...found, ...reached, state, version: found.version + 1 };
    await saveResettlement(tx, after);
    await recordResettlements(tx, caller, [{ after, site, code: 'moved', event: 'ResettlementMoved', detail: { state: resettlementStateOnWire.toWire(state) }, facts: { state }, at }]);
    return after;
  });
}

/** @throws AppError as `take`; failed_precondition NOT_IN_TRANSITION; invalid_argument for a month to come. */
export async function recordTransitionPayment(deps: Changing, caller: Caller, input: ResettlementRef & { readonly payment: TransitionPayment }): Promise<Resettlement> {
  const { payment } = input;
  if (payment.month > monthOf(today(deps))) throw violation('month', 'in_future');
  return deps.db.withTenant(caller, async (tx) => {
    const { found, site } = await take(tx, caller, { ref: input, now: deps.now() });
    assertInTransition(found.state);
    await savePayment(tx, found.id, payment);
    const others = found.payments.filter(({ month }) => month !== payment.month);
    const payments = [...others, payment].sort((one, other) => (one.month < other.month ? -1 : 1));
    const after = { ...found, payments, version: found.version + 1 };
    await saveResettlement(tx, after);
    const facts = { month: payment.month, paid: String(payment.paid) };
    await recordResettlements(tx, caller, [{ after, site, code: 'transition_payment', event: 'TransitionPaymentRecorded', detail: { ...payment }, facts, at: deps.now() }]);
    return after;
  });
}

/** @throws not_found RESETTLEMENT_NOT_FOUND; aborted VERSION_STALE. */
async function take(tx: Tx, caller: Caller, { ref, now }: { readonly ref: ResettlementRef; readonly now: Date }): Promise<{ readonly found: Resettlement; readonly site: Site }> {
  const [found] = await lockResettlements(tx, [ref.resettlementId]);
  if (found === undefined) throw resettlementNotFound();
  const site = await holdSite(tx, found.siteId);
  if (!(await coversSite(tx, caller, { permission, site, now }))) throw resettlementNotFound();
  assertVersion(found, ref.version);
  return { found, site };
}
