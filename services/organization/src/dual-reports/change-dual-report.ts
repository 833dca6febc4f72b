import { coversUnit, systemCaller, type Caller } from '@linli/auth';
import { cancelClock, satisfyClock, startClock, type Alarm, type LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { answerOnce, newId, tenantOf, type RequestKey, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges, type Change, type Entry } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdMemberUnits } from '../member-units/hold-member-units';
import { memberUnitNotFound } from '../member-units/rules';
import type { ClockHandler } from '../timing/clock-handlers';
import { lockClockOf } from '../timing/lock-clock';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import { endWork, setWork, type Work } from '../work/store';
import type { DualReport, DualReportWhole, DualTask } from './dual-report';
import { assertAllDone, assertRoomForTask, change, complete, dualReportNotFound } from './rules';
import {
  countOpenTasks,
  endLasting,
  findDualReport,
  findTask,
  insertDualReport,
  insertReview,
  insertTask,
  listReportIds,
  listReportIdsAt,
  lockDualReport,
  lockReportsOf,
  saveDualReport,
  saveTask,
  touchDualReports,
  withAll,
} from './store';

export const reviewClock = 'organization.dual_report_review';
const write = 'organization.dual_report.write';
const workKind = 'organization.dual_report';

export interface DualReportRef {
  readonly dualReportId: string;
  readonly version: number;
}

export type FileDualReport = Pick<DualReport, 'memberUnitId' | 'unitId' | 'headcount'> & { readonly request: RequestKey };

/** @throws not_found UNIT_NOT_FOUND, MEMBER_UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED, DUAL_REPORT_MISPLACED, MEMBER_UNIT_NOT_IN; already_exists DUAL_REPORT_EXISTS. */
export async function fileDualReport(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, { request, ...facts }: FileDualReport): Promise<DualReportWhole> {
  return deps.db.withTenant(caller, async (tx) => {
    const id = await answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, write, unit.path)) throw unitNotFound();
      if (unit.kind !== 'community') throw failedPrecondition('DUAL_REPORT_MISPLACED', 'member units report to a community');
      const memberUnit = (await holdMemberUnits(tx, [facts.memberUnitId])).get(facts.memberUnitId);
      // A community takes reports of units of the whole office, which its people need not see.
      if (memberUnit === undefined) throw memberUnitNotFound();
      if (memberUnit.leftOn !== undefined) throw failedPrecondition('MEMBER_UNIT_NOT_IN', 'the member unit has left', { details: { member_unit: memberUnit.id } });
      const at = deps.now();
      const born = { ...facts, id: newId(at.getTime()), unitPath: unit.path, reportedOn: today(deps), endedOn: undefined, version: 1 };
      const report = { ...born, reviewDueAt: await oweReview(deps, tx, { id: born.id, at }) };
      await insertDualReport(tx, report);
      const payload = organization.DualReportFiled.fromPartial({ dualReportId: report.id, memberUnitId: report.memberUnitId, unitId: report.unitId });
      await record(tx, caller, [{ report, action: 'file', event: 'DualReportFiled', payload, at, code: 'filed' }]);
      return report.id;
    });
    const report = await findDualReport(tx, id);
    if (report === undefined) throw dualReportNotFound();
    return withAll(tx, report);
  });
}

/** A count that is the same already changes nothing. @throws not_found; aborted VERSION_STALE; failed_precondition DUAL_REPORT_ENDED. */
export async function updateDualReport(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { headcount, ...ref }: DualReportRef & { readonly headcount: number }): Promise<DualReportWhole> {
  return changing({ deps, caller, ref }, async (_tx, found) => {
    const report = change(found, { headcount });
    if (found.headcount === headcount) return undefined;
    return { report, action: 'update', event: 'DualReportUpdated', payload: organization.DualReportUpdated.fromPartial({ dualReportId: report.id }), code: 'updated' };
  });
}

/** @throws as `updateDualReport`; invalid_argument for a due day that is not after today; failed_precondition DUAL_TASKS_TOO_MANY. */
export async function assignDualTask(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { task, ...ref }: DualReportRef & { readonly task: Pick<DualTask, 'textZh' | 'dueOn'> }): Promise<DualReportWhole> {
  return changing({ deps, caller, ref }, async (tx, found) => {
    const report = change(found);
    if (task.dueOn <= today(deps)) throw violation('due_on', 'in_past');
    assertRoomForTask((await countOpenTasks(tx, [report.id])).get(report.id) ?? 0);
    const id = newId(deps.now().getTime());
    await insertTask(tx, report.id, { ...task, id, doneOn: undefined, proof: '' });
    const payload = organization.DualTaskAssigned.fromPartial({ dualReportId: report.id, taskId: id, dueOn: task.dueOn });
    return { report, action: 'assign_task', event: 'DualTaskAssigned', payload, code: 'task_assigned', facts: { due_on: task.dueOn } };
  });
}

/** @throws as `updateDualReport` and `complete`. */
export async function completeDualTask(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { taskId, proof, ...ref }: DualReportRef & { readonly taskId: string; readonly proof: string }): Promise<DualReportWhole> {
  return changing({ deps, caller, ref }, async (tx, found) => {
    const report = change(found);
    const day = today(deps);
    const task = complete(await findTask(tx, report.id, taskId), { day, proof });
    await saveTask(tx, report.id, task);
    const late = task.dueOn < day;
    const payload = organization.DualTaskCompleted.fromPartial({ dualReportId: report.id, taskId, late });
    return { report, action: 'complete_task', event: 'DualTaskCompleted', payload, code: 'task_completed', facts: { late: String(late) } };
  });
}

/** The year's review; the next one is owed from now on. @throws as `updateDualReport`. */
export async function reviewDualReport(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, { textZh, ...ref }: DualReportRef & { readonly textZh: string }): Promise<DualReportWhole> {
  return changing({ deps, caller, ref }, async (tx, found) => {
    const at = deps.now();
    const checked = change(found);
    await satisfyClock(tx, { kind: reviewClock, subjectId: found.id, at });
    const report = { ...checked, reviewDueAt: await oweReview(deps, tx, { id: found.id, at }) };
    await insertReview(tx, report.id, { id: newId(at.getTime()), reviewedOn: today(deps), textZh });
    return { report, action: 'review', event: 'DualReportReviewed', payload: organization.DualReportReviewed.fromPartial({ dualReportId: report.id }), code: 'reviewed' };
  });
}

/** @throws as `updateDualReport`; failed_precondition DUAL_TASKS_OPEN. */
export async function endDualReport(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, ref: DualReportRef): Promise<DualReportWhole> {
  return changing({ deps, caller, ref }, (tx, found) => end(deps, tx, found));
}

/** Call it before the member unit is locked, and `endReportsOf` after: so the scanner takes clocks. What is filed in between has one that is not due. */
export async function lockReviewsOf(tx: Tx, memberUnitId: string): Promise<void> {
  for (const id of await listReportIds(tx, memberUnitId)) await lockClockOf(tx, id);
}

/** Wherever a member unit that leaves reports to. @throws failed_precondition DUAL_TASKS_OPEN. */
export async function endReportsOf(deps: Pick<Deps, 'now'>, tx: Tx, { caller, memberUnitId }: { readonly caller: Caller; readonly memberUnitId: string }): Promise<void> {
  for (const found of await lockReportsOf(tx, memberUnitId)) {
    const step = await end(deps, tx, found);
    await saveDualReport(tx, step.report);
    await record(tx, caller, [{ ...step, at: deps.now() }]);
  }
}

/**
 * Of units that ended: a report that stayed behind, because its member unit reports to the successor too, ends with its unit.
 * What of its tasks was open stays undone.
 */
export async function endReportsAt(tx: Tx, caller: Caller, { unitIds, day, now: at }: { readonly unitIds: readonly string[]; readonly day: LocalDate; readonly now: Date }): Promise<void> {
  const left = await listReportIdsAt(tx, unitIds);
  for (const id of left) await lockClockOf(tx, id);
  const ended = await endLasting(tx, left, day);
  for (const { id } of ended) await cancelClock(tx, { kind: reviewClock, subjectId: id, at });
  const open = await countOpenTasks(tx, left);
  await record(tx, caller, ended.map((report) => ({ ...endOf(report), at, facts: { open_tasks: String(open.get(report.id) ?? 0) } })));
}

async function end(deps: Pick<Deps, 'now'>, tx: Tx, found: DualReport): Promise<Step> {
  const report = change(found, { endedOn: today(deps), reviewDueAt: undefined });
  assertAllDone((await countOpenTasks(tx, [report.id])).get(report.id) ?? 0);
  await cancelClock(tx, { kind: reviewClock, subjectId: report.id, at: deps.now() });
  return endOf(report);
}

function endOf(report: DualReport): Step {
  return { report, action: 'end', event: 'DualReportEnded', payload: organization.DualReportEnded.fromPartial({ dualReportId: report.id }), code: 'ended' };
}

/** A year without a review: told once, and it waits on. */
export function dualReportAlarms(deps: Pick<Deps, 'now'>): ClockHandler {
  return {
    async alarms(tx: Tx, alarms: readonly Alarm[]) {
      const at = deps.now();
      const caller = systemCaller(tenantOf(tx), 'organization', []);
      const late = await touchDualReports(tx, alarms.map(({ clock }) => clock.subjectId));
      const steps = late.map((report) => {
        const payload = organization.DualReportReviewOverdue.fromPartial({ dualReportId: report.id });
        return { report, action: 'mark_overdue', event: 'DualReportReviewOverdue', payload, at, code: 'review_overdue' };
      });
      await record(tx, caller, steps);
    },
    // A year of calendar days, which no arrangement moves.
    moved: () => Promise.resolve(),
  };
}

interface Step extends Pick<Change, 'event' | 'payload'>, Pick<Entry, 'code' | 'facts'> {
  /** After the change. */
  readonly report: DualReport;
  readonly action: string;
}

async function changing(
  { deps, caller, ref }: { readonly deps: Pick<Deps, 'db' | 'now'>; readonly caller: Caller; readonly ref: DualReportRef },
  act: (tx: Tx, found: DualReport) => Promise<Step | undefined>,
): Promise<DualReportWhole> {
  return deps.db.withTenant(caller, async (tx) => {
    await lockClockOf(tx, ref.dualReportId);
    const found = await lockDualReport(tx, ref.dualReportId);
    if (found === undefined || !coversUnit(caller, write, found.unitPath)) throw dualReportNotFound();
    assertVersion(found, ref.version);
    const step = await act(tx, found);
    if (step === undefined) return withAll(tx, found);
    await saveDualReport(tx, step.report);
    await record(tx, caller, [{ ...step, at: deps.now() }]);
    return withAll(tx, step.report);
  });
}

async function record(tx: Tx, caller: Caller, steps: readonly (Step & { readonly at: Date })[]): Promise<void> {
  const [lasting, ended] = [steps.flatMap(({ report }) => workOf(report)), steps.filter(({ report }) => report.reviewDueAt === undefined)];
  await setWork(tx, lasting);
  await endWork(tx, workKind, ended.map(({ report }) => report.id));
  const changes = steps.map(({ report, action, event, payload, at, code, facts = {} }): Change => {
    const { id, unitPath, version } = report;
    return { action: `dual_report.${action}`, objectType: 'dual_report', id, version, event, payload, entry: { threadId: id, unitPath, at, code, facts } };
  });
  await recordChanges(tx, caller, changes);
}

/** The review that waits; none once the report has ended. */
function workOf({ id, unitId, unitPath, reviewDueAt, version }: DualReport): Work[] {
  if (reviewDueAt === undefined) return [];
  const work: Work = {
    kind: workKind,
    subjectId: id,
    number: '',
    action: 'review',
    titleZh: '双报到评议',
    unitId,
    unitPath,
    ownerId: undefined,
    permission: write,
    dueAt: reviewDueAt,
    threadId: id,
    version,
  };
  return [work];
}

async function oweReview(deps: Pick<Deps, 'calendar'>, tx: Tx, { id, at }: { readonly id: string; readonly at: Date }): Promise<Date> {
  const clock = await startClock(tx, deps.calendar, { kind: reviewClock, subjectType: workKind, subjectId: id, ruleSet: { id: reviewClock }, at, alarms: ['due'] });
  return clock.dueAt;
}
