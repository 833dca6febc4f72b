import { tenantOf, type SystemDatabase, type Tx } from '@linli/db';

export type TimerKind = 'duty' | 'mandate' | 'succession';

export interface TimerKey {
  readonly kind: TimerKind;
  readonly subjectId: string;
}

export interface Timer extends TimerKey {
  readonly failures: number;
}

/** Sets or moves the one timer of this kind on the subject; without a time there is none any more. */
export async function setTimer(tx: Tx, key: TimerKey, dueAt: Date | undefined): Promise<void> {
  const row = { tenant_id: tenantOf(tx), kind: key.kind, subject_id: key.subjectId };
  if (dueAt === undefined) {
    await tx('timers').where(row).delete();
    return;
  }
  await tx('timers')
    .insert({ ...row, due_at: dueAt, failures: 0 })
    .onConflict(['tenant_id', 'kind', 'subject_id'])
    .merge();
}

/** Takes the timer that has been due the longest and that nobody else is working on. */
export async function takeDueTimer(tx: Tx, now: Date): Promise<Timer | undefined> {
  const { rows } = await tx.raw<{ rows: { kind: TimerKind; subject_id: string; failures: number }[] }>(
    `delete from timers where (tenant_id, kind, subject_id) in (
       select tenant_id, kind, subject_id from timers where tenant_id = :tenant and due_at <= :now
        order by due_at limit 1 for update skip locked)
     returning kind, subject_id, failures`,
    { tenant: tenantOf(tx), now },
  );
  const [row] = rows;
  return row === undefined ? undefined : { kind: row.kind, subjectId: row.subject_id, failures: row.failures };
}

/** Moves a timer whose work failed; one that was set anew in between stays as it is. */
export async function postponeTimer(tx: Tx, timer: Timer, dueAt: Date): Promise<void> {
  await tx('timers')
    .where({ tenant_id: tenantOf(tx), kind: timer.kind, subject_id: timer.subjectId, failures: timer.failures })
    .update({ due_at: dueAt, failures: timer.failures + 1 });
}

/** Which tenants have something due, the longest waiting first. */
export async function tenantsWithDueTimers(system: SystemDatabase, now: Date): Promise<string[]> {
  const rows = await system
    .knex<{ tenant_id: string }>('timers')
    .where('due_at', '<=', now)
    .groupBy('tenant_id')
    .orderByRaw('min(due_at)')
    .select('tenant_id');
  return rows.map((row) => row.tenant_id);
}
