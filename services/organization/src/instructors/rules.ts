import type { LocalDate } from '@linli/clocks';
import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { Assignment, Instructor } from './instructor';

/** @throws failed_precondition INSTRUCTOR_DISMISSED. */
export function assign(instructor: Instructor, assignment: Assignment): Instructor {
  assertAppointed(instructor);
  return { ...instructor, assignments: [...instructor.assignments, assignment], version: instructor.version + 1 };
}

/** @throws failed_precondition INSTRUCTOR_DISMISSED, ASSIGNMENT_ENDED; not_found ASSIGNMENT_NOT_FOUND. */
export function endAssignment(instructor: Instructor, id: string, day: LocalDate): { readonly instructor: Instructor; readonly ended: Assignment } {
  assertAppointed(instructor);
  const assignment = instructor.assignments.find((one) => one.id === id);
  if (assignment === undefined) throw notFound('ASSIGNMENT_NOT_FOUND', 'the instructor has no such assignment');
  if (assignment.validTo !== undefined) throw failedPrecondition('ASSIGNMENT_ENDED', 'the assignment has ended');
  const ended = ending(assignment, day);
  const assignments = instructor.assignments.map((one) => (one === assignment ? ended : one));
  return { instructor: { ...instructor, assignments, version: instructor.version + 1 }, ended };
}

/** All that the instructor is assigned to ends too. @throws failed_precondition INSTRUCTOR_DISMISSED. */
export function dismiss(instructor: Instructor, day: LocalDate): Instructor {
  assertAppointed(instructor);
  const assignments = instructor.assignments.map((one) => (one.validTo === undefined ? ending(one, day) : one));
  return { ...instructor, assignments, dismissedOn: later(instructor.appointedOn, day), version: instructor.version + 1 };
}

/** @throws failed_precondition INSTRUCTOR_DISMISSED, INSTRUCTOR_NOT_ASSIGNED. */
export function assertMayVisit(instructor: Instructor, memberUnitId: string, day: LocalDate): void {
  assertAppointed(instructor);
  const assigned = instructor.assignments.some((one) => one.memberUnitId === memberUnitId && one.validFrom <= day && (one.validTo === undefined || day < one.validTo));
  if (!assigned) throw failedPrecondition('INSTRUCTOR_NOT_ASSIGNED', 'the instructor was not assigned to the organisation that day');
}

/** Also for one outside the caller's scope, which must look the same. */
export function instructorNotFound(): AppError {
  return notFound('INSTRUCTOR_NOT_FOUND', 'there is no such instructor');
}

function assertAppointed({ dismissedOn }: Instructor): void {
  if (dismissedOn !== undefined) throw failedPrecondition('INSTRUCTOR_DISMISSED', 'the instructor was dismissed');
}

/** What has not begun ends as it begins. */
function ending(assignment: Assignment, day: LocalDate): Assignment {
  return { ...assignment, validTo: later(assignment.validFrom, day) };
}

function later(one: LocalDate, other: LocalDate): LocalDate {
  return one > other ? one : other;
}
