import type { UnitScopes } from '@linli/auth';
import { instantAt, type LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { whereInScopes, whereInSubtree } from '../scope';
import type { Learning } from './learning';

export const learningConstraints: ConstraintReasons = {
  learning_attendance_staff_fkey: { kind: 'not_found', reason: 'STAFF_NOT_FOUND', message: 'there is no such member of staff' },
};

type Row = Omit<Learning, 'staffIds'> & { readonly staffIds: readonly string[] };

const columns = {
  id: 'id',
  unitId: 'unit_id',
  unitPath: 'unit_path',
  kind: 'kind',
  topicZh: 'topic_zh',
  startsAt: 'starts_at',
  endsAt: 'ends_at',
  cancelled: 'cancelled',
  attended: 'attended',
  others: 'others',
  version: 'version',
} as const;

export async function insertLearning(tx: Tx, learning: Learning): Promise<void> {
  await tx('learning_sessions').insert({
    tenant_id: tenantOf(tx),
    id: learning.id,
    unit_id: learning.unitId,
    unit_path: learning.unitPath,
    kind: learning.kind,
    topic_zh: learning.topicZh,
    starts_at: learning.startsAt,
    ends_at: learning.endsAt,
    ...changing(learning),
  });
}

export async function saveLearning(tx: Tx, learning: Learning): Promise<void> {
  await tx('learning_sessions').where({ tenant_id: tenantOf(tx), id: learning.id }).update(changing(learning));
}

/** In place of who was entered before. */
export async function replaceAttendance(tx: Tx, { id, staffIds }: Learning): Promise<void> {
  await tx('learning_attendance').where({ tenant_id: tenantOf(tx), learning_id: id }).delete();
  if (staffIds.length > 0) await tx('learning_attendance').insert(staffIds.map((staffId) => ({ tenant_id: tenantOf(tx), learning_id: id, staff_id: staffId })));
}

export async function findLearning(tx: Tx, id: string): Promise<Learning | undefined> {
  return sessionsIn(tx).where('id', id).first<Row | undefined>();
}

export async function lockLearning(tx: Tx, id: string): Promise<Learning | undefined> {
  return sessionsIn(tx).where('id', id).forUpdate().first<Row | undefined>();
}

export interface LearningFilter {
  readonly scopes: UnitScopes;
  readonly under: string | undefined;
  readonly fromDay: LocalDate | undefined;
  readonly after: { readonly startsAt: Date; readonly id: string } | undefined;
  readonly limit: number;
}

/** By the time they begin. Index: learning_sessions_time_idx. */
export async function listLearning(tx: Tx, { scopes, under, fromDay, after, limit }: LearningFilter): Promise<Learning[]> {
  const query = sessionsIn(tx).orderBy(['starts_at', 'id']).limit(limit);
  whereInScopes(query, 'unit_path', scopes);
  if (under !== undefined) whereInSubtree(query, 'unit_path', under);
  if (fromDay !== undefined) void query.where('ends_at', '>', instantAt(fromDay, 0));
  if (after !== undefined) void query.whereRaw('(starts_at, id) > (?, cast(? as uuid))', [after.startsAt, after.id]);
  return query.select<Row[]>();
}

function sessionsIn(tx: Tx) {
  const staffIds = tx.raw(
    `array(select a.staff_id::text from learning_attendance a where a.tenant_id = learning_sessions.tenant_id and a.learning_id = learning_sessions.id order by 1) as "staffIds"`,
  );
  return tx('learning_sessions').where({ tenant_id: tenantOf(tx) }).select(columns).select(staffIds);
}

function changing({ cancelled, attended, others, version }: Learning) {
  return { cancelled, attended, others, version };
}
