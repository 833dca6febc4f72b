import type { Caller } from '@linli/auth';
import { lightOf, type LightLimits } from '@linli/clocks';
import { requests } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { caseTypes } from '../items/rules';
import { channels, type Answer, type Case, type CaseTask, type HeldPaper, type MaterialNotice } from './case';
import { deliveryWire, pauseCauseWire, resultWire, stateWire } from './case-events';
import { nextActions } from './rules';

const caseTypeWire = wireEnum('CASE_TYPE', requests.CaseType, caseTypes);
export const channelWire = wireEnum('CHANNEL', requests.Channel, channels);
const lightWire = wireEnum('DUE_LIGHT', requests.DueLight, ['green', 'yellow', 'red'] as const);

/** For whom a case is shown. */
export interface Viewer {
  readonly caller: Caller;
  readonly now: Date;
  readonly lights: LightLimits;
}

/**
 * The whole case with its parts, what people wrote, and what the viewer may do next. A resident does not see who in the
 * office called or why a supervisor allowed something; a machine sees no texts.
 */
export function caseToWire(found: Case, viewer: Viewer): requests.Case {
  const { caller, now } = viewer;
  const texts = caller.kind !== 'client';
  const staff = caller.kind === 'staff';
  return {
    ...caseRowToWire(found, viewer),
    subject: texts ? found.subject : '',
    declineExplanation: texts ? found.declineExplanation : '',
    declineRedirect: found.declineRedirect,
    resultExplanation: texts ? found.resultExplanation : '',
    notices: found.notices.map((notice) => noticeToWire(notice, { texts, staff })),
    heldPapers: found.heldPapers.map(paperToWire),
    tasks: found.tasks.map(taskToWire),
    callbacks: found.answers.map((answer) => answerToWire(answer, { texts, staff })),
    nextActions: nextActions(found, caller, now),
  };
}

/** A line of a list: no texts, no parts, no next actions. */
export function caseRowToWire(found: Case, { lights }: Pick<Viewer, 'lights'>): requests.Case {
  const light = lightOf(found.nextDueAt, lights);
  return {
    id: found.id,
    number: found.number ?? '',
    itemCode: found.itemCode,
    itemVersion: found.itemVersion,
    itemNameZh: found.itemNameZh,
    caseType: caseTypeWire.toWire(found.caseType),
    proxied: found.mandateId !== undefined,
    residentId: found.residentId,
    mandateId: found.mandateId ?? '',
    channel: channelWire.toWire(found.channel),
    unitId: found.unitId,
    unitPath: found.unitPath,
    agentId: found.agentId ?? '',
    backupId: found.backupId ?? '',
    ownerId: found.ownerId ?? '',
    handlerUnitId: found.handlerUnitId ?? '',
    state: stateWire.toWire(found.state),
    submittedAt: found.submittedAt,
    noticeDueAt: found.noticeDueAt,
    acceptedAt: found.acceptedAt,
    acceptedAutomatically: found.acceptedAutomatically,
    dueAt: found.dueAt,
    statutoryDueAt: found.statutoryDueAt,
    dueProvisional: found.dueProvisional,
    dueLight: light === undefined ? requests.DueLight.DUE_LIGHT_UNSPECIFIED : lightWire.toWire(light),
    declineReasonCode: found.declineReasonCode ?? '',
    declineExplanation: '',
    declineRedirect: '',
    pauseCause: found.pauseCause === undefined ? requests.PauseCause.PAUSE_CAUSE_UNSPECIFIED : pauseCauseWire.toWire(found.pauseCause),
    result: found.result === undefined ? requests.CaseResult.CASE_RESULT_UNSPECIFIED : resultWire.toWire(found.result),
    resultExplanation: '',
    decidedAt: found.decidedAt,
    deliveryMethod: found.deliveryMethod === undefined ? requests.DeliveryMethod.DELIVERY_METHOD_UNSPECIFIED : deliveryWire.toWire(found.deliveryMethod),
    deliveredAt: found.deliveredAt,
    closedAt: found.closedAt,
    reopenUntil: found.reopenUntil,
    reopenedCount: found.reopenedCount,
    notices: [],
    heldPapers: [],
    tasks: [],
    callbacks: [],
    subject: '',
    threadId: found.threadId,
    createdAt: found.createdAt,
    updatedAt: found.updatedAt,
    version: found.version,
    nextActions: [],
  };
}

interface Shown {
  readonly texts: boolean;
  readonly staff: boolean;
}

function noticeToWire(notice: MaterialNotice, { texts, staff }: Shown): requests.MaterialNotice {
  return {
    materialCodes: [...notice.materialCodes],
    explanation: texts ? notice.explanation : '',
    issuedAt: notice.issuedAt,
    isOnce: notice.isOnce,
    supervisorReason: staff ? notice.supervisorReason : '',
    suppliedAt: notice.suppliedAt,
  };
}

function paperToWire({ id, materialCode, heldBy, receivedAt, returnedAt }: HeldPaper): requests.HeldPaper {
  return { id, materialCode, heldBy, receivedAt, returnedAt };
}

function taskToWire({ id, unitId, lead, titleZh, doneAt }: CaseTask): requests.CaseTask {
  return { id, unitId, lead, titleZh, doneAt };
}

function answerToWire(answer: Answer, { texts, staff }: Shown): requests.Callback {
  const { by, at, reached, rating, solved, comment, source } = answer;
  return { by: staff || source === 'resident' ? by : '', at, reached, rating, solved, comment: texts ? comment : '' };
}
