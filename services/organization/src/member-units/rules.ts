import type { LocalDate } from '@linli/clocks';
import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { MemberUnit } from './member-unit';

/** What a member unit still has on its hands. */
export interface Held {
  /** Seats that go on after the day of leaving. */
  readonly seats: number;
  readonly openResolutions: number;
  /** Joint projects that it leads or gives something to, and that go on. */
  readonly openProjects: number;
}

/** @throws failed_precondition MEMBER_UNIT_LEFT, MEMBER_UNIT_HAS_SEATS, MEMBER_UNIT_HAS_RESOLUTIONS, MEMBER_UNIT_HAS_PROJECTS. */
export function leave(memberUnit: MemberUnit, leftOn: LocalDate, held: Held): MemberUnit {
  assertIn(memberUnit);
  if (held.seats > 0) {
    throw failedPrecondition('MEMBER_UNIT_HAS_SEATS', 'it holds seats beyond that day', { details: { open: String(held.seats) } });
  }
  if (held.openResolutions > 0) {
    throw failedPrecondition('MEMBER_UNIT_HAS_RESOLUTIONS', 'it owes the delivery of resolutions', { details: { open: String(held.openResolutions) } });
  }
  if (held.openProjects > 0) {
    throw failedPrecondition('MEMBER_UNIT_HAS_PROJECTS', 'it has part in joint projects that go on', { details: { open: String(held.openProjects) } });
  }
  return { ...memberUnit, leftOn, version: memberUnit.version + 1 };
}

/** Whether it is in on the day. */
export function isInOn({ joinedOn, leftOn }: Pick<MemberUnit, 'joinedOn' | 'leftOn'>, day: LocalDate): boolean {
  return joinedOn <= day && (leftOn === undefined || day < leftOn);
}

/** @throws failed_precondition MEMBER_UNIT_NOT_IN. */
export function assertInOn(memberUnit: MemberUnit | undefined, day: LocalDate): void {
  if (memberUnit === undefined || !isInOn(memberUnit, day)) {
    throw failedPrecondition('MEMBER_UNIT_NOT_IN', 'the member unit is not in on that day', { details: { member_unit: memberUnit?.id ?? '' } });
  }
}

export function assertIn({ leftOn }: Pick<MemberUnit, 'leftOn'>): void {
  if (leftOn !== undefined) throw failedPrecondition('MEMBER_UNIT_LEFT', 'the member unit has left');
}

/** Also for one outside the caller's scope, which must look the same. */
export function memberUnitNotFound(): AppError {
  return notFound('MEMBER_UNIT_NOT_FOUND', 'there is no such member unit');
}
