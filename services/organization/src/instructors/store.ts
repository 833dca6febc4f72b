import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { whereInScopes } from '../scope';
import { validOn, whereHolds, type Condition } from '../validity';
import type { Assignment, Instructor, Visit } from './instructor';

export const instructorConstraints: ConstraintReasons = {
  instructors_staff_key: { kind: 'already_exists', reason: 'INSTRUCTOR_EXISTS', message: 'the member of staff is an instructor' },
  instructor_assignments_one_at_a_time: { kind: 'already_exists', reason: 'INSTRUCTOR_TAKEN', message: 'the organisation has its instructor on that day' },
};

interface InstructorRow {
  readonly id: string;
  readonly staff_id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly appointed_on: string;
  readonly dismissed_on: string | null;
  readonly version: number;
}

interface AssignmentRow {
  readonly id: string;
  readonly instructor_id: string;
  readonly member_unit_id: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
}

const columns = ['id', 'staff_id', 'unit_id', 'unit_path', 'appointed_on', 'dismissed_on', 'version'] as const;
const mostVisits = 100;

export async function insertInstructor(tx: Tx, { id, staffId, unitId, unitPath, appointedOn, version }: Instructor): Promise<void> {
  await tx('instructors').insert({ tenant_id: tenantOf(tx), id, staff_id: staffId, unit_id: unitId, unit_path: unitPath, appointed_on: appointedOn, version });
}

/** Writes what can change, with those assignments that are not as they were before. */
export async function saveInstructor(tx: Tx, { before, after }: { readonly before: Instructor; readonly after: Instructor }): Promise<void> {
  const { id, dismissedOn, version } = after;
  await tx('instructors').where({ tenant_id: tenantOf(tx), id }).update({ dismissed_on: dismissedOn ?? null, version });
  const changed = after.assignments.filter((one) => !before.assignments.includes(one));
  if (changed.length === 0) return;
  const rows = changed.map((one) => ({
    tenant_id: tenantOf(tx),
    id: one.id,
    instructor_id: id,
    member_unit_id: one.memberUnitId,
    valid_from: one.validFrom,
    valid_to: one.validTo ?? null,
  }));
  await tx('instructor_assignments').insert(rows).onConflict(['tenant_id', 'id']).merge(['valid_to']);
}

export async function findInstructor(tx: Tx, id: string): Promise<Instructor | undefined> {
  return (await readInstructors(tx, await tx('instructors').where({ tenant_id: tenantOf(tx), id }).select<InstructorRow[]>(columns)))[0];
}

export async function lockInstructor(tx: Tx, id: string): Promise<Instructor | undefined> {
  return (await readInstructors(tx, await tx('instructors').where({ tenant_id: tenantOf(tx), id }).forUpdate().select<InstructorRow[]>(columns)))[0];
}

/** Who guides a member unit until further notice: one at most. Index: instructor_assignments_one_at_a_time. */
export async function findGuide(tx: Tx, memberUnitId: string): Promise<string | undefined> {
  const row = await tx('instructor_assignments')
    .where({ tenant_id: tenantOf(tx), member_unit_id: memberUnitId })
    .whereNull('valid_to')
    .first<{ instructor_id: string } | undefined>('instructor_id');
  return row?.instructor_id;
}

interface InstructorPage {
  readonly scopes: UnitScopes;
  readonly day: LocalDate;
  /** Those appointed on that day, with what they were assigned to on it; undefined for those appointed now, with what they are assigned to from `day` on. */
  readonly asOf: LocalDate | undefined;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** A dozen in an office: the key serves it. */
export async function listInstructors(tx: Tx, { scopes, day, asOf, afterId, limit }: InstructorPage): Promise<Instructor[]> {
  const query = tx('instructors').where({ tenant_id: tenantOf(tx) }).orderBy('id').limit(limit).select<InstructorRow[]>(columns);
  if (asOf === undefined) void query.whereNull('dismissed_on');
  else whereHolds(query, validOn(asOf, { from: 'appointed_on', to: 'dismissed_on' }));
  whereInScopes(query, 'unit_path', scopes);
  if (afterId !== undefined) void query.where('id', '>', afterId);
  const assigned = { from: 'valid_from', to: 'valid_to' };
  return readInstructors(tx, await query, asOf === undefined ? { sql: `coalesce(valid_to, 'infinity') > :day`, bindings: { day } } : validOn(asOf, assigned));
}

export async function insertVisit(tx: Tx, instructorId: string, { id, memberUnitId, visitedOn, purposeCode, note }: Visit): Promise<void> {
  await tx('instructor_visits').insert({ tenant_id: tenantOf(tx), id, instructor_id: instructorId, member_unit_id: memberUnitId, visited_on: visitedOn, purpose_code: purposeCode, note });
}

/** The newest. Index: instructor_visits_instructor_idx. */
export async function readVisits(tx: Tx, instructorId: string): Promise<Visit[]> {
  return tx('instructor_visits')
    .where({ tenant_id: tenantOf(tx), instructor_id: instructorId })
    .orderBy('id', 'desc')
    .limit(mostVisits)
    .select<Visit[]>({ id: 'id', memberUnitId: 'member_unit_id', visitedOn: 'visited_on', purposeCode: 'purpose_code', note: 'note' });
}

/** With all assignments, or those of which the condition holds. Index: instructor_assignments_instructor_idx. */
async function readInstructors(tx: Tx, rows: readonly InstructorRow[], condition?: Condition): Promise<Instructor[]> {
  if (rows.length === 0) return [];
  const query = tx('instructor_assignments')
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('instructor_id', rows.map(({ id }) => id))
    .orderBy(['valid_from', 'id']);
  if (condition !== undefined) whereHolds(query, condition);
  const assignments = await query.select<AssignmentRow[]>('id', 'instructor_id', 'member_unit_id', 'valid_from', 'valid_to');
  const byInstructor = Map.groupBy(assignments, (one) => one.instructor_id);
  return rows.map((row) => toInstructor(row, byInstructor.get(row.id) ?? []));
}

function toInstructor(row: InstructorRow, assignments: readonly AssignmentRow[]): Instructor {
  return {
    id: row.id,
    staffId: row.staff_id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    appointedOn: row.appointed_on,
    dismissedOn: row.dismissed_on ?? undefined,
    assignments: assignments.map(({ id, member_unit_id, valid_from, valid_to }): Assignment => ({ id, memberUnitId: member_unit_id, validFrom: valid_from, validTo: valid_to ?? undefined })),
    version: row.version,
  };
}
