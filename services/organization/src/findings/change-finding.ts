import type { Caller } from '@linli/auth';
import { cancelClock, satisfyClock } from '@linli/clocks';
import { newId, type Tx } from '@linli/db';
import type { Deps } from '../deps';
import { holdSite } from '../sites/hold-site';
import { coversSite } from '../sites/reach';
import type { Site } from '../sites/site';
import { assertVersion } from '../version';
import { findingKind, referralClock, type Authority, type Finding, type Referral, type ReferralReply } from './finding';
import { recordFindings, startFindingClock, startReferralClock, type FindingChange } from './record-finding';
import { advance, findingNotFound, unanswered, type FindingAction } from './rules';
import { insertReferral, lockFindings, saveFinding, saveReferral } from './store';
import { authorityOnWire, findingStateOnWire, replyOnWire } from './wire';

type Changing = Pick<Deps, 'db' | 'now' | 'calendar'>;

export interface FindingRef {
  readonly findingId: string;
  readonly version: number;
}

/** A finding on its way to its next state, not yet written. */
interface Step {
  readonly found: Finding;
  readonly after: Finding;
  readonly site: Site;
  readonly action: FindingAction;
  readonly at: Date;
}

const nothingOwed = { dueAt: undefined, dueProvisional: false };

/** The site was told what is wrong. @throws AppError as `takeFinding`. */
export async function tellSite(deps: Changing, caller: Caller, ref: FindingRef): Promise<Finding> {
  return deps.db.withTenant(caller, async (tx) => moved(tx, caller, await takeFinding(deps, tx, { caller, ref, action: 'tell_site' })));
}

/** The site began to mend it. @throws AppError as `takeFinding`. */
export async function startRectification(deps: Changing, caller: Caller, ref: FindingRef): Promise<Finding> {
  return deps.db.withTenant(caller, async (tx) => moved(tx, caller, await takeFinding(deps, tx, { caller, ref, action: 'start_rectification' })));
}

/** Somebody looked again. What is good ends the time for it; what is not is mended again, within its time. @throws AppError as `takeFinding`. */
export async function recheckFinding(deps: Changing, caller: Caller, input: FindingRef & { readonly passed: boolean }): Promise<Finding> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeFinding(deps, tx, { caller, ref: input, action: input.passed ? 'recheck_passed' : 'recheck_failed' });
    const { id, state, severity, dueAt } = step.found;
    const referred = state === 'referred';
    // What was seen on the site is stronger than an answer that is still out.
    if (referred && unanswered(step.found) !== undefined) await cancelClock(tx, { kind: referralClock, subjectId: id, at: step.at });
    // What is mended again goes on within its time.
    if (!input.passed && !referred) return moved(tx, caller, step);
    if (dueAt !== undefined) await satisfyClock(tx, { kind: findingKind, subjectId: id, at: step.at });
    if (input.passed) return moved(tx, caller, { ...step, after: { ...step.after, ...nothingOwed } });
    // Back from the authority: the site's time begins anew.
    const due = await startFindingClock(deps, tx, { findingId: id, limit: severity, at: step.at });
    return moved(tx, caller, { ...step, after: { ...step.after, ...due, overdueSince: undefined } });
  });
}

/** @throws AppError as `takeFinding`. */
export async function closeFinding(deps: Changing, caller: Caller, ref: FindingRef): Promise<Finding> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeFinding(deps, tx, { caller, ref, action: 'close' });
    const after = { ...step.after, closedAt: step.at };
    return record(tx, caller, { ...step, after, event: 'SiteFindingClosed', detail: {} });
  });
}

/** From now on it is the authority's, which has taken it in under its number. @throws AppError as `takeFinding`; failed_precondition FINDING_NOT_REFERABLE. */
export async function referFinding(deps: Changing, caller: Caller, input: FindingRef & { readonly authority: Authority; readonly receivedNumber: string }): Promise<Finding> {
  const { authority, receivedNumber } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeFinding(deps, tx, { caller, ref: input, action: 'refer' });
    if (step.found.dueAt !== undefined) await cancelClock(tx, { kind: findingKind, subjectId: step.found.id, at: step.at });
    const replyDueAt = await startReferralClock(deps, tx, { findingId: step.found.id, at: step.at });
    const sent = { id: newId(step.at.getTime()), authority, receivedNumber, sentAt: step.at, replyDueAt };
    const referral: Referral = { ...sent, reply: undefined, answeredAt: undefined, reminders: 0 };
    await insertReferral(tx, step.found.id, referral);
    const after = { ...step.after, ...nothingOwed, referrals: [...step.after.referrals, referral] };
    return record(tx, caller, { ...step, after, event: 'SiteReferralSent', detail: { authority: authorityOnWire.toWire(authority) }, facts: { authority } });
  });
}

/** The authority answered: what it did on the site, or that it is not competent, is the office's to look after from now on. @throws AppError as `takeFinding`; failed_precondition REFERRAL_ANSWERED. */
export async function recordReply(deps: Changing, caller: Caller, input: FindingRef & { readonly reply: ReferralReply }): Promise<Finding> {
  const { reply } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeFinding(deps, tx, { caller, ref: input, action: 'record_reply' });
    const referrals = step.after.referrals.map((one) => (one.answeredAt === undefined ? { ...one, reply, answeredAt: step.at } : one));
    for (const one of referrals.filter(({ answeredAt }) => answeredAt === step.at)) await saveReferral(tx, one);
    const authority = referrals.at(-1)?.authority;
    await satisfyClock(tx, { kind: referralClock, subjectId: step.found.id, at: step.at });
    const due = await startFindingClock(deps, tx, { findingId: step.found.id, limit: 'recheck', at: step.at });
    const detail = { ...(authority && { authority: authorityOnWire.toWire(authority) }), reply: replyOnWire.toWire(reply) };
    return record(tx, caller, { ...step, after: { ...step.after, ...due, overdueSince: undefined, referrals }, event: 'SiteReferralAnswered', detail, facts: { reply } });
  });
}

/** @throws not_found FINDING_NOT_FOUND; aborted VERSION_STALE; failed_precondition FINDING_STATE_FORBIDS, FINDING_NOT_REFERABLE. */
async function takeFinding(deps: Changing, tx: Tx, taken: { readonly caller: Caller; readonly ref: FindingRef; readonly action: FindingAction }): Promise<Step> {
  const { caller, ref, action } = taken;
  const [found] = await lockFindings(tx, [ref.findingId]);
  if (found === undefined) throw findingNotFound();
  const site = await holdSite(tx, found.siteId);
  const at = deps.now();
  if (!(await coversSite(tx, caller, { permission: 'organization.finding.process', site, now: at }))) throw findingNotFound();
  assertVersion(found, ref.version);
  return { found, after: { ...found, state: advance(found, action), version: found.version + 1 }, site, action, at };
}

function moved(tx: Tx, caller: Caller, step: Step): Promise<Finding> {
  return record(tx, caller, { ...step, event: 'SiteFindingMoved', detail: { state: findingStateOnWire.toWire(step.after.state) } });
}

/** What happened, and how it is told. */
async function record(tx: Tx, caller: Caller, happened: Step & Pick<FindingChange, 'event' | 'detail' | 'facts'>): Promise<Finding> {
  const { found: _before, after, site, action, at, ...told } = happened;
  await saveFinding(tx, after);
  await recordFindings(tx, caller, [{ after, site, code: action, at, ...told }]);
  return after;
}
