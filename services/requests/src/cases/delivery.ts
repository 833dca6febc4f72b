import type { Caller } from '@linli/auth';
import { satisfyClock, startClock } from '@linli/clocks';
import { failedPrecondition, invalidArgument, notFound } from '@linli/errors';
import type { Deps } from '../deps';
import { getItemVersion } from '../items/store';
import { papersOut, type Case, type DeliveryMethod, type HeldPaper } from './case';
import { deliveryWire } from './case-events';
import { saveChange, takeCase, type CaseRef } from './change';
import { clockKinds } from './clock-kinds';
import { entrust } from './papers';
import { insertPapers, returnPapers } from './store-parts';

type Delivery = Pick<Deps, 'db' | 'now' | 'calendar'>;

/**
 * The result reaches the resident, who signs for it; the papers in the agent's hands go back with it.
 * @throws AppError as `takeCase`; failed_precondition PAPERS_NOT_RETURNED { papers }; invalid_argument RECEIPT_NOT_SIGNED.
 */
export async function deliverCase(
  deps: Delivery,
  caller: Caller,
  input: CaseRef & { readonly method: DeliveryMethod; readonly signedReceipt: boolean },
): Promise<Case> {
  if (!input.signedReceipt) {
    throw invalidArgument('RECEIPT_NOT_SIGNED', 'a delivery needs a signed receipt', { violations: [{ field: 'signed_receipt', code: 'required' }] });
  }
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'deliver', now: deps.now() });
    const { found, at } = step;
    const back = papersOut(found);
    await returnPapers(tx, found.id, { paperIds: back.map(({ id }) => id), by: caller.subject, at });
    await satisfyClock(tx, { kind: clockKinds.deliver, subjectId: found.id, at });
    const clock = await startClock(tx, deps.calendar, {
      kind: clockKinds.close,
      subjectType: 'requests.case',
      subjectId: found.id,
      ruleSet: { id: clockKinds.close },
      at,
      alarms: ['due'],
    });
    const { method } = input;
    return saveChange(tx, step, {
      changed: { deliveryMethod: method, deliveredAt: at, nextDueAt: clock.dueAt, heldPapers: returned(found, back, { by: caller.subject, at }) },
      event: 'CaseDelivered',
      detail: { method: deliveryWire.toWire(method) },
      facts: { method, papers_returned: String(back.length) },
    });
  });
}

/** @throws AppError as `takeCase`; failed_precondition PAPERS_NEED_MANDATE, PAPER_HELD_ALREADY; invalid_argument MATERIAL_UNKNOWN. */
export async function receivePaper(deps: Delivery, caller: Caller, input: CaseRef & { readonly materialCode: string }): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'receive_paper', now: deps.now() });
    const { found, at } = step;
    const item = await getItemVersion(tx, found.itemCode, found.itemVersion);
    const papers = entrust(found, { caller, item, materialCodes: [input.materialCode], at });
    const { materialCode } = input;
    if (papersOut(found).some((paper) => paper.materialCode === materialCode)) {
      throw failedPrecondition('PAPER_HELD_ALREADY', 'this paper is held already', { details: { material: materialCode } });
    }
    await insertPapers(tx, found.id, papers);
    const paperId = papers[0]?.id ?? '';
    return saveChange(tx, step, {
      changed: { heldPapers: [...found.heldPapers, ...papers] },
      event: 'CasePaperReceived',
      detail: { paperId, materialCode },
      facts: { paper_id: paperId, material: materialCode, held_by: caller.subject },
    });
  });
}

/** Back to the resident, in whatever state the case is. @throws AppError as `takeCase`; failed_precondition NO_PAPERS_HELD, PAPER_RETURNED_ALREADY; not_found PAPER_NOT_FOUND. */
export async function returnPaper(deps: Delivery, caller: Caller, input: CaseRef & { readonly paperId: string }): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'return_paper', now: deps.now() });
    const { found, at } = step;
    const paper = found.heldPapers.find(({ id }) => id === input.paperId);
    if (paper === undefined) throw notFound('PAPER_NOT_FOUND', 'the case holds no such paper');
    if (paper.returnedAt !== undefined) throw failedPrecondition('PAPER_RETURNED_ALREADY', 'the paper was returned already');
    await returnPapers(tx, found.id, { paperIds: [paper.id], by: caller.subject, at });
    return saveChange(tx, step, {
      changed: { heldPapers: returned(found, [paper], { by: caller.subject, at }) },
      event: 'CasePaperReturned',
      detail: { paperId: paper.id },
      facts: { paper_id: paper.id, material: paper.materialCode, returned_by: caller.subject },
    });
  });
}

function returned(found: Case, back: readonly HeldPaper[], { by, at }: { by: string; at: Date }): HeldPaper[] {
  return found.heldPapers.map((paper) => (back.includes(paper) ? { ...paper, returnedAt: at, returnedBy: by } : paper));
}
