import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { tags } from '../meetings/json';
import type { Answer } from '../routing/route';
import { count, given, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

export const needStates = words('NEED_STATE', organization.NeedState, ['open', 'taken', 'met', 'withdrawn']);
export const projectStates = words('JOINT_PROJECT_STATE', organization.JointProjectState, [
  'proposed', 'matched', 'agreed', 'running', 'delivered', 'reviewed_by_residents', 'closed', 'stalled',
]);

export const needSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    unitPath: z.string(),
    categoryCode: z.string(),
    textZh: z.string(),
    state: needStates.schema.optional(),
    raisedOn: z.string(),
    version: z.int(),
  })
  .meta({ id: 'Need' });

export const resourceSchema = z
  .strictObject({
    id: z.string(),
    memberUnitId: z.string(),
    unitPath: z.string(),
    categoryCode: z.string(),
    titleZh: z.string(),
    capacity: z.int().meta({ description: '可同时服务的项目数' }),
    offeredOn: z.string(),
    withdrawnOn: z.string().optional(),
    version: z.int(),
  })
  .meta({ id: 'Resource' });

export const usefulness = z.strictObject({ useful: count(1_000_000), partly: count(1_000_000), notUseful: count(1_000_000) });

export const projectSchema = z
  .strictObject({
    id: z.string(),
    unitId: z.string(),
    unitPath: z.string(),
    titleZh: z.string(),
    state: projectStates.schema.optional(),
    tags: z.array(tags.schema),
    needIds: z.array(z.string()),
    resourceIds: z.array(z.string()),
    leadMemberUnitId: z.string().optional(),
    budgetCents: z.int().meta({ description: '经费，单位为分' }),
    dueOn: z.string(),
    overdueAt: time.optional(),
    proof: z.string().optional(),
    usefulness: z.strictObject({ useful: z.int(), partly: z.int(), notUseful: z.int() }).meta({ description: '居民评价的人数' }),
    reasonCode: z.string().optional().meta({ description: '停滞的事由代码' }),
    version: z.int(),
  })
  .meta({ id: 'JointProject' });

export function needToJson({ state, ...rest }: organization.Need): z.input<typeof needSchema> {
  return { ...rest, state: needStates.fromWire(state) };
}

export function answerNeed({ need }: { need: organization.Need | undefined }): Answer<z.input<typeof needSchema>> {
  if (need === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: needToJson(need), version: need.version, location: `/v1/needs/${need.id}` };
}

export function resourceToJson({ withdrawnOn, ...rest }: organization.Resource): z.input<typeof resourceSchema> {
  return { ...rest, withdrawnOn: given(withdrawnOn) };
}

export function answerResource({ resource }: { resource: organization.Resource | undefined }): Answer<z.input<typeof resourceSchema>> {
  if (resource === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: resourceToJson(resource), version: resource.version, location: `/v1/resources/${resource.id}` };
}

export function projectToJson(project: organization.JointProject): z.input<typeof projectSchema> {
  const { state, leadMemberUnitId, overdueAt, proof, usefulness: rated, reasonCode, ...rest } = project;
  return {
    ...rest,
    state: projectStates.fromWire(state),
    tags: project.tags.flatMap((tag) => tags.fromWire(tag) ?? []),
    leadMemberUnitId: given(leadMemberUnitId),
    overdueAt: timeOf(overdueAt),
    proof: given(proof),
    usefulness: rated ?? { useful: 0, partly: 0, notUseful: 0 },
    reasonCode: given(reasonCode),
  };
}

export function answerProject({ jointProject }: { jointProject: organization.JointProject | undefined }): Answer<z.input<typeof projectSchema>> {
  if (jointProject === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: projectToJson(jointProject), version: jointProject.version, location: `/v1/joint-projects/${jointProject.id}` };
}
