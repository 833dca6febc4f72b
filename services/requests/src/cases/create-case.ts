import { isSelf, type Caller } from '@linli/auth';
import { localDateOf, startClock } from '@linli/clocks';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { failedPrecondition, notFound } from '@linli/errors';
import type { Deps } from '../deps';
import { onDuty } from '../directory/duty';
import { getOpenUnit } from '../directory/store';
import type { Item } from '../items/rules';
import { getItemInForce } from '../items/store';
import { requireMandateInForce } from '../mandates/store';
import { checkPerson, type CheckedPerson } from '../persons/check-person';
import { papersOut, type Case, type Channel } from './case';
import { recordChange, saveChange, takeCase, type CaseRef } from './change';
import { clockKinds } from './clock-kinds';
import { entrust } from './papers';
import { refusalOfChannel, refusalOfFiling } from './rules';
import { getCase, insertCase } from './store';
import { insertPapers } from './store-parts';

export interface CreateCase {
  readonly itemCode: string;
  readonly residentId: string;
  readonly mandateId: string | undefined;
  readonly channel: Channel;
  /** Where the resident is served, when absent. */
  readonly unitId: string | undefined;
  readonly subject: string;
  readonly submit: boolean;
  readonly entrustedMaterialCodes: readonly string[];
}

type Filing = Pick<Deps, 'db' | 'now' | 'calendar' | 'numbers' | 'persons'>;

/**
 * Files a case, as a draft or submitted at once. A repeat of the same request gives the case of the first.
 * @throws AppError not_found PERSON_NOT_FOUND, ITEM_NOT_IN_FORCE, MANDATE_NOT_FOUND, UNIT_UNKNOWN; invalid_argument
 *   CHANNEL_NOT_OF_CALLER, MATERIAL_UNKNOWN; failed_precondition MANDATE_REQUIRED, MANDATE_REVOKED, MANDATE_EXPIRED,
 *   MANDATE_OTHER_RESIDENT, MANDATE_OTHER_ITEM, PROXY_NOT_ALLOWED, PAPERS_NEED_MANDATE, UNIT_CLOSED; permission_denied
 *   MANDATE_OF_OTHER_AGENT, PAPERS_TO_AGENT_ONLY; unavailable RESIDENTS_UNAVAILABLE.
 */
export async function createCase(
  deps: Filing,
  caller: Caller,
  { input, key }: { readonly input: CreateCase; readonly key: RequestKey },
): Promise<Case> {
  if (caller.kind === 'resident' && !isSelf(caller, 'requests.case.submit', input.residentId)) throw notFound('PERSON_NOT_FOUND', 'there is no such person');
  const at = deps.now();
  const person = await checkPerson(deps, caller.tenantId, input.residentId);
  const number = input.submit ? await deps.numbers.next(caller, localDateOf(at)) : undefined;
  return deps.db.withTenant(caller, async (tx) => {
    const fresh: { made?: Case } = {};
    const caseId = await answerOnce(tx, key, async () => {
      const id = newId();
      const [drafted, entered] = await Promise.all([
        compose(tx, caller, { id, input, person, at }),
        number === undefined ? undefined : enter(deps, tx, { found: { id }, number, at }),
      ]);
      const created = { ...drafted, ...entered };
      const change = { after: created, action: 'create', caller, at };
      const facts = { channel: created.channel, papers: String(created.heldPapers.length) };
      await Promise.all([
        insertCase(tx, created),
        insertPapers(tx, created.id, created.heldPapers),
        created.state === 'draft'
          ? recordChange(tx, change, { event: 'CaseDrafted', detail: {}, facts })
          : recordChange(tx, change, { event: 'CaseSubmitted', detail: { noticeDueAt: created.noticeDueAt }, facts, note: created.subject }),
      ]);
      fresh.made = created;
      return created.id;
    });
    return fresh.made ?? getCase(tx, caseId);
  });
}

/** Changes a draft. A mandate of '' ends the proxy. @throws as `createCase`; failed_precondition CASE_STATE_FORBIDS, PAPERS_NOT_RETURNED. */
export async function updateDraft(
  deps: Filing,
  caller: Caller,
  input: CaseRef & { readonly subject: string | undefined; readonly mandateId: string | undefined; readonly channel: Channel | undefined },
): Promise<Case> {
  const now = deps.now();
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'update_draft', now });
    const { found } = step;
    if (input.channel !== undefined) throwIf(refusalOfChannel(input.channel, caller));
    const mandated = input.mandateId === undefined ? {} : await underMandate(tx, { ...found, mandateId: input.mandateId || undefined }, now);
    const changed = { ...mandated, subject: input.subject ?? found.subject, channel: input.channel ?? found.channel };
    throwIf(refusalOfFiling({ ...found, ...changed }, caller));
    if (input.mandateId === '' && papersOut(found).length > 0) throw failedPrecondition('PAPERS_NOT_RETURNED', 'the agent still holds papers');
    return saveChange(tx, step, { changed, event: 'CaseDraftUpdated', detail: {} });
  });
}

/**
 * Hands a draft in, under the item's version in force today: the clock for the notice starts.
 * @throws as `createCase`; failed_precondition CASE_STATE_FORBIDS.
 */
export async function submitCase(deps: Filing, caller: Caller, input: CaseRef): Promise<Case> {
  const now = deps.now();
  const number = await deps.numbers.next(caller, localDateOf(now));
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'submit', now });
    const { found, at } = step;
    const item = await getItemInForce(tx, found.itemCode, localDateOf(at));
    const mandated = await underMandate(tx, found, now);
    throwIf(refusalOfFiling({ ...found, ...mandated }, caller));
    assertProxy(item, found.mandateId);
    const changed = { ...pinned(item), ...mandated, ...(await enter(deps, tx, { found, number, at })) };
    const detail = { noticeDueAt: changed.noticeDueAt };
    return saveChange(tx, step, { changed, event: 'CaseSubmitted', detail, facts: { channel: found.channel }, note: found.subject });
  });
}

async function compose(
  tx: Tx,
  caller: Caller,
  { id, input, person, at }: { readonly id: string; readonly input: CreateCase; readonly person: CheckedPerson; readonly at: Date },
): Promise<Case> {
  const today = localDateOf(at);
  const [item, place] = await Promise.all([getItemInForce(tx, input.itemCode, today), placeOf(tx, { input, person, today })]);
  const { itemCode, residentId, channel, subject } = input;
  const filed = { itemCode, residentId, channel, subject, ...place, mandateId: input.mandateId };
  const mandated = await underMandate(tx, filed, at);
  throwIf(refusalOfChannel(channel, caller));
  throwIf(refusalOfFiling({ ...filed, ...mandated }, caller));
  assertProxy(item, input.mandateId);
  const draft: Case = { ...emptyDraft, ...filed, ...mandated, ...pinned(item), id, threadId: id, createdAt: at, updatedAt: at, version: 1 };
  return { ...draft, heldPapers: entrust(draft, { caller, item, materialCodes: input.entrustedMaterialCodes, at }) };
}

/** The agent of the mandate, their partner and who is on duty; nobody without a mandate. */
async function underMandate(
  tx: Tx,
  filed: Pick<Case, 'mandateId' | 'residentId' | 'itemCode'>,
  now: Date,
): Promise<Pick<Case, 'mandateId' | 'agentId' | 'backupId' | 'ownerId'>> {
  const { mandateId, residentId, itemCode } = filed;
  if (mandateId === undefined) return { mandateId, agentId: undefined, backupId: undefined, ownerId: undefined };
  const mandate = await requireMandateInForce(tx, { mandateId, residentId, itemCode }, now);
  const { agentId, backupId, ownerId } = await onDuty(tx, mandate.agentId, now);
  return { mandateId, agentId, backupId, ownerId };
}

/** A resident is served where they live or at a unit above it; staff file at any open unit of theirs. */
async function placeOf(
  tx: Tx,
  { input, person, today }: { readonly input: CreateCase; readonly person: CheckedPerson; readonly today: string },
): Promise<Pick<Case, 'unitId' | 'unitPath'>> {
  if (input.unitId === undefined || input.unitId === person.unitId) {
    if (person.unitPath === '') throw failedPrecondition('UNIT_REQUIRED', 'it is not known where this resident is served');
    return { unitId: person.unitId, unitPath: person.unitPath };
  }
  const unit = await getOpenUnit(tx, input.unitId, today);
  if (input.channel === 'online' && !person.unitPath.startsWith(unit.path)) {
    throw failedPrecondition('UNIT_NOT_SERVING', 'this unit does not serve the resident', { details: { unit: unit.id } });
  }
  return { unitId: unit.id, unitPath: unit.path };
}

/** Into the office's hands: it has a number and the clock of the notice runs. */
async function enter(
  deps: Pick<Deps, 'calendar'>,
  tx: Tx,
  { found, number, at }: { readonly found: Pick<Case, 'id'>; readonly number: string; readonly at: Date },
) {
  const clock = await startClock(tx, deps.calendar, {
    kind: clockKinds.notice,
    subjectType: 'requests.case',
    subjectId: found.id,
    ruleSet: { id: clockKinds.notice },
    at,
    alarms: ['due'],
  });
  return { number, state: 'submitted', submittedAt: at, noticeDueAt: clock.dueAt, nextDueAt: clock.dueAt } as const;
}

function pinned(item: Item): Pick<Case, 'itemVersion' | 'itemNameZh' | 'caseType'> {
  return { itemVersion: item.version, itemNameZh: item.nameZh, caseType: item.caseType };
}

function assertProxy(item: Item, mandateId: string | undefined): void {
  if (mandateId === undefined || item.proxyAllowed) return;
  throw failedPrecondition('PROXY_NOT_ALLOWED', 'this item must be done in person', { details: { item: item.code } });
}

function throwIf(refusal: Error | undefined): void {
  if (refusal !== undefined) throw refusal;
}

const emptyDraft = {
  number: undefined,
  handlerUnitId: undefined,
  handlerUnitPath: undefined,
  state: 'draft',
  submittedAt: undefined,
  noticeDueAt: undefined,
  acceptedAt: undefined,
  acceptedAutomatically: false,
  dueAt: undefined,
  statutoryDueAt: undefined,
  dueProvisional: false,
  nextDueAt: undefined,
  extended: false,
  declineReasonCode: undefined,
  declineExplanation: '',
  declineRedirect: '',
  pauseCause: undefined,
  result: undefined,
  resultExplanation: '',
  decidedAt: undefined,
  deliveryMethod: undefined,
  deliveredAt: undefined,
  closedAt: undefined,
  reopenUntil: undefined,
  reopenedCount: 0,
  notices: [],
  heldPapers: [],
  tasks: [],
  answers: [],
} as const satisfies Partial<Case>;
