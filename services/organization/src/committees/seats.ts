import type { LocalDate } from '@linli/clocks';
import { alreadyExists, failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { Committee, Seat } from './committee';
import { firstYearFrom, type Rotation } from './rotation';

export function isSeatedOn(seats: readonly Seat[], memberUnitId: string, day: LocalDate): boolean {
  return seats.some((seat) => seat.memberUnitId === memberUnitId && isHeldOn(seat, day));
}

export function seatedOn(seats: readonly Seat[], day: LocalDate): Seat[] {
  return seats.filter((seat) => isHeldOn(seat, day));
}

/** Seats without an end, beside those there are. @throws already_exists SEAT_TAKEN, failed_precondition COMMITTEE_FULL. */
export function takeSeats(committee: Pick<Committee, 'size'>, seats: readonly Seat[], taken: readonly Seat[]): Seat[] {
  for (const { memberUnitId, validFrom } of taken) {
    // A seat that ended before it began was never held.
    if (seats.some((seat) => seat.memberUnitId === memberUnitId && (seat.validTo === undefined || (seat.validTo > validFrom && seat.validTo > seat.validFrom)))) {
      throw alreadyExists('SEAT_TAKEN', 'the member unit has its seat on that day', { details: { member_unit: memberUnitId } });
    }
  }
  const all = [...seats, ...taken];
  const [first = ''] = taken.map(({ validFrom }) => validFrom).sort();
  assertFit(committee, all, first);
  return all;
}

/** From that day on. @throws failed_precondition COMMITTEE_FULL. */
export function assertFit({ size }: Pick<Committee, 'size'>, seats: readonly Seat[], from: LocalDate): void {
  // Most are held on the first day, or on one on which a seat begins.
  const days = [from, ...seats.map(({ validFrom }) => validFrom).filter((day) => day > from)];
  if (days.some((day) => seatedOn(seats, day).length > size)) throw failedPrecondition('COMMITTEE_FULL', 'the committee has no more seats', { details: { size: String(size) } });
}

/** Whoever is to host a year after that day keeps the seat. @throws not_found SEAT_NOT_FOUND, failed_precondition SEAT_ENDED, SEAT_IN_ROTATION. */
export function endSeat(seats: readonly Seat[], rotations: readonly Rotation[], end: { readonly seatId: string; readonly validTo: LocalDate }): Seat {
  const seat = seats.find(({ id }) => id === end.seatId);
  if (seat === undefined) throw notFound('SEAT_NOT_FOUND', 'the committee has no such seat');
  if (seat.validTo !== undefined) throw failedPrecondition('SEAT_ENDED', 'the end of the seat is set');
  const firstYear = firstYearFrom(end.validTo);
  const hosting = rotations.filter(({ units }, index) => units.includes(seat.memberUnitId) && (rotations[index + 1]?.baseYear ?? Infinity) > firstYear);
  if (hosting.length > 0) throw failedPrecondition('SEAT_IN_ROTATION', 'the member unit is to host a year after that day');
  return { ...seat, validTo: end.validTo < seat.validFrom ? seat.validFrom : end.validTo };
}

/** @throws failed_precondition COMMITTEE_ENDED. */
export function assertThere({ endedOn }: Pick<Committee, 'endedOn'>): void {
  if (endedOn !== undefined) throw failedPrecondition('COMMITTEE_ENDED', 'the committee has ended', { details: { ended_on: endedOn } });
}

/** Also for one outside the caller's scope, which must look the same. */
export function committeeNotFound(): AppError {
  return notFound('COMMITTEE_NOT_FOUND', 'there is no such committee');
}

function isHeldOn({ validFrom, validTo }: Seat, day: LocalDate): boolean {
  return validFrom <= day && (validTo === undefined || day < validTo);
}
