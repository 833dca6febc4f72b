import { requests } from '@linli/contracts';
import { z } from 'zod';
import type { Names } from '../names/find-names';
import { camelCase, given, time, timeOf, unreachable } from '../wire/fields';
import { words } from '../wire/words';

export const states = words('CASE_STATE', requests.CaseState, [
  'draft', 'submitted', 'needs_material', 'declined', 'accepted', 'processing', 'paused', 'awaiting_decision', 'decided', 'delivered', 'closed', 'reopened', 'withdrawn',
]);
export const caseTypes = words('CASE_TYPE', requests.CaseType, ['immediate', 'promise', 'joint', 'escalate']);
export const channels = words('CHANNEL', requests.Channel, ['window', 'phone', 'home_visit', 'online', 'grid_worker']);
export const pauseCauses = words('PAUSE_CAUSE', requests.PauseCause, ['survey', 'expert_review', 'applicant_absent']);
export const results = words('CASE_RESULT', requests.CaseResult, ['granted', 'refused']);
export const deliveryMethods = words('DELIVERY_METHOD', requests.DeliveryMethod, ['home', 'pick_up', 'post']);
export const lights = words('DUE_LIGHT', requests.DueLight, ['green', 'yellow', 'red']);

const name = z.string().optional();

const noticeSchema = z.strictObject({
  materialCodes: z.array(z.string()),
  explanation: z.string().optional(),
  issuedAt: time.optional(),
  isOnce: z.boolean().meta({ description: '是否为一次性告知；否则为主管说明理由后的再次要求' }),
  supervisorReason: z.string().optional(),
  suppliedAt: time.optional(),
});
const paperSchema = z.strictObject({
  id: z.string(),
  materialCode: z.string(),
  heldBy: z.string().optional(),
  heldByName: name,
  receivedAt: time.optional(),
  returnedAt: time.optional(),
});
const taskSchema = z.strictObject({ id: z.string(), unitId: z.string(), unitName: name, lead: z.boolean(), titleZh: z.string(), doneAt: time.optional() });
const callbackSchema = z.strictObject({
  by: z.string().optional(),
  byName: name,
  at: time.optional(),
  reached: z.boolean(),
  rating: z.int().min(1).max(5).optional(),
  solved: z.boolean(),
  comment: z.string().optional(),
});

export const caseSchema = z
  .strictObject({
    id: z.string(),
    number: z.string().optional().meta({ description: '受理编号，草稿没有' }),
    itemCode: z.string(),
    itemVersion: z.int(),
    itemNameZh: z.string(),
    caseType: caseTypes.schema.optional(),
    proxied: z.boolean(),
    residentId: z.string(),
    residentName: name.meta({ description: '脱敏姓名' }),
    mandateId: z.string().optional(),
    channel: channels.schema.optional(),
    unitId: z.string(),
    unitPath: z.string(),
    unitName: name,
    agentId: z.string().optional(),
    agentName: name,
    backupId: z.string().optional(),
    backupName: name,
    ownerId: z.string().optional().meta({ description: '当前在岗的人：代办员，或其 B 角' }),
    ownerName: name,
    handlerUnitId: z.string().optional(),
    handlerUnitName: name,
    state: states.schema.optional(),
    submittedAt: time.optional(),
    noticeDueAt: time.optional().meta({ description: '补正告知的最后时刻；逾期视为受理' }),
    acceptedAt: time.optional(),
    acceptedAutomatically: z.boolean(),
    dueAt: time.optional(),
    statutoryDueAt: time.optional(),
    dueProvisional: z.boolean().meta({ description: '时限跨入尚未公布的年份日历，将重新计算' }),
    dueLight: lights.schema.optional().meta({ description: '绿灯、黄灯、红灯' }),
    declineReasonCode: z.string().optional(),
    declineExplanation: z.string().optional(),
    declineRedirect: z.string().optional(),
    pauseCause: pauseCauses.schema.optional(),
    result: results.schema.optional(),
    resultExplanation: z.string().optional(),
    decidedAt: time.optional(),
    deliveryMethod: deliveryMethods.schema.optional(),
    deliveredAt: time.optional(),
    closedAt: time.optional(),
    reopenUntil: time.optional(),
    reopenedCount: z.int(),
    notices: z.array(noticeSchema),
    heldPapers: z.array(paperSchema),
    tasks: z.array(taskSchema),
    callbacks: z.array(callbackSchema),
    subject: z.string().optional(),
    threadId: z.string().optional(),
    createdAt: time.optional(),
    updatedAt: time.optional(),
    version: z.int(),
    nextActions: z.array(z.string()).meta({ description: '您接下来可做的事：路径中冒号后的词，或 addTask、completeTask、receivePaper、returnPaper、updateDraft' }),
    unreachable,
  })
  .meta({ id: 'Case' });

export type CaseJson = z.input<typeof caseSchema>;

/** The ids in a case whose names are shown beside them. */
export function idsOf(found: requests.Case): { staff: string[]; units: string[]; persons: string[] } {
  return {
    staff: [found.agentId, found.backupId, found.ownerId, ...found.heldPapers.map((paper) => paper.heldBy), ...found.callbacks.map((callback) => callback.by)],
    units: [found.unitId, found.handlerUnitId, ...found.tasks.map((task) => task.unitId)],
    persons: [found.residentId],
  };
}

export function caseToJson(found: requests.Case, names: Names): CaseJson {
  return {
    ...matter(found),
    ...places(found, names),
    ...progress(found),
    notices: found.notices.map((notice) => ({
      materialCodes: notice.materialCodes,
      explanation: given(notice.explanation),
      issuedAt: timeOf(notice.issuedAt),
      isOnce: notice.isOnce,
      supervisorReason: given(notice.supervisorReason),
      suppliedAt: timeOf(notice.suppliedAt),
    })),
    heldPapers: found.heldPapers.map((paper) => ({
      id: paper.id,
      materialCode: paper.materialCode,
      heldBy: given(paper.heldBy),
      heldByName: names.staff.get(paper.heldBy),
      receivedAt: timeOf(paper.receivedAt),
      returnedAt: timeOf(paper.returnedAt),
    })),
    tasks: found.tasks.map(({ id, unitId, lead, titleZh, doneAt }) => ({ id, unitId, unitName: names.units.get(unitId), lead, titleZh, doneAt: timeOf(doneAt) })),
    callbacks: found.callbacks.map((callback) => ({
      by: given(callback.by),
      byName: names.staff.get(callback.by),
      at: timeOf(callback.at),
      reached: callback.reached,
      rating: callback.rating === 0 ? undefined : callback.rating,
      solved: callback.solved,
      comment: given(callback.comment),
    })),
    nextActions: found.nextActions.map(camelCase),
  };
}

function matter(found: requests.Case) {
  return {
    id: found.id,
    number: given(found.number),
    itemCode: found.itemCode,
    itemVersion: found.itemVersion,
    itemNameZh: found.itemNameZh,
    caseType: caseTypes.fromWire(found.caseType),
    proxied: found.proxied,
    mandateId: given(found.mandateId),
    channel: channels.fromWire(found.channel),
    subject: given(found.subject),
    threadId: given(found.threadId),
    createdAt: timeOf(found.createdAt),
    updatedAt: timeOf(found.updatedAt),
    version: found.version,
  };
}

function places(found: requests.Case, names: Names) {
  return {
    residentId: found.residentId,
    residentName: names.persons.get(found.residentId),
    unitId: found.unitId,
    unitPath: found.unitPath,
    unitName: names.units.get(found.unitId),
    agentId: given(found.agentId),
    agentName: names.staff.get(found.agentId),
    backupId: given(found.backupId),
    backupName: names.staff.get(found.backupId),
    ownerId: given(found.ownerId),
    ownerName: names.staff.get(found.ownerId),
    handlerUnitId: given(found.handlerUnitId),
    handlerUnitName: names.units.get(found.handlerUnitId),
  };
}

function progress(found: requests.Case) {
  return {
    state: states.fromWire(found.state),
    submittedAt: timeOf(found.submittedAt),
    noticeDueAt: timeOf(found.noticeDueAt),
    acceptedAt: timeOf(found.acceptedAt),
    acceptedAutomatically: found.acceptedAutomatically,
    dueAt: timeOf(found.dueAt),
    statutoryDueAt: timeOf(found.statutoryDueAt),
    dueProvisional: found.dueProvisional,
    dueLight: lights.fromWire(found.dueLight),
    declineReasonCode: given(found.declineReasonCode),
    declineExplanation: given(found.declineExplanation),
    declineRedirect: given(found.declineRedirect),
    pauseCause: pauseCauses.fromWire(found.pauseCause),
    result: results.fromWire(found.result),
    resultExplanation: given(found.resultExplanation),
    decidedAt: timeOf(found.decidedAt),
    deliveryMethod: deliveryMethods.fromWire(found.deliveryMethod),
    deliveredAt: timeOf(found.deliveredAt),
    closedAt: timeOf(found.closedAt),
    reopenUntil: timeOf(found.reopenUntil),
    reopenedCount: found.reopenedCount,
  };
}
