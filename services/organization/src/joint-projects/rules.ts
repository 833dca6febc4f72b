import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { JointProject, Need, NeedState, ProjectState, Resource, Usefulness } from './joint-project';

export type ProjectAction = 'match' | 'agree' | 'start' | 'deliver' | 'review' | 'close' | 'close_unrated' | 'stall';

// proposed → matched → agreed → running → delivered → reviewed_by_residents → closed; delivered → closed when no resident rates it; until it is delivered it may stall.
const targets: Readonly<Record<ProjectState, Partial<Record<ProjectAction, ProjectState>>>> = {
  proposed: { match: 'matched', stall: 'stalled' },
  matched: { agree: 'agreed', stall: 'stalled' },
  agreed: { start: 'running', stall: 'stalled' },
  running: { deliver: 'delivered', stall: 'stalled' },
  delivered: { review: 'reviewed_by_residents', close_unrated: 'closed' },
  reviewed_by_residents: { close: 'closed' },
  closed: {},
  stalled: {},
};

/** What somebody does next; nothing waits at the end. */
export const nextActions: Readonly<Record<ProjectState, ProjectAction | undefined>> = {
  proposed: 'match',
  matched: 'agree',
  agreed: 'start',
  running: 'deliver',
  delivered: 'review',
  reviewed_by_residents: 'close',
  closed: undefined,
  stalled: undefined,
};

/** States from which nothing goes on. */
export const ended: readonly ProjectState[] = ['closed', 'stalled'];

/** States in which a resource is at work for the project. */
export const serving: readonly ProjectState[] = ['matched', 'agreed', 'running'];

/** @throws failed_precondition JOINT_PROJECT_STATE_FORBIDS. */
export function act(project: JointProject, action: ProjectAction, changed: Partial<JointProject> = {}): JointProject {
  const state = targets[project.state][action];
  if (state === undefined) {
    throw failedPrecondition('JOINT_PROJECT_STATE_FORBIDS', 'the state of the project does not allow it', { details: { state: project.state, action } });
  }
  return { ...project, ...changed, state, version: project.version + 1 };
}

/** Whether residents said anything. */
export function isRated({ useful, partly, notUseful }: Usefulness): boolean {
  return useful + partly + notUseful > 0;
}

const settled: Readonly<Record<NeedState, readonly NeedState[]>> = { open: ['taken', 'withdrawn'], taken: ['open', 'met'], met: [], withdrawn: [] };

/** @throws failed_precondition NEED_NOT_OPEN. */
export function settleNeed(need: Need, state: NeedState): Need {
  if (!settled[need.state].includes(state)) throw failedPrecondition('NEED_NOT_OPEN', 'the need is not open', { details: { state: need.state } });
  return { ...need, state, version: need.version + 1 };
}

/** @throws failed_precondition RESOURCE_WITHDRAWN. */
export function assertOffered({ withdrawnOn }: Pick<Resource, 'withdrawnOn'>): void {
  if (withdrawnOn !== undefined) throw failedPrecondition('RESOURCE_WITHDRAWN', 'the resource is not offered any more');
}

/** Also for one outside the caller's scope, which must look the same. */
export function needNotFound(): AppError {
  return notFound('NEED_NOT_FOUND', 'there is no such need');
}

export function resourceNotFound(): AppError {
  return notFound('RESOURCE_NOT_FOUND', 'there is no such resource');
}

export function projectNotFound(): AppError {
  return notFound('JOINT_PROJECT_NOT_FOUND', 'there is no such project');
}
