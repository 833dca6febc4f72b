import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readAsOf, readDay } from '../days';
import type { Deps } from '../deps';
import { readCode } from '../fields';
import { tagOnWire } from '../meetings/wire';
import { advanceProject, deliverProject, matchProject, reviewProject, stallProject, type Advance } from './change-project';
import type { Usefulness } from './joint-project';
import { findNeed, findResource, listNeeds, listResources } from './need-store';
import { offerResource, raiseNeed, suggestFor, withdrawNeed, withdrawResource } from './needs';
import { findProject, listProjects } from './project-store';
import { proposeProject } from './propose-project';
import { needNotFound, projectNotFound, resourceNotFound } from './rules';
import { needStateOnWire, needToWire, projectStateOnWire, projectToWire, resourceToWire } from './wire';

const readNeeds = 'organization.need.read';
const read = 'organization.joint_project.read';
const mostParts = 20;

export function jointProjectService(deps: Deps): organization.JointProjectServiceImplementation<RpcContext> {
  return { ...needMethods(deps), ...resourceMethods(deps), ...projectMethods(deps) };
}

type Methods = organization.JointProjectServiceImplementation<RpcContext>;

function needMethods(deps: Deps): Pick<Methods, 'raiseNeed' | 'withdrawNeed' | 'getNeed' | 'listNeeds'> {
  return {
    async raiseNeed(request, { caller }) {
      const need = await raiseNeed(deps, caller, {
        request: requestKey(caller, organization.RaiseNeedRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        categoryCode: readCode(request.categoryCode, 'category_code'),
        textZh: requireText(request.textZh, 'text_zh', { max: 500 }),
      });
      return { need: needToWire(need) };
    },
    async withdrawNeed(request, { caller }) {
      return { need: needToWire(await withdrawNeed(deps, caller, { needId: readUuid(request.needId, 'need_id'), version: request.version })) };
    },
    async getNeed(request, { caller }) {
      const id = readUuid(request.needId, 'need_id');
      const need = await deps.db.withTenant(caller, (tx) => findNeed(tx, id));
      if (need === undefined || !coversUnit(caller, readNeeds, need.unitPath)) throw needNotFound();
      return { need: needToWire(need) };
    },
    async listNeeds(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const state = needStateOnWire.fromWireOrNone(request.state, 'state');
      const context = { list: 'needs', tenant: caller.tenantId, caller: caller.subject, state };
      const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, (tx) => listNeeds(tx, { scopes: unitScopes(caller, readNeeds), state, afterId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { needs: shown.map(needToWire), nextPageToken };
    },
  };
}

function resourceMethods(deps: Deps): Pick<Methods, 'offerResource' | 'withdrawResource' | 'getResource' | 'listResources' | 'suggestMatches'> {
  return {
    async offerResource(request, { caller }) {
      if (request.capacity < 1 || request.capacity > 1_000) throw violation('capacity', 'out_of_range');
      const resource = await offerResource(deps, caller, {
        request: requestKey(caller, organization.OfferResourceRequest, request),
        memberUnitId: readUuid(request.memberUnitId, 'member_unit_id'),
        categoryCode: readCode(request.categoryCode, 'category_code'),
        titleZh: requireText(request.titleZh, 'title_zh', { max: 100 }),
        capacity: request.capacity,
      });
      return { resource: resourceToWire(resource) };
    },
    async withdrawResource(request, { caller }) {
      return { resource: resourceToWire(await withdrawResource(deps, caller, { resourceId: readUuid(request.resourceId, 'resource_id'), version: request.version })) };
    },
    async getResource(request, { caller }) {
      const id = readUuid(request.resourceId, 'resource_id');
      const resource = await deps.db.withTenant(caller, (tx) => findResource(tx, id));
      if (resource === undefined || !coversUnit(caller, read, resource.unitPath)) throw resourceNotFound();
      return { resource: resourceToWire(resource) };
    },
    async listResources(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const categoryCode = request.categoryCode === '' ? undefined : readCode(request.categoryCode, 'category_code');
      const asOf = readAsOf(request);
      const context = { list: 'resources', tenant: caller.tenantId, caller: caller.subject, categoryCode, asOf };
      const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, (tx) => listResources(tx, { scopes: unitScopes(caller, read), categoryCode, asOf, afterId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { resources: shown.map(resourceToWire), nextPageToken };
    },
    async suggestMatches(request, { caller }) {
      const suggestions = await suggestFor(deps, caller, readUuid(request.needId, 'need_id'));
      return { suggestions: suggestions.map(({ reasons, ...rest }) => ({ ...rest, reasons: [...reasons] })) };
    },
  };
}

type ProjectMethod = 'proposeJointProject' | 'matchJointProject' | 'advanceJointProject' | 'deliverJointProject' | 'reviewJointProject' | 'stallJointProject' | 'getJointProject' | 'listJointProjects';

function projectMethods(deps: Deps): Pick<Methods, ProjectMethod> {
  const refOf = ({ jointProjectId, version }: { jointProjectId: string; version: number }) => ({ projectId: readUuid(jointProjectId, 'joint_project_id'), version });
  return {
    async proposeJointProject(request, { caller }) {
      if (request.budgetCents < 0 || !Number.isSafeInteger(request.budgetCents)) throw violation('budget_cents', 'out_of_range');
      if (request.dueOn === '') throw violation('due_on', 'required');
      const project = await proposeProject(deps, caller, {
        request: requestKey(caller, organization.ProposeJointProjectRequest, request),
        needIds: readParts(request.needIds, 'need_ids'),
        titleZh: requireText(request.titleZh, 'title_zh', { max: 100 }),
        tags: [...new Set(request.tags.map((tag, index) => tagOnWire.fromWire(tag, `tags[${index}]`)))],
        budgetCents: request.budgetCents,
        dueOn: readDay(request.dueOn, 'due_on', ''),
      });
      return { jointProject: projectToWire(project) };
    },
    async matchJointProject(request, { caller }) {
      const resourceIds = readParts(request.resourceIds, 'resource_ids');
      const leadMemberUnitId = readUuid(request.leadMemberUnitId, 'lead_member_unit_id');
      return { jointProject: projectToWire(await matchProject(deps, caller, { ...refOf(request), resourceIds, leadMemberUnitId })) };
    },
    async advanceJointProject(request, { caller }) {
      const to = readAdvance(projectStateOnWire.fromWire(request.to, 'to'));
      const reasonCode = request.reasonCode === '' ? '' : readCode(request.reasonCode, 'reason_code');
      if (reasonCode !== '' && to !== 'closed') throw violation('reason_code', 'not_asked');
      return { jointProject: projectToWire(await advanceProject(deps, caller, { ...refOf(request), to, reasonCode })) };
    },
    async deliverJointProject(request, { caller }) {
      const proof = requireText(request.proof, 'proof', { max: 1_000 });
      return { jointProject: projectToWire(await deliverProject(deps, caller, { ...refOf(request), proof })) };
    },
    async reviewJointProject(request, { caller }) {
      return { jointProject: projectToWire(await reviewProject(deps, caller, { ...refOf(request), usefulness: readUsefulness(request.usefulness) })) };
    },
    async stallJointProject(request, { caller }) {
      const reasonCode = readCode(request.reasonCode, 'reason_code');
      return { jointProject: projectToWire(await stallProject(deps, caller, { ...refOf(request), reasonCode })) };
    },
    async getJointProject(request, { caller }) {
      const id = readUuid(request.jointProjectId, 'joint_project_id');
      const project = await deps.db.withTenant(caller, (tx) => findProject(tx, id));
      if (project === undefined || !coversUnit(caller, read, project.unitPath)) throw projectNotFound();
      return { jointProject: projectToWire(project) };
    },
    listJointProjects: (request, { caller }) => projectPage(deps, caller, request),
  };
}

async function projectPage(deps: Deps, caller: Caller, request: organization.ListJointProjectsRequest): Promise<organization.ListJointProjectsResponse> {
  const limit = compactLimit(request.pageSize);
  const state = projectStateOnWire.fromWireOrNone(request.state, 'state');
  const context = { list: 'joint_projects', tenant: caller.tenantId, caller: caller.subject, state };
  const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, (tx) => listProjects(tx, { scopes: unitScopes(caller, read), state, afterId, limit: limit + 1 }));
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  return { jointProjects: shown.map(projectToWire), nextPageToken };
}

/** Each once, in the order given. */
function readParts(ids: readonly string[], field: string): string[] {
  if (ids.length === 0) throw violation(field, 'required');
  if (ids.length > mostParts) throw violation(field, 'too_many');
  return [...new Set(ids.map((id, index) => readUuid(id, `${field}[${index}]`)))];
}

function readAdvance(state: string): Advance {
  if (state !== 'agreed' && state !== 'running' && state !== 'closed') throw violation('to', 'unlisted');
  return state;
}

function readUsefulness(counts: organization.UsefulnessCount | undefined): Usefulness {
  if (counts === undefined) throw violation('usefulness', 'required');
  if (Object.values(counts).some((count: number) => count < 0 || count > 1_000_000)) throw violation('usefulness', 'out_of_range');
  return counts;
}
