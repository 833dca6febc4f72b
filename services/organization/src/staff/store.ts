import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import { raiseVersions, type Page } from '../raise-versions';
import type { Erased, Over } from '../retention/retention';
import { whereInScopes, whereInSubtree } from '../scope';
import { validOn, whereHolds } from '../validity';
import { mostAbsences, type Absence, type Post, type PostLead, type Staff } from './staff';

export const staffConstraints: ConstraintReasons = {
  staff_code_key: { kind: 'already_exists', reason: 'STAFF_CODE_TAKEN', message: 'somebody has this code' },
  staff_identity_key: { kind: 'already_exists', reason: 'IDENTITY_TAKEN', message: 'somebody signs in with this identity' },
  posts_head_excl: { kind: 'failed_precondition', reason: 'UNIT_HEAD_TAKEN', message: 'somebody heads the unit in that time' },
  absences_once_excl: { kind: 'failed_precondition', reason: 'ABSENCE_OVERLAPS', message: 'an absence is noted for a part of that time: end it first' },
  staff_partner_key: { kind: 'failed_precondition', reason: 'PARTNER_TAKEN', message: 'somebody has this partner' },
};

interface StaffRow {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly work_phone: string;
  readonly identity_issuer: string | null;
  readonly identity_subject: string | null;
  readonly active: boolean;
  readonly partner_id: string | null;
  readonly version: number;
}

interface PostRow {
  readonly id: string;
  readonly staff_id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly title_zh: string;
  readonly is_primary: boolean;
  readonly lead: PostLead | null;
  readonly valid_from: string;
  readonly valid_to: string | null;
}

interface AbsenceRow {
  readonly id: string;
  readonly staff_id: string;
  readonly absent_from: Date;
  readonly absent_until: Date | null;
  readonly stand_in_id: string | null;
}

const columns = [
  'id',
  'code',
  'name',
  'work_phone',
  'identity_issuer',
  'identity_subject',
  'active',
  'partner_id',
  'version',
] as const;
const postColumns = ['id', 'staff_id', 'unit_id', 'unit_path', 'title_zh', 'is_primary', 'lead', 'valid_from', 'valid_to'] as const;
const postDays = { from: 'valid_from', to: 'valid_to' } as const;
const rowsAtOnce = 1_000;

export async function insertStaff(tx: Tx, staff: readonly Staff[]): Promise<void> {
  const rows = staff.map((one) => ({ tenant_id: tenantOf(tx), ...toRow(one) }));
  for (let start = 0; start < rows.length; start += rowsAtOnce) await tx('staff').insert(rows.slice(start, start + rowsAtOnce));
  await savePosts(tx, staff);
}

/** Writes what can change of a person; each row is locked by this transaction. */
export async function saveStaff(tx: Tx, staff: readonly Staff[]): Promise<void> {
  await tx.raw(
    `update staff s set name = r.name, work_phone = r.work_phone, identity_issuer = r.identity_issuer, identity_subject = r.identity_subject,
            active = r.active, partner_id = r.partner_id, version = r.version
       from jsonb_to_recordset(:rows::jsonb)
         as r (id uuid, name text, work_phone text, identity_issuer text, identity_subject text, active boolean, partner_id uuid, version integer)
      where s.tenant_id = :tenant and s.id = r.id`,
    { rows: JSON.stringify(staff.map(toRow)), tenant: tenantOf(tx) },
  );
  await savePosts(tx, staff);
}

async function savePosts(tx: Tx, staff: readonly Staff[]): Promise<void> {
  const rows = staff.flatMap((one) => one.posts.map((post) => ({ tenant_id: tenantOf(tx), ...toPostRow(one.id, post) })));
  // What ends or is primary no more comes first, so that two primary posts, or two heads, never stand side by side.
  const standsLast = ({ valid_to, is_primary }: PostRow) => (valid_to !== null ? 0 : is_primary ? 2 : 1);
  rows.sort((one, other) => standsLast(one) - standsLast(other));
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    await tx('posts').insert(rows.slice(start, start + rowsAtOnce)).onConflict(['tenant_id', 'id']).merge(['is_primary', 'valid_to']);
  }
}

export async function insertAbsence(tx: Tx, staffId: string, { id, from, until, standInId }: Absence): Promise<void> {
  await tx('absences').insert({ tenant_id: tenantOf(tx), id, staff_id: staffId, absent_from: from, absent_until: until ?? null, stand_in_id: standInId ?? null });
}

/** What is on ends now; what is to come never was. */
export async function endAbsences(tx: Tx, ids: readonly string[], now: Date): Promise<void> {
  const absences = () => tx('absences').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids);
  await absences().where('absent_from', '>=', now).delete();
  await absences().update({ absent_until: now });
}

/** What was over before that. Index: absences_over_idx. */
export async function eraseAbsences(tx: Tx, { before, most }: Over): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select id from absences where tenant_id = :tenant and absent_until < :before order by absent_until limit :most for update skip locked)
     delete from absences using over where absences.tenant_id = :tenant and absences.id = over.id
     returning absences.id, 0 as version, '' as "unitPath", absences.staff_id as "partOf"`,
    { tenant: tenantOf(tx), before, most },
  );
  return rows;
}

export async function findStaff(tx: Tx, id: string): Promise<Staff | undefined> {
  return (await readStaff(tx, await tx('staff').where({ tenant_id: tenantOf(tx), id }).select<StaffRow[]>(columns)))[0];
}

/** Locked in the order of ids, so that two changes of the same pair wait for each other. */
export async function lockStaff(tx: Tx, ids: readonly string[]): Promise<Map<string, Staff>> {
  const rows = await tx('staff').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).orderBy('id').forUpdate().select<StaffRow[]>(columns);
  return new Map((await readStaff(tx, rows)).map((staff) => [staff.id, staff]));
}

/** Whoever holds posts at these units on the day or later. Index: posts_unit_idx. */
export async function listStaffAt(tx: Tx, unitIds: readonly string[], day: string): Promise<string[]> {
  const rows = await tx('posts')
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('unit_id', unitIds)
    .where((standing) => void standing.whereNull('valid_to').orWhere('valid_to', '>', day))
    .distinct<{ staff_id: string }[]>('staff_id');
  return rows.map((row) => row.staff_id);
}

/** Locks by code; for sheets. */
export async function lockStaffByCode(tx: Tx, codes: readonly string[]): Promise<Staff[]> {
  // As arrays, here and below: a sheet names more people than a statement takes parameters.
  const rows = await tx('staff').where({ tenant_id: tenantOf(tx) }).whereRaw('code = any(?)', [[...codes]]).orderBy('id').forUpdate().select<StaffRow[]>(columns);
  return readStaff(tx, rows);
}

/** The next people in the order of ids, those who left too, each with their version raised. */
export async function touchStaff(tx: Tx, page: Page): Promise<Staff[]> {
  const ids = await raiseVersions(tx, 'staff', page);
  return readStaff(tx, await tx('staff').where({ tenant_id: tenantOf(tx) }).whereIn('id', ids).orderBy('id').select<StaffRow[]>(columns));
}

export interface StaffFilter {
  readonly scopes: UnitScopes;
  /** Who may see themselves wherever they work. */
  readonly self: string | undefined;
  /** Path of a subtree, root included. */
  readonly under: string | undefined;
  /** Posts that are over on this day do not count. */
  readonly day: string;
}

interface StaffPage extends StaffFilter {
  /** Those who hold a post on that day, with the posts that they hold on it, and seen by those posts. */
  readonly asOf: LocalDate | undefined;
  readonly afterCode: string | undefined;
  readonly limit: number;
}

/** Of the given ids, those that the scopes cover. */
export async function findStaffIn(tx: Tx, ids: readonly string[], filter: StaffFilter): Promise<Staff[]> {
  const query = tx('staff as s').where('s.tenant_id', tenantOf(tx)).whereIn('s.id', ids).select<StaffRow[]>(prefixed);
  whereVisible(query, standingPosts(tx, filter.day), filter);
  return readStaff(tx, await query);
}

/** In the order of codes. Index: staff_code_key, posts_staff_idx. */
export async function listStaff(tx: Tx, { asOf, afterCode, limit, ...filter }: StaffPage): Promise<Staff[]> {
  const query = tx('staff as s').where('s.tenant_id', tenantOf(tx)).orderBy('s.code').limit(limit).select<StaffRow[]>(prefixed);
  if (afterCode !== undefined) void query.where('s.code', '>', afterCode);
  if (asOf === undefined) {
    whereVisible(query, standingPosts(tx, filter.day), filter);
    return readStaff(tx, await query);
  }
  void query.whereExists(postsOn(tx, asOf));
  whereVisible(query, postsOn(tx, asOf), filter);
  return readStaff(tx, await query, asOf);
}

const prefixed = columns.map((column) => `s.${column}` as const);

/** Of the person of the row outside, those that are not over on the day. */
function standingPosts(tx: Tx, day: LocalDate): Knex.QueryBuilder {
  return tx('posts as p')
    .where('p.tenant_id', tenantOf(tx))
    .whereRaw('p.staff_id = s.id')
    .where((standing) => void standing.whereNull('p.valid_to').orWhere('p.valid_to', '>', day))
    .select(tx.raw('1'));
}

/** Of the same, those that are held on the day. */
function postsOn(tx: Tx, day: LocalDate): Knex.QueryBuilder {
  return standingPosts(tx, day).where('p.valid_from', '<=', day);
}

/** By the posts that count, or as oneself. */
function whereVisible(query: Knex.QueryBuilder, posts: Knex.QueryBuilder, { scopes, self, under }: StaffFilter): void {
  if (scopes === 'tenant' && under === undefined) return;
  whereInScopes(posts, 'p.unit_path', scopes);
  if (under !== undefined) whereInSubtree(posts, 'p.unit_path', under);
  void query.where((any) => {
    void any.whereExists(posts);
    if (self !== undefined && under === undefined) void any.orWhere('s.id', self);
  });
}

/** With all their posts, or those of a day. */
async function readStaff(tx: Tx, rows: readonly StaffRow[], asOf?: LocalDate): Promise<Staff[]> {
  if (rows.length === 0) return [];
  const query = tx('posts')
    .where({ tenant_id: tenantOf(tx) })
    .whereRaw('staff_id = any(?)', [rows.map((row) => row.id)])
    .orderBy('id');
  if (asOf !== undefined) whereHolds(query, validOn(asOf, postDays));
  const posts = await query.select<PostRow[]>(postColumns);
  const byStaff = Map.groupBy(posts, (post) => post.staff_id);
  const absences = await readAbsences(tx, rows.map((row) => row.id));
  return rows.map((row) => toStaff(row, { posts: byStaff.get(row.id) ?? [], absences: absences.get(row.id) ?? [] }));
}

/** The latest of each, in order: as those of one person do not overlap, all that are not over come before what is. Index: absences_staff_idx. */
async function readAbsences(tx: Tx, staffIds: readonly string[]): Promise<Map<string, AbsenceRow[]>> {
  const { rows } = await tx.raw<{ rows: AbsenceRow[] }>(
    `select absence.* from unnest(cast(:staffIds as uuid[])) person (id)
      cross join lateral (select id, staff_id, absent_from, absent_until, stand_in_id from absences
                           where tenant_id = :tenant and staff_id = person.id order by absent_from desc limit :most) absence
      order by absence.absent_from`,
    { tenant: tenantOf(tx), staffIds, most: mostAbsences },
  );
  return Map.groupBy(rows, (row) => row.staff_id);
}

function toRow(staff: Staff): StaffRow {
  return {
    id: staff.id,
    code: staff.code,
    name: staff.name,
    work_phone: staff.workPhone,
    identity_issuer: staff.identity?.issuer ?? null,
    identity_subject: staff.identity?.subject ?? null,
    active: staff.active,
    partner_id: staff.partnerId ?? null,
    version: staff.version,
  };
}

function toStaff(row: StaffRow, { posts, absences }: { readonly posts: readonly PostRow[]; readonly absences: readonly AbsenceRow[] }): Staff {
  const { identity_issuer: issuer, identity_subject: subject } = row;
  return {
    id: row.id,
    code: row.code,
    name: row.name,
    workPhone: row.work_phone,
    identity: issuer === null || subject === null ? undefined : { issuer, subject },
    active: row.active,
    posts: posts.map(toPost),
    partnerId: row.partner_id ?? undefined,
    absences: absences.map(toAbsence),
    version: row.version,
  };
}

function toAbsence({ id, absent_from: from, absent_until: until, stand_in_id: standInId }: AbsenceRow): Absence {
  return { id, from, until: until ?? undefined, standInId: standInId ?? undefined };
}

function toPostRow(staffId: string, post: Post): PostRow {
  return {
    id: post.id,
    staff_id: staffId,
    unit_id: post.unitId,
    unit_path: post.unitPath,
    title_zh: post.titleZh,
    is_primary: post.primary,
    lead: post.lead ?? null,
    valid_from: post.validFrom,
    valid_to: post.validTo ?? null,
  };
}

function toPost(row: PostRow): Post {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    titleZh: row.title_zh,
    primary: row.is_primary,
    lead: row.lead ?? undefined,
    validFrom: row.valid_from,
    validTo: row.valid_to ?? undefined,
  };
}
