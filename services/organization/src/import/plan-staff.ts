import type { LocalDate } from '@linli/clocks';
import type { Identity } from '../fields';
import { assignPost, withPartner } from '../staff/rules';
import type { StaffChange } from '../staff/record-staff';
import { standingPosts, type Post, type Staff } from '../staff/staff';
import type { Unit } from '../units/unit';
import type { Problem, Sheet, StaffLine } from './sheet';

/** One person of the sheet, or the partner of one. */
export interface Person {
  staff: Staff;
  readonly isNew: boolean;
  /** What happens to somebody who is there already. */
  readonly steps: StaffChange[];
}

export interface StaffPlan {
  readonly people: ReadonlyMap<string, Person>;
  /** The rows that were understood, one a code. */
  readonly lines: readonly StaffLine[];
}

interface Facts {
  /** Those of the sheet and their partners who are there already, by code. */
  readonly existing: ReadonlyMap<string, Staff>;
  /** Code of whoever signs in with an identity, by `identityKey`. */
  readonly identities: ReadonlyMap<string, string>;
  readonly units: ReadonlyMap<string, Unit>;
  /** Codes of units whose own rows are wrong: a post there is not called wrong too. */
  readonly wrongUnits: ReadonlySet<string>;
  readonly day: LocalDate;
  readonly newId: () => string;
}

export function identityKey({ issuer, subject }: Identity): string {
  return `${issuer} ${subject}`;
}

/** New people get posts and partner at once; to those who are there, what is missing is added, and what differs is a problem. */
export function planStaff(sheet: Sheet, facts: Facts, problems: Problem[]): StaffPlan {
  const people = new Map<string, Person>();
  const seen: Seen = { codes: new Set(), identities: new Set() };
  const lines = sheet.staff.filter((line) => isDistinct(line, { seen, takenBy: facts.identities }, problems));
  for (const line of lines) {
    const posts = plannedPosts(line, facts, problems);
    const existing = facts.existing.get(line.code);
    people.set(line.code, existing === undefined ? newPerson(line, posts, facts) : knownPerson(line, { existing, posts, day: facts.day }, problems));
  }
  for (const [code, staff] of facts.existing) {
    if (!people.has(code)) people.set(code, { staff, isNew: false, steps: [] });
  }
  const partners = new Map(lines.map((line) => [line.code, line.partnerCode]));
  for (const line of lines) pairUp(line, { people, partners, unreadable: sheet.unreadable.staff }, problems);
  return { people, lines };
}

interface Seen {
  readonly codes: Set<string>;
  readonly identities: Set<string>;
}

function isDistinct(line: StaffLine, { seen, takenBy }: { seen: Seen; takenBy: ReadonlyMap<string, string> }, problems: Problem[]): boolean {
  if (seen.codes.has(line.code)) {
    problems.push(at(line, 'code', 'duplicate'));
    return false;
  }
  seen.codes.add(line.code);
  if (line.identity === undefined) return true;
  const key = identityKey(line.identity);
  if (seen.identities.has(key)) problems.push(at(line, 'identity_subject', 'duplicate'));
  else if ((takenBy.get(key) ?? line.code) !== line.code) problems.push(at(line, 'identity_subject', 'taken'));
  seen.identities.add(key);
  return true;
}

function plannedPosts(line: StaffLine, facts: Facts, problems: Problem[]): Post[] {
  return line.posts.flatMap(({ unitCode, titleZh, primary }, index) => {
    const unit = facts.units.get(unitCode);
    if (unit === undefined) {
      if (!facts.wrongUnits.has(unitCode)) problems.push(at(line, `posts[${index}].unit_code`, 'unknown'));
      return [];
    }
    const validFrom = unit.validFrom > facts.day ? unit.validFrom : facts.day;
    return [{ id: facts.newId(), unitId: unit.id, unitPath: unit.path, titleZh, primary, lead: undefined, validFrom, validTo: undefined }];
  });
}

function newPerson(line: StaffLine, posts: readonly Post[], { newId }: Facts): Person {
  const { code, name, workPhone, identity } = line;
  const facts = { code, name, workPhone, identity, posts };
  return { staff: { ...facts, id: newId(), active: true, partnerId: undefined, absences: [], version: 1 }, isNew: true, steps: [] };
}

function knownPerson(
  line: StaffLine,
  { existing, posts, day }: { existing: Staff; posts: readonly Post[]; day: LocalDate },
  problems: Problem[],
): Person {
  const person: Person = { staff: existing, isNew: false, steps: [] };
  if (!existing.active) problems.push(at(line, 'code', 'inactive'));
  if (existing.name !== line.name) problems.push(at(line, 'name', 'differs'));
  if (existing.workPhone !== line.workPhone) problems.push(at(line, 'work_phone', 'differs'));
  if (existing.identity?.issuer !== line.identity?.issuer) problems.push(at(line, 'identity_issuer', 'differs'));
  if (existing.identity?.subject !== line.identity?.subject) problems.push(at(line, 'identity_subject', 'differs'));
  if (!existing.active) return person;
  const held = standingPosts(existing, day);
  for (const post of posts) {
    if (held.some((other) => other.unitId === post.unitId && other.titleZh === post.titleZh)) continue;
    person.staff = assignPost(person.staff, post);
    person.steps.push({ staff: person.staff, event: 'PostAssigned', postId: post.id });
  }
  return person;
}

interface Pairing {
  readonly people: ReadonlyMap<string, Person>;
  /** Partner's code by code, as the sheet says. */
  readonly partners: ReadonlyMap<string, string>;
  readonly unreadable: ReadonlySet<string>;
}

function pairUp(line: StaffLine, { people, partners, unreadable }: Pairing, problems: Problem[]): void {
  const one = people.get(line.code);
  if (line.partnerCode === '' || one === undefined) return;
  const other = people.get(line.partnerCode);
  const problem = pairingProblem(line, { one, other, named: partners.get(line.partnerCode) ?? '' });
  if (problem === 'unknown' && unreadable.has(line.partnerCode)) return;
  if (problem !== undefined) problems.push(at(line, 'partner_code', problem));
  else if (other !== undefined && one.staff.partnerId !== other.staff.id) {
    const [oneId, otherId] = [one.staff.id, other.staff.id];
    setPartner(one, otherId);
    setPartner(other, oneId);
  }
}

function pairingProblem(line: StaffLine, { one, other, named }: { one: Person; other: Person | undefined; named: string }): string | undefined {
  if (line.partnerCode === line.code) return 'self';
  if (other === undefined) return 'unknown';
  if (named !== '' && named !== line.code) return 'not_mutual';
  if (!other.staff.active) return 'inactive';
  if (one.staff.partnerId === other.staff.id) return undefined;
  if (one.staff.partnerId !== undefined) return one.isNew ? 'taken' : 'differs';
  return other.staff.partnerId === undefined ? undefined : 'taken';
}

function setPartner(person: Person, partnerId: string): void {
  if (person.isNew) {
    person.staff = { ...person.staff, partnerId };
    return;
  }
  person.staff = withPartner(person.staff, partnerId);
  person.steps.push({ staff: person.staff, event: 'PartnerSet' });
}

function at(line: StaffLine, field: string, code: string): Problem {
  return { sheet: 'staff', row: line.row, field, code };
}
