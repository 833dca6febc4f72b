import { coversUnit, type Caller } from '@linli/auth';
import { instantAt } from '@linli/clocks';
import type { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import { assertVersion } from '../version';
import { endWork, setWork, type Work } from '../work/store';
import type { PledgeProject, PledgeState } from './pledge-project';
import { pledgeNotFound, targetOf, type Action, type SystemAction } from './rules';
import { lockProject, updateProject } from './store';
import { stateOnWire } from './wire';

export const permissions = {
  read: 'organization.pledge_project.read',
  collect: 'organization.pledge_project.collect',
  decide: 'organization.pledge_project.decide',
  report: 'organization.pledge_project.report',
  check: 'organization.pledge_project.check',
} as const;

export interface ProjectRef {
  readonly projectId: string;
  readonly version: number;
}

/** One action on a locked project, about to be done at `at`. */
export interface Step {
  readonly caller: Caller;
  readonly found: PledgeProject;
  readonly action: Action | SystemAction;
  readonly at: Date;
}

/** Whether the permission is held where the project is, or where it is carried out. */
export function coversProject(caller: Caller, permission: string, project: PledgeProject): boolean {
  const { unitPath, promise } = project;
  return coversUnit(caller, permission, unitPath) || (promise !== undefined && coversUnit(caller, permission, promise.ownerPath));
}

/**
 * Locks the project. Whoever only carries a project out reports on it; what becomes of it is decided where it belongs.
 * @throws not_found PLEDGE_PROJECT_NOT_FOUND; aborted VERSION_STALE; failed_precondition PLEDGE_STATE_FORBIDS.
 */
export async function takeProject(
  tx: Tx,
  caller: Caller,
  { ref, action, permission, at }: { readonly ref: ProjectRef; readonly action: Action; readonly permission: string; readonly at: Date },
): Promise<Step> {
  const found = await lockProject(tx, ref.projectId);
  const covered = found !== undefined && (permission === permissions.report ? coversProject(caller, permission, found) : coversUnit(caller, permission, found.unitPath));
  if (found === undefined || !covered) throw pledgeNotFound();
  assertVersion(found, ref.version);
  targetOf(found.state, action);
  return { caller, found, action, at };
}

/** Each event of a project, beside the facts that all of them carry. */
interface Events {
  readonly PledgeProjectCollected: organization.PledgeProjectCollected;
  readonly PledgeProjectScreened: organization.PledgeProjectScreened;
  readonly PledgeProjectSelected: organization.PledgeProjectSelected;
  readonly PledgeProjectPledged: organization.PledgeProjectPledged;
  readonly PledgeProjectStarted: organization.PledgeProjectStarted;
  readonly PledgeProgressReported: organization.PledgeProgressReported;
  readonly PledgeProgressMissed: organization.PledgeProgressMissed;
  readonly PledgeProjectOverdue: organization.PledgeProjectOverdue;
  readonly PledgeProjectDelayed: organization.PledgeProjectDelayed;
  readonly PledgeProjectChanged: organization.PledgeProjectChanged;
  readonly PledgeProjectDropped: organization.PledgeProjectDropped;
  readonly PledgeWordsWithdrawn: organization.PledgeWordsWithdrawn;
  readonly PledgeProjectCompleted: organization.PledgeProjectCompleted;
  readonly PledgeProjectChecked: organization.PledgeProjectChecked;
  readonly PledgeProjectClosed: organization.PledgeProjectClosed;
}

export interface Outcome<Name extends keyof Events> {
  readonly changed: Partial<PledgeProject>;
  readonly event: Name;
  readonly detail: Omit<Events[Name], 'project'>;
  /** For its thread: codes, days and numbers. */
  readonly facts?: Readonly<Record<string, string>>;
  readonly note?: string;
}

/** One change of a project: its row with the next version, its event, audit record, entry and what waits next. */
export async function saveStep<Name extends keyof Events>(tx: Tx, step: Step, outcome: Outcome<Name>): Promise<PledgeProject> {
  const { caller, found, action, at } = step;
  const after: PledgeProject = { ...found, ...outcome.changed, state: targetOf(found.state, action), version: found.version + 1, updatedAt: at };
  await updateProject(tx, after);
  await recordProject(tx, { caller, after, action, at }, outcome);
  return after;
}

/** What goes with a project whose row is written. */
export async function recordProject<Name extends keyof Events>(
  tx: Tx,
  { caller, after, action, at }: { readonly caller: Caller; readonly after: PledgeProject; readonly action: string; readonly at: Date },
  { event, detail, facts, note }: Omit<Outcome<Name>, 'changed'>,
): Promise<void> {
  const { id, version, unitPath } = after;
  await recordChanges(tx, caller, [
    {
      action: `pledge_project.${action}`,
      objectType: 'pledge_project',
      id,
      version,
      event,
      payload: { project: factsOf(after), ...detail },
      entry: { threadId: id, unitPath, at, code: entryCodes[event], ...(facts && { facts }), ...(note !== undefined && { note }) },
    },
  ]);
  const work = workOf(after);
  if (work === undefined) await endWork(tx, workKind, [id]);
  else await setWork(tx, [work]);
}

const entryCodes: Readonly<Record<keyof Events, string>> = {
  PledgeProjectCollected: 'collected',
  PledgeProjectScreened: 'screened',
  PledgeProjectSelected: 'selected',
  PledgeProjectPledged: 'pledged',
  PledgeProjectStarted: 'started',
  PledgeProgressReported: 'progress_reported',
  PledgeProgressMissed: 'progress_missed',
  PledgeProjectOverdue: 'overdue',
  PledgeProjectDelayed: 'delayed',
  PledgeProjectChanged: 'changed',
  PledgeProjectDropped: 'dropped',
  PledgeWordsWithdrawn: 'words_withdrawn',
  PledgeProjectCompleted: 'completed',
  PledgeProjectChecked: 'resident_checked',
  PledgeProjectClosed: 'closed',
};

const workKind = 'organization.pledge_project';
const eighteen = 18 * 3_600_000;

/** What is to be done next, and who may do it; nothing when the project is at its end. */
const nextSteps: Readonly<Record<PledgeState, { readonly action: Action; readonly permission: string } | undefined>> = {
  collected: { action: 'screen', permission: permissions.decide },
  screened: { action: 'select', permission: permissions.decide },
  selected: { action: 'promise', permission: permissions.decide },
  pledged: { action: 'start', permission: permissions.report },
  running: { action: 'report_progress', permission: permissions.report },
  delayed: { action: 'report_progress', permission: permissions.report },
  completed: { action: 'record_check', permission: permissions.check },
  resident_checked: { action: 'close', permission: permissions.decide },
  closed: undefined,
  dropped: undefined,
};

function workOf(project: PledgeProject): Work | undefined {
  const { id, code, titleZh, unitId, unitPath, state, promise, progressDueAt, version } = project;
  const next = nextSteps[state];
  if (next === undefined) return undefined;
  const work = { kind: workKind, subjectId: id, number: code, titleZh, threadId: id, version, ...next };
  if (promise === undefined || next.permission !== permissions.report) return { ...work, unitId, unitPath, ownerId: undefined, dueAt: undefined };
  const dueAt = progressDueAt ?? instantAt(promise.dueDay, eighteen);
  return { ...work, unitId: promise.ownerUnitId, unitPath: promise.ownerPath, ownerId: promise.ownerId, dueAt };
}

function factsOf({ id, code, year, unitId, state }: PledgeProject): organization.PledgeFacts {
  return { pledgeProjectId: id, code, year, unitId, state: stateOnWire.toWire(state) };
}
