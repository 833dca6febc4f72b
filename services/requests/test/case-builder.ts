import type { Answer, Case, CaseState, CaseTask, HeldPaper, MaterialNotice } from '../src/cases/case';
import { path, residentId, staffId, unit } from './support';

export const now = new Date('2026-11-24T09:00:00+08:00');

/** A proxied case of Wang in the grid, decided by civil affairs, in any state. */
export function someCase(facts: Partial<Case> = {}): Case {
  return {
    id: '01900000-0000-7000-8000-00000000c001',
    number: 'XS-20261124-00001',
    itemCode: 'age-allowance',
    itemVersion: 1,
    itemNameZh: '高龄津贴申请',
    caseType: 'promise',
    residentId: residentId.wang,
    mandateId: '01900000-0000-7000-8000-00000000b001',
    channel: 'home_visit',
    unitId: unit.grid,
    unitPath: path.grid,
    agentId: staffId.agent,
    backupId: staffId.partner,
    ownerId: staffId.agent,
    handlerUnitId: unit.civilAffairs,
    handlerUnitPath: path.civilAffairs,
    state: 'submitted',
    submittedAt: now,
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
    subject: '',
    threadId: '01900000-0000-7000-8000-00000000c001',
    createdAt: now,
    updatedAt: now,
    version: 1,
    notices: [],
    heldPapers: [],
    tasks: [],
    answers: [],
    ...facts,
  };
}

export function inState(state: CaseState, facts: Partial<Case> = {}): Case {
  return someCase({ state, ...facts });
}

export function notice(facts: Partial<MaterialNotice> = {}): MaterialNotice {
  return { id: 'n', materialCodes: ['photo'], explanation: '', issuedAt: now, isOnce: true, supervisorReason: '', suppliedCodes: [], suppliedAt: undefined, ...facts };
}

export function paper(facts: Partial<HeldPaper> = {}): HeldPaper {
  return { id: 'p', materialCode: 'id-card', heldBy: staffId.agent, receivedAt: now, returnedAt: undefined, returnedBy: undefined, ...facts };
}

export function task(facts: Partial<CaseTask> = {}): CaseTask {
  return { id: 't', unitId: unit.housing, unitPath: path.housing, lead: false, titleZh: '核查', doneAt: undefined, doneBy: undefined, ...facts };
}

export function said(facts: Partial<Answer> = {}): Answer {
  return { id: 'a', source: 'callback', by: staffId.coordinator, at: now, reached: true, rating: 5, solved: true, comment: '', round: 0, ...facts };
}
