import type { Caller } from '@linli/auth';
import { cancelClock, satisfyClock, startClock, type LocalDate } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { today } from '../days';
import type { Deps } from '../deps';
import type { Authority } from '../findings/finding';
import { authorityOnWire } from '../findings/wire';
import { holdSite } from '../sites/hold-site';
import type { Site } from '../sites/site';
import { assertVersion } from '../version';
import { coversComplaint, permissions } from './reach';
import { recordComplaints, startDuty, type ComplaintChange } from './record-complaint';
import { advance, assertCorrects, closingBy, complaintNotFound, type ComplaintAction } from './rules';
import { insertStep, lockComplaints, saveComplaint } from './store';
import { outcomeOnWire, resultOnWire } from './wire';
import { complaintSubject, erasureClock, type ComplaintOutcome, type ComplaintResult, type ComplaintState, type ComplaintStep, type WorkerComplaint } from './worker-complaint';

type Changing = Pick<Deps, 'db' | 'now' | 'calendar'>;

export interface ComplaintRef {
  readonly complaintId: string;
  readonly version: number;
}

/** A complaint that may go to its next state, not yet written. */
interface Taken {
  readonly found: WorkerComplaint;
  readonly state: ComplaintState;
  readonly site: Site;
  readonly at: Date;
  readonly day: LocalDate;
}

/** What happens to it, and how that is told. */
interface Happening extends Pick<ComplaintChange, 'code' | 'event' | 'detail' | 'facts'> {
  readonly step: Pick<ComplaintStep, 'action'> & Partial<ComplaintStep>;
  readonly changed: Partial<Pick<WorkerComplaint, 'dueAt' | 'dueProvisional' | 'overdueSince' | 'closedAt'>>;
}

const nothingOwed = { dueAt: undefined, dueProvisional: false, overdueSince: undefined };

/** To the authority that may order; the worker's time to be told begins. @throws AppError as `take`. */
export async function passOn(deps: Changing, caller: Caller, input: ComplaintRef & { readonly authority: Authority; readonly receivedNumber: string }): Promise<WorkerComplaint> {
  const { authority, receivedNumber } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const taken = await take(deps, tx, { caller, ref: input, action: 'pass_on' });
    const { found, at } = taken;
    if (found.state === 'received') await satisfyClock(tx, { kind: complaintSubject, subjectId: found.id, at });
    // Whoever waits already waits no longer because it went to another authority first.
    const waits = found.state !== 'received' && found.dueAt !== undefined;
    const changed = waits ? {} : await startDuty(deps, tx, { duty: 'tell', complaintId: found.id, at });
    const detail = { authority: authorityOnWire.toWire(authority) };
    return happen(tx, caller, { taken, changed, step: { action: 'pass_on', authority, receivedNumber }, code: 'passed_on', event: 'WorkerComplaintPassedOn', detail, facts: { authority } });
  });
}

/** The worker heard what came of it; of nothing yet, they are owed another word. @throws AppError as `take`. */
export async function tellWorker(deps: Changing, caller: Caller, input: ComplaintRef & { readonly result: ComplaintResult }): Promise<WorkerComplaint> {
  const { result } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const taken = await take(deps, tx, { caller, ref: input, action: 'tell_worker' });
    const { found, at } = taken;
    if (found.dueAt !== undefined) await satisfyClock(tx, { kind: complaintSubject, subjectId: found.id, at });
    const changed = result === 'unanswered' ? await startDuty(deps, tx, { duty: 'tell', complaintId: found.id, at }) : nothingOwed;
    const detail = { result: resultOnWire.toWire(result) };
    return happen(tx, caller, { taken, changed, step: { action: 'tell_worker', result }, code: 'worker_told', event: 'WorkerTold', detail, facts: { result } });
  });
}

/** Nothing is owed any more; the worker's id stays for its time. @throws AppError as `take`. */
export async function closeComplaint(deps: Changing, caller: Caller, input: ComplaintRef & { readonly outcome: ComplaintOutcome }): Promise<WorkerComplaint> {
  const { outcome } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const taken = await take(deps, tx, { caller, ref: input, action: closingBy(outcome) });
    const { found, at } = taken;
    if (found.dueAt !== undefined) await cancelClock(tx, { kind: complaintSubject, subjectId: found.id, at });
    await startClock(tx, deps.calendar, { kind: erasureClock, subjectType: complaintSubject, subjectId: found.id, ruleSet: { id: erasureClock }, at, alarms: ['due'] });
    const detail = { outcome: outcomeOnWire.toWire(outcome) };
    const changed = { ...nothingOwed, closedAt: at };
    return happen(tx, caller, { taken, changed, step: { action: 'close', outcome }, code: 'closed', event: 'WorkerComplaintClosed', detail, facts: { outcome } });
  });
}

/** It ended otherwise than was known: that stands beside what was written. @throws AppError as `take`; failed_precondition WORKER_COMPLAINT_OUTCOME_SAME. */
export async function correctComplaint(deps: Changing, caller: Caller, input: ComplaintRef & { readonly outcome: ComplaintOutcome }): Promise<WorkerComplaint> {
  const { outcome } = input;
  return deps.db.withTenant(caller, async (tx) => {
    const taken = await take(deps, tx, { caller, ref: input, action: 'correct' });
    assertCorrects(taken.found, outcome);
    const detail = { outcome: outcomeOnWire.toWire(outcome) };
    return happen(tx, caller, { taken, changed: {}, step: { action: 'correct', outcome }, code: 'corrected', event: 'WorkerComplaintCorrected', detail, facts: { outcome } });
  });
}

/** @throws not_found WORKER_COMPLAINT_NOT_FOUND; aborted VERSION_STALE; failed_precondition WORKER_COMPLAINT_STATE_FORBIDS. */
async function take(deps: Changing, tx: Tx, taken: { readonly caller: Caller; readonly ref: ComplaintRef; readonly action: ComplaintAction }): Promise<Taken> {
  const { caller, ref, action } = taken;
  const [found] = await lockComplaints(tx, [ref.complaintId]);
  if (found === undefined || !(await coversComplaint(tx, caller, { permission: permissions.write, complaint: found, now: deps.now() }))) throw complaintNotFound();
  assertVersion(found, ref.version);
  return { found, state: advance(found.state, action), site: await holdSite(tx, found.siteId), at: deps.now(), day: today(deps) };
}

async function happen(tx: Tx, caller: Caller, { taken, changed, step, detail, ...told }: Happening & { readonly taken: Taken }): Promise<WorkerComplaint> {
  const { found, state, site, at, day } = taken;
  const version = found.version + 1;
  const entry: ComplaintStep = { authority: undefined, receivedNumber: '', result: undefined, outcome: undefined, ...step, version, onDay: day, byId: caller.subject };
  const after = { ...found, ...changed, state, steps: [...found.steps, entry], version };
  await saveComplaint(tx, after);
  await insertStep(tx, after.id, entry);
  await recordComplaints(tx, caller, [{ after, site, at, detail: { ...detail, onDay: day }, ...told }]);
  return after;
}
