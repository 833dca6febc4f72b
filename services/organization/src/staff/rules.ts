import { alreadyExists, failedPrecondition, invalidArgument, notFound, type AppError } from '@linli/errors';
import type { LocalDate } from '@linli/clocks';
import { absencesAhead, mostAbsences, standingPosts, type Absence, type Post, type Staff } from './staff';

/** A new primary post makes the former one an ordinary one. @throws STAFF_INACTIVE, POST_EXISTS. */
export function assignPost(staff: Staff, post: Post): Staff {
  assertActive(staff);
  if (staff.posts.some((held) => held.validTo === undefined && held.unitId === post.unitId && held.titleZh === post.titleZh)) {
    throw alreadyExists('POST_EXISTS', 'the person holds this post already');
  }
  const held = post.primary ? staff.posts.map((other) => (other.validTo === undefined ? { ...other, primary: false } : other)) : staff.posts;
  return { ...staff, posts: [...held, post], version: staff.version + 1 };
}

/** An end that lies ahead may still be set anew. @throws not_found POST_NOT_FOUND, failed_precondition POST_ENDED, invalid_argument POST_END_BEFORE_START. */
export function endPost(staff: Staff, { postId, validTo }: { readonly postId: string; readonly validTo: LocalDate }, day: LocalDate): Staff {
  const post = staff.posts.find((held) => held.id === postId);
  if (post === undefined) throw notFound('POST_NOT_FOUND', 'the person has no such post');
  if (post.validTo !== undefined && post.validTo <= day) throw failedPrecondition('POST_ENDED', 'the post has ended');
  if (validTo < post.validFrom) {
    throw invalidArgument('POST_END_BEFORE_START', 'a post cannot end before it begins', {
      violations: [{ field: 'valid_to', code: 'before_valid_from' }],
    });
  }
  const posts = staff.posts.map((held) => (held === post ? { ...post, validTo } : held));
  return { ...staff, posts, version: staff.version + 1 };
}

export type StaffFacts = Partial<Pick<Staff, 'name' | 'workPhone' | 'identity'>>;

/** What is not among the facts stays. @throws failed_precondition STAFF_INACTIVE. */
export function update(staff: Staff, facts: StaffFacts): Staff {
  assertActive(staff);
  return { ...staff, ...facts, version: staff.version + 1 };
}

interface PostMoves {
  /** By the id of the unit that ends. */
  readonly targets: ReadonlyMap<string, PostTarget>;
  readonly day: LocalDate;
  readonly idFor: () => string;
}

export interface PostTarget {
  readonly id: string;
  readonly path: string;
  readonly continuesId: string | undefined;
}

/**
 * Standing posts at units that end on the day go on at their targets, unless the person holds the same post there. Whoever led
 * a unit leads the one that continues it; who leads one that took over from several is decided anew.
 */
export function movePostsOf(staff: Staff, { targets, day, idFor }: PostMoves): Staff {
  const posts = staff.posts.map((post) => ({ ...post }));
  for (const post of standingPosts(staff, day)) {
    const target = targets.get(post.unitId);
    if (target === undefined) continue;
    const begins = post.validFrom > day ? post.validFrom : day;
    const kept = posts.find((held) => held.unitId === target.id && held.titleZh === post.titleZh && held.validTo === undefined);
    const index = posts.findIndex(({ id }) => id === post.id);
    posts[index] = { ...post, validTo: begins };
    if (kept === undefined) posts.push({ ...post, id: idFor(), unitId: target.id, unitPath: target.path, validFrom: begins, lead: target.continuesId === post.unitId ? post.lead : undefined });
    else posts[posts.indexOf(kept)] = { ...kept, primary: kept.primary || post.primary };
  }
  return { ...staff, posts, version: staff.version + 1 };
}

/** Each becomes the other's. @throws PARTNER_IS_SELF, STAFF_INACTIVE, PARTNER_TAKEN. */
export function pair(one: Staff, other: Staff): [Staff, Staff] {
  if (one.id === other.id) {
    throw invalidArgument('PARTNER_IS_SELF', 'nobody stands in for themselves', { violations: [{ field: 'partner_id', code: 'self' }] });
  }
  for (const staff of [one, other]) {
    assertActive(staff);
    if (staff.partnerId !== undefined) throw failedPrecondition('PARTNER_TAKEN', 'one of the two has a partner: end that pairing first');
  }
  return [withPartner(one, other.id), withPartner(other, one.id)];
}

export function withPartner(staff: Staff, partnerId: string | undefined): Staff {
  return { ...staff, partnerId, version: staff.version + 1 };
}

/** @throws STAFF_INACTIVE, ABSENCE_OVERLAPS, ABSENCE_LIMIT, ABSENCE_ENDS_IN_PAST, ABSENCE_ENDS_BEFORE_START, ABSENCE_STAND_IN_IS_SELF. */
export function startAbsence(staff: Staff, absence: Absence, now: Date): Staff {
  assertActive(staff);
  const { from, until, standInId } = absence;
  if (until !== undefined && until <= now) throw badUntil('ABSENCE_ENDS_IN_PAST', 'the end of an absence lies ahead', 'in_past');
  if (until !== undefined && until <= from) throw badUntil('ABSENCE_ENDS_BEFORE_START', 'an absence cannot end before it begins', 'before_from');
  if (standInId === staff.id) {
    throw invalidArgument('ABSENCE_STAND_IN_IS_SELF', 'nobody stands in for themselves', { violations: [{ field: 'stand_in_id', code: 'self' }] });
  }
  const { absences } = staff;
  if (absences.some((other) => begins(other, until) && begins(absence, other.until))) {
    throw failedPrecondition('ABSENCE_OVERLAPS', 'an absence is noted for a part of that time: end it first');
  }
  if (absencesAhead(staff, now).length >= mostAbsences) {
    throw failedPrecondition('ABSENCE_LIMIT', 'as many absences are noted as can be', { details: { most: String(mostAbsences) } });
  }
  const ordered = [...absences, absence].sort((one, other) => one.from.getTime() - other.from.getTime());
  return { ...staff, absences: ordered, version: staff.version + 1 };
}

/** Without an id the one that is on. @throws failed_precondition ABSENCE_NONE; not_found ABSENCE_NOT_FOUND, also for one that is over. */
export function endAbsence(staff: Staff, absenceId: string | undefined, now: Date): { staff: Staff; ended: Absence } {
  const ahead = absencesAhead(staff, now);
  const ended = ahead.find(({ id, from }) => (absenceId === undefined ? from <= now : id === absenceId));
  if (ended === undefined && absenceId === undefined) throw failedPrecondition('ABSENCE_NONE', 'the person is not away');
  if (ended === undefined) throw notFound('ABSENCE_NOT_FOUND', 'the person has no such absence before them');
  return { staff: { ...staff, absences: staff.absences.filter((absence) => absence !== ended), version: staff.version + 1 }, ended };
}

/** Ends everything the person holds. @throws failed_precondition STAFF_INACTIVE. */
export function deactivate(staff: Staff, day: LocalDate): Staff {
  assertActive(staff);
  const posts = staff.posts.map((post) =>
    post.validTo !== undefined && post.validTo <= day ? post : { ...post, validTo: post.validFrom > day ? post.validFrom : day },
  );
  return { ...staff, active: false, posts, partnerId: undefined, absences: [], version: staff.version + 1 };
}

/** Also for somebody outside the caller's scope, who must look the same. */
export function staffNotFound(): AppError {
  return notFound('STAFF_NOT_FOUND', 'there is no such member of staff');
}

export function assertActive(staff: Staff): void {
  if (!staff.active) throw failedPrecondition('STAFF_INACTIVE', 'the person no longer works here');
}

function begins({ from }: Absence, before: Date | undefined): boolean {
  return before === undefined || from < before;
}

function badUntil(reason: string, message: string, code: string): AppError {
  return invalidArgument(reason, message, { violations: [{ field: 'until', code }] });
}
