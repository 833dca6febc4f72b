import { coversUnit, systemCaller, type Caller } from '@linli/auth';
import { cancelClock, instantAt, satisfyClock, type Alarm } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { tenantOf, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges, type Change, type Entry } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdMemberUnits } from '../member-units/hold-member-units';
import { assertInOn } from '../member-units/rules';
import type { ClockHandler } from '../timing/clock-handlers';
import { lockClockOf } from '../timing/lock-clock';
import { assertVersion } from '../version';
import { endWork, setWork, type Work } from '../work/store';
import type { JointProject, NeedState, Usefulness } from './joint-project';
import { countServing, listGivers, lockNeeds, lockResources } from './need-store';
import { needSettled, settleNeeds } from './needs';
import { insertProjectResources, lockProject, markProjectsOverdue, saveProject } from './project-store';
import { act, assertOffered, isRated, nextActions, projectNotFound, resourceNotFound, type ProjectAction } from './rules';
import { projectStateOnWire } from './wire';

export const projectClock = 'organization.joint_project';
const write = 'organization.joint_project.write';
/** When the clock says so. */
const businessEnds = 18 * 3_600_000;

export interface ProjectRef {
  readonly projectId: string;
  readonly version: number;
}

/**
 * The resources that shall meet the needs, as somebody decided; each with room for one more project.
 * @throws not_found JOINT_PROJECT_NOT_FOUND, RESOURCE_NOT_FOUND; aborted VERSION_STALE; invalid_argument for a lead that gives nothing;
 *   failed_precondition JOINT_PROJECT_STATE_FORBIDS, RESOURCE_WITHDRAWN, RESOURCE_FULL, MEMBER_UNIT_NOT_IN.
 */
export async function matchProject(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  { resourceIds, leadMemberUnitId, ...ref }: ProjectRef & { readonly resourceIds: readonly string[]; readonly leadMemberUnitId: string },
): Promise<JointProject> {
  return deps.db.withTenant(caller, async (tx) => {
    const project = act(await lockForChange(tx, caller, ref), 'match', { resourceIds, leadMemberUnitId });
    // In the order in which a member unit that leaves takes them.
    const givers = await holdMemberUnits(tx, await listGivers(tx, resourceIds));
    const resources = await lockResources(tx, resourceIds);
    const busy = await countServing(tx, resourceIds);
    for (const id of resourceIds) {
      const resource = resources.get(id);
      if (resource === undefined || !coversUnit(caller, write, resource.unitPath)) throw resourceNotFound();
      assertOffered(resource);
      assertInOn(givers.get(resource.memberUnitId), today(deps));
      if ((busy.get(id) ?? 0) >= resource.capacity) throw failedPrecondition('RESOURCE_FULL', 'the resource serves as many projects as it can', { details: { capacity: String(resource.capacity) } });
    }
    if (![...resources.values()].some(({ memberUnitId }) => memberUnitId === leadMemberUnitId)) throw violation('lead_member_unit_id', 'unlisted');
    await insertProjectResources(tx, project.id, resourceIds);
    const payload = organization.JointProjectMatched.fromPartial({ jointProjectId: project.id, resourceIds: [...resourceIds], leadMemberUnitId });
    await recordProject(tx, caller, { project, action: 'match', event: 'JointProjectMatched', payload, at: deps.now(), facts: { resources: String(resourceIds.length), lead: leadMemberUnitId } });
    return project;
  });
}

const advances = { agreed: 'agree', running: 'start', closed: 'close' } as const;
export type Advance = keyof typeof advances;

/** Agreed, begun, or closed, which meets its needs: once residents rated it, or for a reason (`reasonCode`, else '') when none did. @throws as `lockForChange`; failed_precondition JOINT_PROJECT_STATE_FORBIDS. */
export async function advanceProject(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { to, reasonCode, ...ref }: ProjectRef & { readonly to: Advance; readonly reasonCode: string }): Promise<JointProject> {
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    const action = reasonCode === '' ? advances[to] : 'close_unrated';
    const project = act(await lockForChange(tx, caller, ref), action, { reasonCode });
    if (to === 'closed') await settleNeedsOf(tx, caller, { project, state: 'met', at });
    const payload = organization.JointProjectAdvanced.fromPartial({ jointProjectId: project.id, state: projectStateOnWire.toWire(project.state), reasonCode });
    await recordProject(tx, caller, { project, action, event: 'JointProjectAdvanced', payload, at, facts: reasonCode === '' ? {} : { reason: reasonCode } });
    return project;
  });
}

/** @throws as `advanceProject`. */
export async function deliverProject(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { proof, ...ref }: ProjectRef & { readonly proof: string }): Promise<JointProject> {
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    await lockClockOf(tx, ref.projectId);
    const project = act(await lockForChange(tx, caller, ref), 'deliver', { proof });
    await satisfyClock(tx, { kind: projectClock, subjectId: project.id, at });
    const late = project.overdueAt !== undefined;
    const payload = organization.JointProjectDelivered.fromPartial({ jointProjectId: project.id, late });
    await recordProject(tx, caller, { project, action: 'deliver', event: 'JointProjectDelivered', payload, at, facts: { late: String(late) } });
    return project;
  });
}

/** @throws as `advanceProject`; invalid_argument when no resident said anything. */
export async function reviewProject(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { usefulness, ...ref }: ProjectRef & { readonly usefulness: Usefulness }): Promise<JointProject> {
  return deps.db.withTenant(caller, async (tx) => {
    const project = act(await lockForChange(tx, caller, ref), 'review', { usefulness });
    if (!isRated(usefulness)) throw violation('usefulness', 'required');
    const payload = organization.JointProjectReviewed.fromPartial({ jointProjectId: project.id });
    await recordProject(tx, caller, { project, action: 'review', event: 'JointProjectReviewed', payload, at: deps.now() });
    return project;
  });
}

/** It goes no further, for a reason; its needs are open again. @throws as `advanceProject`. */
export async function stallProject(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { reasonCode, ...ref }: ProjectRef & { readonly reasonCode: string }): Promise<JointProject> {
  return deps.db.withTenant(caller, async (tx) => {
    const at = deps.now();
    await lockClockOf(tx, ref.projectId);
    const project = act(await lockForChange(tx, caller, ref), 'stall', { reasonCode });
    await cancelClock(tx, { kind: projectClock, subjectId: project.id, at });
    await settleNeedsOf(tx, caller, { project, state: 'open', at });
    const payload = organization.JointProjectStalled.fromPartial({ jointProjectId: project.id, reasonCode });
    await recordProject(tx, caller, { project, action: 'stall', event: 'JointProjectStalled', payload, at, facts: { reason: reasonCode } });
    return project;
  });
}

/** The due day is over and it is not delivered: told once, and it waits on. */
export function projectAlarms(deps: Pick<Deps, 'now'>): ClockHandler {
  return {
    async alarms(tx: Tx, alarms: readonly Alarm[]) {
      const at = deps.now();
      const overdue = await markProjectsOverdue(tx, alarms.map(({ clock }) => clock.subjectId), at);
      await waitForNext(tx, overdue);
      const changes = overdue.map((project) => {
        const payload = organization.JointProjectOverdue.fromPartial({ jointProjectId: project.id, dueOn: project.dueOn });
        return changeOf({ project, action: 'mark_overdue', event: 'JointProjectOverdue', payload, at, facts: { due_on: project.dueOn } });
      });
      await recordChanges(tx, systemCaller(tenantOf(tx), 'organization', []), changes);
    },
    // A day was promised, which no year's arrangement moves.
    moved: () => Promise.resolve(),
  };
}

export interface Step extends Pick<Entry, 'at' | 'facts'> {
  /** After the change. */
  readonly project: JointProject;
  readonly action: ProjectAction | 'propose' | 'mark_overdue';
  readonly event: string;
  readonly payload: object;
}

export function changeOf({ project, action, event, payload, at, facts = {} }: Step): Change {
  const { id, version, unitPath, state } = project;
  const code = action === 'mark_overdue' ? 'overdue' : state;
  return { action: `joint_project.${action}`, objectType: 'joint_project', id, version, event, payload, entry: { threadId: id, unitPath, at, code, facts } };
}

/** What somebody does next with each of them; nothing once it is closed or stalled. */
export async function waitForNext(tx: Tx, projects: readonly JointProject[]): Promise<void> {
  const kind = 'organization.joint_project';
  const works = projects.flatMap(({ id, state, titleZh, unitId, unitPath, dueOn, version }): Work[] => {
    const action = nextActions[state];
    if (action === undefined) return [];
    const dueAt = instantAt(dueOn, businessEnds);
    return [{ kind, subjectId: id, number: '', action, titleZh, unitId, unitPath, ownerId: undefined, permission: write, dueAt, threadId: id, version }];
  });
  await setWork(tx, works);
  await endWork(tx, kind, projects.filter(({ state }) => nextActions[state] === undefined).map(({ id }) => id));
}

async function recordProject(tx: Tx, caller: Caller, step: Step): Promise<void> {
  await saveProject(tx, step.project);
  await waitForNext(tx, [step.project]);
  await recordChanges(tx, caller, [changeOf(step)]);
}

async function settleNeedsOf(tx: Tx, caller: Caller, { project, state, at }: { readonly project: JointProject; readonly state: NeedState; readonly at: Date }): Promise<void> {
  const needs = [...(await lockNeeds(tx, project.needIds)).values()];
  await settleNeeds(tx, needs, state);
  await recordChanges(tx, caller, needs.map((need) => needSettled(need, { state, projectId: project.id, at })));
}

async function lockForChange(tx: Tx, caller: Caller, ref: ProjectRef): Promise<JointProject> {
  const project = await lockProject(tx, ref.projectId);
  if (project === undefined || !coversUnit(caller, write, project.unitPath)) throw projectNotFound();
  assertVersion(project, ref.version);
  return project;
}
