import { addDays, daysBetween, instantAt, type Calendar, type DayKind, type Limit, type LocalDate } from '@linli/clocks';
import { failedPrecondition, internal, notFound, type AppError } from '@linli/errors';
import type { DutyKind, DutyPart, Gap, Hours, KnownGap, Person, Slot } from './duty';

const kindsOfDay: Record<DayKind, readonly DutyKind[]> = { workday: ['workday', 'extended'], weekend: ['weekend'], holiday: ['holiday'] };

/** Which of the kinds that are kept a day has, in the order of the day. */
export function kindsOn(calendar: Calendar, day: LocalDate, kept: readonly DutyKind[]): { kinds: DutyKind[]; provisional: boolean } {
  const { kind, provisional } = calendar.kindOfDay(day);
  return { kinds: kindsOfDay[kind].filter((one) => kept.includes(one)), provisional };
}

/** Both ends are part of it. */
export function daysOf({ from, to }: { from: LocalDate; to: LocalDate }): LocalDate[] {
  return Array.from({ length: Math.max(0, daysBetween(from, to) + 1) }, (_, index) => addDays(from, index));
}

/** @throws internal DUTY_HOURS_MISSING: the rules have a hole. */
export function periodOf(hours: readonly Hours[], day: LocalDate, kind: DutyKind): Pick<Slot, 'startsAt' | 'endsAt'> {
  const inForce = hours.find((one) => one.kind === kind && one.effectiveFrom <= day && (one.effectiveTo === undefined || one.effectiveTo > day));
  if (inForce === undefined) throw internal('DUTY_HOURS_MISSING', 'no rule says when such a slot begins', { details: { day, kind } });
  return { startsAt: instantAt(day, inForce.opensAt * 60_000), endsAt: instantAt(day, inForce.closesAt * 60_000) };
}

export interface Pattern {
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly kinds: readonly DutyKind[];
  readonly pairs: readonly Pick<Slot, 'aId' | 'bId'>[];
}

/** The pairs take turns over the days that have such slots; one day is one pair's. */
export function spread(calendar: Calendar, hours: readonly Hours[], pattern: Pattern): Omit<Slot, 'id' | 'unitId' | 'cancelled' | 'version'>[] {
  const onDuty = daysOf(pattern)
    .map((day) => ({ day, kinds: kindsOn(calendar, day, pattern.kinds).kinds }))
    .filter(({ kinds }) => kinds.length > 0);
  return onDuty.flatMap(({ day, kinds }, turn) => {
    const pair = pattern.pairs[turn % pattern.pairs.length];
    return pair === undefined ? [] : kinds.map((kind) => ({ day, kind, ...periodOf(hours, day, kind), aId: pair.aId, bId: pair.bId }));
  });
}

type Period = Pick<Slot, 'day' | 'startsAt' | 'endsAt'>;

/** Why somebody cannot be on duty then; undefined when they can. */
function hindrance(person: Person, { day, startsAt, endsAt }: Period): 'inactive' | 'without_post' | 'away' | undefined {
  if (!person.active) return 'inactive';
  if (!person.posts.some(({ validFrom, validTo }) => validFrom <= day && (validTo === undefined || validTo > day))) return 'without_post';
  return person.absences.some(({ from, until }) => from < endsAt && (until === undefined || until > startsAt)) ? 'away' : undefined;
}

/** @throws not_found STAFF_NOT_FOUND; failed_precondition STAFF_INACTIVE, DUTY_PERSON_WITHOUT_POST, DUTY_PERSON_AWAY { day }. */
export function assertAble(person: Person | undefined, period: Period): void {
  // Nobody of this unit: as if there were no such person.
  if (person === undefined || person.posts.length === 0) throw notFound('STAFF_NOT_FOUND', 'there is no such member of staff');
  const details = { staff: person.id, day: period.day };
  switch (hindrance(person, period)) {
    case 'inactive':
      throw failedPrecondition('STAFF_INACTIVE', 'the person no longer works here', { details });
    case 'without_post':
      throw failedPrecondition('DUTY_PERSON_WITHOUT_POST', 'the person has no post there on that day', { details });
    case 'away':
      throw failedPrecondition('DUTY_PERSON_AWAY', 'the person is away then', { details });
    default:
  }
}

/** The parts of a slot that nobody can do. */
export function missingOf(slot: Slot, people: ReadonlyMap<string, Person>): DutyPart[] {
  const able = (id: string) => {
    const person = people.get(id);
    return person !== undefined && hindrance(person, slot) === undefined;
  };
  return [...(able(slot.aId) ? [] : (['a'] as const)), ...(able(slot.bId) ? [] : (['b'] as const))];
}

/** Who does it at that instant: A, or B while A is away; nobody when both are. */
export function actingAt(slot: Slot, people: ReadonlyMap<string, Person>, at: Date): { actingId: string | undefined; standIn: boolean } {
  const missing = missingOf({ ...slot, startsAt: at, endsAt: new Date(at.getTime() + 1) }, people);
  if (!missing.includes('a')) return { actingId: slot.aId, standIn: false };
  return missing.includes('b') ? { actingId: undefined, standIn: false } : { actingId: slot.bId, standIn: true };
}

export interface Planned {
  readonly calendar: Calendar;
  readonly hours: readonly Hours[];
  readonly kinds: readonly DutyKind[];
  readonly slots: readonly Slot[];
  readonly people: ReadonlyMap<string, Person>;
}

/** What is missing on these days, by day; what is over at `now` is past help. */
export function findGaps(days: readonly LocalDate[], { calendar, hours, kinds, slots, people }: Planned, now: Date): Gap[] {
  const planned = new Map(slots.map((slot) => [keyOf(slot), slot]));
  return days.flatMap((day) => {
    const needed = kindsOn(calendar, day, kinds);
    return needed.kinds.flatMap((kind): Gap[] => {
      const slot = planned.get(keyOf({ day, kind }));
      const { startsAt, endsAt } = slot ?? periodOf(hours, day, kind);
      const missing = slot === undefined ? (['a', 'b'] as const) : missingOf(slot, people);
      return missing.length === 0 || endsAt <= now ? [] : [{ day, kind, startsAt, missing, slotId: slot?.id, provisional: needed.provisional }];
    });
  });
}

export function keyOf({ day, kind }: Pick<Slot, 'day' | 'kind'>): string {
  return `${day} ${kind}`;
}

/** The day on which a gap of `day` is to be announced. */
export function noticeDayOf(calendar: Calendar, day: LocalDate, notice: Limit): LocalDate {
  return notice.unit === 'working_days' ? calendar.subtractWorkingDays(day, notice.amount) : addDays(day, -notice.amount);
}

/** Why an announced gap is none any more. */
export function endOf(known: KnownGap, at: { readonly calendar: Calendar; readonly hours: readonly Hours[]; readonly kinds: readonly DutyKind[]; readonly now: Date }): 'filled' | 'dropped' | 'passed' {
  if (periodOf(at.hours, known.day, known.kind).endsAt <= at.now) return 'passed';
  return kindsOn(at.calendar, known.day, at.kinds).kinds.includes(known.kind) ? 'filled' : 'dropped';
}

/** A slot that is not over and not cancelled. @throws failed_precondition DUTY_SLOT_CANCELLED, DUTY_SLOT_OVER. */
export function assertAhead(slot: Slot, now: Date): void {
  if (slot.cancelled) throw failedPrecondition('DUTY_SLOT_CANCELLED', 'the slot was cancelled');
  if (slot.endsAt <= now) throw failedPrecondition('DUTY_SLOT_OVER', 'the slot is over', { details: { day: slot.day } });
}

/** Also for a slot outside the caller's scope, which must look the same. */
export function slotNotFound(): AppError {
  return notFound('DUTY_SLOT_NOT_FOUND', 'there is no such slot');
}

/** Also for a roster outside the caller's scope. */
export function rosterNotFound(): AppError {
  return notFound('DUTY_ROSTER_NOT_FOUND', 'there is no such roster');
}
