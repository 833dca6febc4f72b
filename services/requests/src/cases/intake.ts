import type { Caller } from '@linli/auth';
import { satisfyClock, startClock } from '@linli/clocks';
import { newId, type Tx } from '@linli/db';
import { invalidArgument } from '@linli/errors';
import { violation } from '@linli/grpc';
import type { Deps } from '../deps';
import { getItemVersion } from '../items/store';
import { accepted, type Acceptance } from './acceptance';
import { isNoticeLate, outstandingNotice, owesNotice, type Case, type MaterialNotice } from './case';
import { saveChange, takeCase, type CaseRef } from './change';
import { clockKinds } from './clock-kinds';
import { assertMaterials } from './papers';
import { insertNotice, updateNotice } from './store-parts';

type Intake = Pick<Deps, 'db' | 'now' | 'calendar'>;

/** Why a case is not taken on (行政许可法 32); the resident reads the explanation and where to go instead. */
export const declineReasons = ['not_required', 'out_of_scope', 'other_authority', 'not_eligible', 'duplicate'] as const;

/**
 * 一次性告知: tells the resident everything that is missing, once. A later demand needs a supervisor and their reason.
 * @throws AppError as `takeCase`; failed_precondition NOTICE_ALREADY_GIVEN, NOTICE_TOO_LATE; invalid_argument
 *   MATERIAL_UNKNOWN, MATERIAL_SHARED (sharing already provides it), FIELD_INVALID.
 */
export async function requestMaterial(
  deps: Intake,
  caller: Caller,
  input: CaseRef & { readonly materialCodes: readonly string[]; readonly explanation: string; readonly supervisorReason: string },
): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'request_material', now: deps.now() });
    const { found, at } = step;
    const isOnce = found.notices.length === 0;
    if (!isOnce && input.supervisorReason === '') throw violation('supervisor_reason', 'required');
    const materialCodes = await demandable(tx, found, input.materialCodes);
    const notice: MaterialNotice = {
      id: newId(),
      materialCodes,
      explanation: input.explanation,
      issuedAt: at,
      isOnce,
      supervisorReason: isOnce ? '' : input.supervisorReason,
      suppliedCodes: [],
      suppliedAt: undefined,
    };
    if (owesNotice(found)) await satisfyClock(tx, { kind: clockKinds.notice, subjectId: found.id, at });
    await insertNotice(tx, found.id, notice);
    return saveChange(tx, step, {
      changed: { notices: [...found.notices, notice], nextDueAt: undefined },
      event: 'CaseMaterialRequested',
      detail: { materialCodes, isOnce },
      facts: { materials: materialCodes.join(','), is_once: String(isOnce) },
      note: notice.explanation,
      internalNote: notice.supervisorReason,
    });
  });
}

/** What the item asks for and no sharing provides (在线政务服务规定 7). */
async function demandable(tx: Tx, found: Case, codes: readonly string[]): Promise<string[]> {
  if (codes.length === 0) throw violation('material_codes', 'required');
  const item = await getItemVersion(tx, found.itemCode, found.itemVersion);
  const materialCodes = assertMaterials(item, codes);
  const shared = item.materials.find(({ code, form }) => form === 'shared_data' && materialCodes.includes(code));
  if (shared === undefined) return materialCodes;
  throw invalidArgument('MATERIAL_SHARED', 'sharing already provides this, so it must not be asked for', {
    details: { material: shared.code },
    violations: [{ field: 'material_codes', code: 'shared' }],
  });
}

/**
 * Papers that a notice named are here. With the last of them the office has the notice's time again to answer.
 * @throws AppError as `takeCase`; failed_precondition MATERIAL_SUPPLIED; invalid_argument MATERIAL_NOT_ASKED, FIELD_INVALID.
 */
export async function supplyMaterial(deps: Intake, caller: Caller, input: CaseRef & { readonly materialCodes: readonly string[] }): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'supply_material', now: deps.now() });
    const { found, at } = step;
    const brought = [...new Set(input.materialCodes)];
    assertAsked(found, brought);
    const notices = found.notices.map((notice) => supplied(notice, brought, at));
    for (const notice of notices.filter((notice, index) => notice !== found.notices[index])) await updateNotice(tx, found.id, notice);
    const complete = outstandingNotice({ notices }) === undefined;
    const clock = complete
      ? await startClock(tx, deps.calendar, {
          kind: clockKinds.notice,
          subjectType: 'requests.case',
          subjectId: found.id,
          ruleSet: { id: clockKinds.notice },
          at,
          alarms: ['due'],
        })
      : undefined;
    return saveChange(tx, step, {
      changed: { notices, ...(clock === undefined ? {} : { noticeDueAt: clock.dueAt, nextDueAt: clock.dueAt }) },
      event: 'CaseMaterialSupplied',
      detail: { materialCodes: brought },
      facts: { materials: brought.join(','), complete: String(complete) },
    });
  });
}

function assertAsked(found: Case, brought: readonly string[]): void {
  if (brought.length === 0) throw violation('material_codes', 'required');
  const missing = found.notices.flatMap((notice) => notice.materialCodes.filter((code) => !notice.suppliedCodes.includes(code)));
  const unasked = brought.find((code) => !missing.includes(code));
  if (unasked === undefined) return;
  throw invalidArgument('MATERIAL_NOT_ASKED', 'no notice asks for this paper any more', {
    details: { material: unasked },
    violations: [{ field: 'material_codes', code: 'not_asked' }],
  });
}

function supplied(notice: MaterialNotice, brought: readonly string[], at: Date): MaterialNotice {
  const suppliedCodes = notice.materialCodes.filter((code) => notice.suppliedCodes.includes(code) || brought.includes(code));
  if (suppliedCodes.length === notice.suppliedCodes.length) return notice;
  return { ...notice, suppliedCodes, suppliedAt: suppliedCodes.length === notice.materialCodes.length ? at : undefined };
}

/**
 * Takes the case on: from now on it has a due date, an agent, an owner on duty and a deciding department. When the
 * notice is late already, the acceptance counts from the day the papers came, as the law has it.
 * @throws AppError as `takeCase`; failed_precondition MATERIAL_OUTSTANDING, AGENT_NOT_MANDATED, AGENT_INACTIVE,
 *   HANDLER_UNIT_REQUIRED, UNIT_CLOSED; not_found AGENT_UNKNOWN, UNIT_UNKNOWN.
 */
export async function acceptCase(deps: Intake, caller: Caller, input: CaseRef & Acceptance): Promise<Case> {
  return deps.db.withTenant(caller, async (tx) => {
    const now = deps.now();
    const step = await takeCase(tx, caller, { ref: input, action: 'accept', now });
    return saveChange(tx, step, await accepted(deps, tx, { step, acceptance: input, late: isNoticeLate(step.found, now) }));
  });
}

/**
 * Does not take the case on: says why, by a listed code, and where to go instead.
 * @throws AppError as `takeCase`; failed_precondition NOTICE_TOO_LATE; invalid_argument DECLINE_REASON_UNLISTED.
 */
export async function declineCase(
  deps: Intake,
  caller: Caller,
  input: CaseRef & { readonly reasonCode: string; readonly explanation: string; readonly redirect: string },
): Promise<Case> {
  if (!declineReasons.some((reason) => reason === input.reasonCode)) {
    throw invalidArgument('DECLINE_REASON_UNLISTED', 'a case is declined for a listed reason only', {
      details: { allowed: declineReasons.join(',') },
      violations: [{ field: 'reason_code', code: 'unlisted' }],
    });
  }
  return deps.db.withTenant(caller, async (tx) => {
    const step = await takeCase(tx, caller, { ref: input, action: 'decline', now: deps.now() });
    await satisfyClock(tx, { kind: clockKinds.notice, subjectId: step.found.id, at: step.at });
    const { reasonCode, explanation, redirect } = input;
    return saveChange(tx, step, {
      changed: { declineReasonCode: reasonCode, declineExplanation: explanation, declineRedirect: redirect, nextDueAt: undefined },
      event: 'CaseDeclined',
      detail: { reasonCode },
      facts: { reason_code: reasonCode },
      note: `${explanation}\n${redirect}`,
    });
  });
}
