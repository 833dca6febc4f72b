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

/** A decision as the committee made it at that version. */
export type Decided<T> = T & { readonly version: number };

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

/** Of all that was decided, in the order of decision, what a later rotation did not replace: those that were to begin with it or after it, and the swaps among its years. */
export function inForce<R extends Decided<Rotation>, S extends Decided<Swap>>(rotations: readonly R[], swaps: readonly S[]): { readonly rotations: R[]; readonly swaps: S[] } {
  return {
    rotations: rotations.filter(({ baseYear }, index) => !rotations.slice(index + 1).some((later) => later.baseYear <= baseYear)),
    swaps: swaps.filter(({ version, year }) => !rotations.some((later) => later.version > version && later.baseYear <= year)),
  };
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
  const [memberUnitId, otherMemberUnitId] = [hostOf(schedule, year), hostOf(schedule, otherYear)];
  if (rotation === undefined || memberUnitId === undefined || otherMemberUnitId === undefined) throw noRotation(year);
  if (rotation !== other || otherYear - year >= 2 * rotation.units.length) throw failedPrecondition('ROTATION_YEARS_APART', 'the years are of two rotations, or more than two rounds apart');
  if (memberUnitId === otherMemberUnitId) throw failedPrecondition('ROTATION_SWAP_IDLE', 'one unit hosts both years');
  const swap = { year, otherYear, memberUnitId, otherMemberUnitId };
  assertNobodySkippedTwice(schedule, { ...schedule, swaps: [...schedule.swaps, swap] }, rotation.units);
  return swap;
}

/**
 * A further rotation begins in a year to come; only while none has begun may it begin in the past, for a committee that was there before.
 * What was to begin no earlier it replaces, with the swaps among its years.
 * @throws failed_precondition ROTATION_YEAR_BEGUN, ROTATION_HAS_SWAPS, ROTATION_SKIPS_TWICE.
 */
export function assertCanBegin(schedule: Schedule, rotation: Rotation, today: LocalDate): void {
  const { baseYear, units } = rotation;
  const begun = schedule.lastHandedOver !== undefined || schedule.rotations.some((one) => one.baseYear <= yearOf(today));
  if (!begun) return;
  assertToCome(schedule, baseYear, today);
  if (schedule.swaps.some(({ year, otherYear }) => year < baseYear && otherYear >= baseYear)) throw failedPrecondition('ROTATION_HAS_SWAPS', 'a year before was swapped with one from then on');
  const rotations = [...schedule.rotations.filter((one) => one.baseYear < baseYear), rotation];
  assertNobodySkippedTwice(schedule, { ...schedule, rotations, swaps: schedule.swaps.filter(({ year }) => year < baseYear) }, units);
}

/** The host that takes over `year`, and the one before. @throws already_exists ROTATION_HANDED_OVER; failed_precondition ROTATION_NONE. */
export function handOver(schedule: Schedule, year: number): { readonly hostId: string; readonly formerHostId: string | undefined } {
  if (schedule.lastHandedOver !== undefined && year <= schedule.lastHandedOver) throw alreadyExists('ROTATION_HANDED_OVER', 'the year was handed over');
  const hostId = hostOf(schedule, year);
  if (hostId === undefined) throw noRotation(year);
  return { hostId, formerHostId: hostOf(schedule, year - 1) };
}

/** What was so already does not stand in the way: whoever goes on in the old order makes it no worse. */
function assertNobodySkippedTwice(before: Schedule, after: Schedule, units: readonly string[]): void {
  const [were, are] = [countSkips(before), countSkips(after)];
  const skipped = units.find((unit) => (are.get(unit) ?? 0) > Math.max(1, were.get(unit) ?? 0));
  if (skipped !== undefined) {
    throw failedPrecondition('ROTATION_SKIPS_TWICE', 'a unit would be skipped in two rounds', { details: { member_unit: skipped } });
  }
}

/**
 * In how many rounds a unit of the rotation hosts in no year. A round is as many years as there are units, counted from the base
 * year, also where the next rotation begins within it.
 */
function countSkips(schedule: Schedule): Map<string, number> {
  const skips = new Map<string, number>();
  for (const [index, rotation] of schedule.rotations.entries()) {
    const { baseYear, units } = rotation;
    const swapped = schedule.swaps.filter(({ year }) => rotationOf(schedule.rotations, year) === rotation).flatMap(({ year, otherYear }) => [year, otherYear]);
    const next = schedule.rotations[index + 1];
    // Untouched rounds skip nobody.
    const touched = next === undefined ? swapped : [...swapped, next.baseYear - 1];
    for (const round of new Set(touched.map((year) => Math.floor((year - baseYear) / units.length)))) {
      const hosts = new Set(units.map((_unit, place) => hostOf(schedule, baseYear + round * units.length + place)));
      for (const unit of units) if (!hosts.has(unit)) skips.set(unit, (skips.get(unit) ?? 0) + 1);
    }
  }
  return skips;
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
