import type { LocalDate } from '@linli/clocks';
import { alreadyExists, failedPrecondition } from '@linli/errors';

/** Who hosts from `baseYear` on, in turn, until the next rotation begins. */
export interface Rotation {
  readonly baseYear: number;
  readonly units: readonly string[];
}

/** Two hosts that gave each other their years; `year` is the earlier one. */
export interface Swap {
  readonly year: number;
  readonly otherYear: number;
  /** The host of `year` before the swap. */
  readonly memberUnitId: string;
  readonly otherMemberUnitId: string;
}

/** What decides who hosts: rotations by their base year, swaps in the order of decision, and the last year handed over. */
export interface Schedule {
  readonly rotations: readonly Rotation[];
  readonly swaps: readonly Swap[];
  readonly lastHandedOver: number | undefined;
}

export function yearOf(day: LocalDate): number {
  return Number(day.slice(0, 4));
}

/** The first year that begins on the day or after it. */
export function firstYearFrom(day: LocalDate): number {
  return day.endsWith('-01-01') ? yearOf(day) : yearOf(day) + 1;
}

/** `units[(year − base) mod n]`; undefined before the first rotation. */
export function plannedHost({ rotations }: Pick<Schedule, 'rotations'>, year: number): string | undefined {
  const rotation = rotationOf(rotations, year);
  return rotation?.units[(year - rotation.baseYear) % rotation.units.length];
}

/** As planned, or as swapped. */
export function hostOf(schedule: Pick<Schedule, 'rotations' | 'swaps'>, year: number): string | undefined {
  const last = schedule.swaps.findLast((swap) => swap.year === year || swap.otherYear === year);
  if (last === undefined) return plannedHost(schedule, year);
  return last.year === year ? last.otherMemberUnitId : last.memberUnitId;
}

/**
 * The swap of two coming years.
 * @throws failed_precondition ROTATION_YEAR_BEGUN, ROTATION_NONE, ROTATION_YEARS_APART, ROTATION_SWAP_IDLE, ROTATION_SKIPS_TWICE.
 */
export function swapHosts(schedule: Schedule, years: readonly [number, number], today: LocalDate): Swap {
  const [year, otherYear] = [Math.min(...years), Math.max(...years)];
  assertToCome(schedule, year, today);
  const [rotation, other] = [rotationOf(schedule.rotations, year), rotationOf(schedule.rotations, otherYear)];
  if (rotation !== other) throw failedPrecondition('ROTATION_YEARS_APART', 'the years are of two rotations');
  const [memberUnitId, otherMemberUnitId] = [hostOf(schedule, year), hostOf(schedule, otherYear)];
  if (rotation === undefined || memberUnitId === undefined || otherMemberUnitId === undefined) throw noRotation(year);
  if (memberUnitId === otherMemberUnitId) throw failedPrecondition('ROTATION_SWAP_IDLE', 'one unit hosts both years');
  const swap = { year, otherYear, memberUnitId, otherMemberUnitId };
  const skipped = skippedTwice({ ...schedule, swaps: [...schedule.swaps, swap] }, rotation);
  if (skipped !== undefined) {
    throw failedPrecondition('ROTATION_SKIPS_TWICE', 'a unit would be skipped in two rounds', { details: { member_unit: skipped } });
  }
  return swap;
}

/**
 * A further rotation begins in a year to come; only the first may begin in the past, for a committee that was there before.
 * @throws failed_precondition ROTATION_YEAR_BEGUN, ROTATION_LATER_SET, ROTATION_HAS_SWAPS.
 */
export function assertCanBegin(schedule: Schedule, baseYear: number, today: LocalDate): void {
  if (schedule.rotations.length === 0) return;
  assertToCome(schedule, baseYear, today);
  if (schedule.rotations.some((rotation) => rotation.baseYear >= baseYear)) throw failedPrecondition('ROTATION_LATER_SET', 'a rotation is set from that year or a later one');
  if (schedule.swaps.some(({ otherYear }) => otherYear >= baseYear)) throw failedPrecondition('ROTATION_HAS_SWAPS', 'years from then on were swapped');
}

/** The host that takes over `year`, and the one before. @throws already_exists ROTATION_HANDED_OVER; failed_precondition ROTATION_NONE. */
export function handOver(schedule: Schedule, year: number): { readonly hostId: string; readonly formerHostId: string | undefined } {
  if (schedule.lastHandedOver !== undefined && year <= schedule.lastHandedOver) throw alreadyExists('ROTATION_HANDED_OVER', 'the year was handed over');
  const hostId = hostOf(schedule, year);
  if (hostId === undefined) throw noRotation(year);
  return { hostId, formerHostId: hostOf(schedule, year - 1) };
}

/** A unit that hosts in no year of two rounds. A round is as many years as there are units, counted from the base year. */
function skippedTwice(schedule: Schedule, rotation: Rotation): string | undefined {
  const { baseYear, units } = rotation;
  const roundOf = (year: number) => Math.floor((year - baseYear) / units.length);
  // Untouched rounds skip nobody.
  const touched = new Set(schedule.swaps.filter(({ year }) => rotationOf(schedule.rotations, year) === rotation).flatMap(({ year, otherYear }) => [roundOf(year), roundOf(otherYear)]));
  const skips = new Map<string, number>();
  for (const round of touched) {
    const hosts = new Set(units.map((_unit, place) => hostOf(schedule, baseYear + round * units.length + place)));
    for (const unit of units) if (!hosts.has(unit)) skips.set(unit, (skips.get(unit) ?? 0) + 1);
  }
  return units.find((unit) => (skips.get(unit) ?? 0) > 1);
}

function rotationOf(rotations: readonly Rotation[], year: number): Rotation | undefined {
  return rotations.findLast(({ baseYear }) => baseYear <= year);
}

/** Neither begun nor handed over. */
function assertToCome({ lastHandedOver = 0 }: Schedule, year: number, today: LocalDate): void {
  if (year <= yearOf(today) || year <= lastHandedOver) throw failedPrecondition('ROTATION_YEAR_BEGUN', 'the year has begun, or was handed over', { details: { year: String(year) } });
}

function noRotation(year: number) {
  return failedPrecondition('ROTATION_NONE', 'no rotation says who hosts', { details: { year: String(year) } });
}
