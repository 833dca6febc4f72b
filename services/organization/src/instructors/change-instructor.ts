import { coversUnit, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges, type Change, type Entry } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdMemberUnits } from '../member-units/hold-member-units';
import { isInOn, memberUnitNotFound } from '../member-units/rules';
import { holdStaffActive } from '../staff/hold-staff-active';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import type { Instructor, Visit } from './instructor';
import { assertMayVisit, assign, dismiss, endAssignment, instructorNotFound } from './rules';
import { findGuide, insertInstructor, insertVisit, lockInstructor, saveInstructor } from './store';

const write = 'organization.instructor.write';
const visit = 'organization.instructor.visit';

export interface InstructorRef {
  readonly instructorId: string;
  readonly version: number;
}

/** @throws not_found UNIT_NOT_FOUND, STAFF_NOT_FOUND; failed_precondition UNIT_CLOSED, STAFF_INACTIVE; already_exists INSTRUCTOR_EXISTS. */
export async function appointInstructor(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  { request, ...facts }: Pick<Instructor, 'staffId' | 'unitId' | 'appointedOn'> & { readonly request: RequestKey },
): Promise<Instructor> {
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, write, unit.path)) throw unitNotFound();
      await holdStaffActive(tx, [facts.staffId]);
      const at = deps.now();
      const instructor = { ...facts, id: newId(at.getTime()), unitPath: unit.path, dismissedOn: undefined, assignments: [], version: 1 };
      await insertInstructor(tx, instructor);
      const payload = organization.InstructorAppointed.fromPartial({ instructorId: instructor.id, staffId: facts.staffId });
      await recordChanges(tx, caller, [changeOf(instructor, 'appoint', { event: 'InstructorAppointed', payload, at, facts: { appointed_on: facts.appointedOn } })]);
      return instructor;
    }),
  );
}

/** @throws not_found INSTRUCTOR_NOT_FOUND; aborted VERSION_STALE; failed_precondition INSTRUCTOR_DISMISSED. */
export async function dismissInstructor(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, ref: InstructorRef): Promise<Instructor> {
  return deps.db.withTenant(caller, async (tx) => {
    const found = await lockForChange(tx, caller, { ref, permission: write });
    const instructor = dismiss(found, today(deps));
    await saveInstructor(tx, { before: found, after: instructor });
    const payload = organization.InstructorDismissed.fromPartial({ instructorId: instructor.id });
    await recordChanges(tx, caller, [changeOf(instructor, 'dismiss', { event: 'InstructorDismissed', payload, at: deps.now() })]);
    return instructor;
  });
}

/** @throws as `dismissInstructor`; not_found MEMBER_UNIT_NOT_FOUND; failed_precondition MEMBER_UNIT_NOT_IN; already_exists INSTRUCTOR_TAKEN. */
export async function assignInstructor(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  { memberUnitId, validFrom, ...ref }: InstructorRef & { readonly memberUnitId: string; readonly validFrom: LocalDate },
): Promise<Instructor> {
  return deps.db.withTenant(caller, async (tx) => {
    // In the order in which a member unit that leaves takes them.
    const memberUnit = (await holdMemberUnits(tx, [memberUnitId])).get(memberUnitId);
    const found = await lockForChange(tx, caller, { ref, permission: write });
    if (validFrom < found.appointedOn) throw violation('valid_from', 'before_appointed_on');
    if (memberUnit === undefined || !coversUnit(caller, write, memberUnit.unitPath)) throw memberUnitNotFound();
    if (!isInOn(memberUnit, validFrom) || memberUnit.leftOn !== undefined) {
      throw failedPrecondition('MEMBER_UNIT_NOT_IN', 'the member unit is not in on that day', { details: { member_unit: memberUnitId } });
    }
    const at = deps.now();
    const instructor = assign(found, { id: newId(at.getTime()), memberUnitId, validFrom, validTo: undefined });
    await saveInstructor(tx, { before: found, after: instructor });
    const payload = organization.InstructorAssigned.fromPartial({ instructorId: instructor.id, memberUnitId });
    await recordChanges(tx, caller, [changeOf(instructor, 'assign', { event: 'InstructorAssigned', payload, at, facts: { valid_from: validFrom } })]);
    return instructor;
  });
}

/** @throws as `dismissInstructor` and `endAssignment`. */
export async function endInstructorAssignment(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { assignmentId, ...ref }: InstructorRef & { readonly assignmentId: string }): Promise<Instructor> {
  return deps.db.withTenant(caller, async (tx) => {
    return end(deps, tx, { caller, found: await lockForChange(tx, caller, { ref, permission: write }), assignmentId });
  });
}

/** Nobody guides a member unit that leaves. Its row is locked: nobody is assigned to it meanwhile. */
export async function endAssignmentsTo(deps: Pick<Deps, 'now'>, tx: Tx, { caller, memberUnitId }: { readonly caller: Caller; readonly memberUnitId: string }): Promise<void> {
  const guideId = await findGuide(tx, memberUnitId);
  const found = guideId === undefined ? undefined : await lockInstructor(tx, guideId);
  // It may have ended before the lock was ours.
  const assignment = found?.assignments.find((one) => one.memberUnitId === memberUnitId && one.validTo === undefined);
  if (found !== undefined && assignment !== undefined) await end(deps, tx, { caller, found, assignmentId: assignment.id });
}

async function end(deps: Pick<Deps, 'now'>, tx: Tx, { caller, found, assignmentId }: { readonly caller: Caller; readonly found: Instructor; readonly assignmentId: string }): Promise<Instructor> {
  const { instructor, ended } = endAssignment(found, assignmentId, today(deps));
  await saveInstructor(tx, { before: found, after: instructor });
  const payload = organization.InstructorAssignmentEnded.fromPartial({ instructorId: instructor.id, memberUnitId: ended.memberUnitId });
  await recordChanges(tx, caller, [changeOf(instructor, 'end_assignment', { event: 'InstructorAssignmentEnded', payload, at: deps.now() })]);
  return instructor;
}

/** @throws as `dismissInstructor` and `assertMayVisit`; invalid_argument for a day to come. */
export async function recordInstructorVisit(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { ref, visited }: { readonly ref: InstructorRef; readonly visited: Omit<Visit, 'id'> }): Promise<Instructor> {
  const { memberUnitId, visitedOn, purposeCode } = visited;
  return deps.db.withTenant(caller, async (tx) => {
    const found = await lockForChange(tx, caller, { ref, permission: visit });
    if (visitedOn > today(deps)) throw violation('visited_on', 'in_future');
    assertMayVisit(found, memberUnitId, visitedOn);
    const instructor = { ...found, version: found.version + 1 };
    await saveInstructor(tx, { before: found, after: instructor });
    const at = deps.now();
    await insertVisit(tx, instructor.id, { ...visited, id: newId(at.getTime()) });
    const payload = organization.InstructorVisited.fromPartial({ instructorId: instructor.id, memberUnitId, visitedOn, purposeCode });
    await recordChanges(tx, caller, [changeOf(instructor, 'visit', { event: 'InstructorVisited', payload, at, facts: { visited_on: visitedOn, purpose: purposeCode } })]);
    return instructor;
  });
}

async function lockForChange(tx: Tx, caller: Caller, { ref, permission }: { readonly ref: InstructorRef; readonly permission: string }): Promise<Instructor> {
  const instructor = await lockInstructor(tx, ref.instructorId);
  if (instructor === undefined || !coversUnit(caller, permission, instructor.unitPath)) throw instructorNotFound();
  assertVersion(instructor, ref.version);
  return instructor;
}

const entryCodes = { appoint: 'appointed', dismiss: 'dismissed', assign: 'assigned', end_assignment: 'assignment_ended', visit: 'visited' } as const;

function changeOf({ id, unitPath, version }: Instructor, action: keyof typeof entryCodes, told: Pick<Change, 'event' | 'payload'> & Pick<Entry, 'at' | 'facts'>): Change {
  const { event, payload, at, facts = {} } = told;
  return { action: `instructor.${action}`, objectType: 'instructor', id, version, event, payload, entry: { threadId: id, unitPath, at, code: entryCodes[action], facts } };
}
