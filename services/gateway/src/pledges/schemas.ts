import { organization } from '@linli/contracts';
import { z } from 'zod';
import { given, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

export const states = words('PLEDGE_STATE', organization.PledgeState, ['collected', 'screened', 'selected', 'pledged', 'running', 'delayed', 'completed', 'resident_checked', 'closed', 'dropped']);
export const sources = words('PLEDGE_SOURCE', organization.PledgeSource, ['residents', 'representatives', 'community', 'office']);
export const reasons = words('PLEDGE_REASON', organization.PledgeReason, ['weather', 'land', 'funds', 'design', 'contractor', 'policy', 'residents_wish', 'not_ours', 'duplicate', 'defects', 'other']);
const statementKinds = words('PLEDGE_STATEMENT_KIND', organization.PledgeStatementKind, ['delayed', 'changed', 'dropped']);
const progressStates = words('PLEDGE_PROGRESS_STATE', organization.PledgeProgressState, ['owed', 'missed', 'reported', 'waived']);

export const progressSchema = z
  .strictObject({
    month: z.string(),
    state: progressStates.schema.optional(),
    dueAt: time.optional(),
    percent: z.int(),
    spentFen: z.int().meta({ description: '累计支出，单位：分' }),
    noteZh: z.string().optional(),
    wordsWithdrawn: z.boolean().meta({ description: '说明因涉及个人信息已撤下' }),
    reportedAt: time.optional(),
    late: z.boolean(),
  })
  .meta({ id: 'PledgeProgress', description: '一个月的进展' });

export const statementSchema = z
  .strictObject({
    id: z.string(),
    kind: statementKinds.schema.optional(),
    reason: reasons.schema.optional(),
    explanationZh: z.string(),
    wordsWithdrawn: z.boolean().meta({ description: '说明因涉及个人信息已撤下' }),
    dueDayBefore: z.string().optional(),
    dueDayAfter: z.string().optional(),
    at: time.optional(),
  })
  .meta({ id: 'PledgeStatement', description: '延期、变更或取消的公开说明' });

export function progressToJson({ state, dueAt, noteZh, reportedAt, ...rest }: organization.PledgeProgress): z.input<typeof progressSchema> {
  return { ...rest, state: progressStates.fromWire(state), dueAt: timeOf(dueAt), noteZh: given(noteZh), reportedAt: timeOf(reportedAt) };
}

export function statementToJson({ kind, reason, dueDayBefore, dueDayAfter, at, ...rest }: organization.PledgeStatement): z.input<typeof statementSchema> {
  return { ...rest, kind: statementKinds.fromWire(kind), reason: reasons.fromWire(reason), dueDayBefore: given(dueDayBefore), dueDayAfter: given(dueDayAfter), at: timeOf(at) };
}

const count = z.int();

export const projectSchema = z
  .strictObject({
    id: z.string(),
    code: z.string(),
    year: z.int(),
    unitId: z.string(),
    titleZh: z.string(),
    descriptionZh: z.string().optional(),
    source: sources.schema.optional(),
    state: states.schema.optional(),
    vote: z
      .strictObject({ heldOn: z.string(), entitled: count, present: count, inFavour: count, against: count, abstained: count, ruleSetId: z.string(), ruleSetVersion: z.int() })
      .optional()
      .meta({ description: '居民代表票决' }),
    promise: z.strictObject({ dueDay: z.string(), ownerUnitId: z.string(), postId: z.string(), budgetFen: z.int() }).optional().meta({ description: '公开承诺' }),
    overdue: z.boolean(),
    completedOn: z.string().optional(),
    check: z.strictObject({ checkedOn: z.string(), examiners: count, scoreCounts: z.array(count) }).optional().meta({ description: '居民评议' }),
    progress: z.array(progressSchema),
    statements: z.array(statementSchema),
    threadId: z.string(),
    createdAt: time.optional(),
    updatedAt: time.optional(),
    version: z.int(),
  })
  .meta({ id: 'PledgeProject' });

export type ProjectJson = z.input<typeof projectSchema>;

export function projectToJson(project: organization.PledgeProject): ProjectJson {
  const { unitPath: _inside, descriptionZh, completedOn, createdAt, updatedAt, ...rest } = project;
  return {
    ...rest,
    descriptionZh: given(descriptionZh),
    completedOn: given(completedOn),
    createdAt: timeOf(createdAt),
    updatedAt: timeOf(updatedAt),
    source: sources.fromWire(project.source),
    state: states.fromWire(project.state),
    progress: project.progress.map(progressToJson),
    statements: project.statements.map(statementToJson),
  };
}
