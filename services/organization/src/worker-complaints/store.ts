import { tenantOf, type Tx } from '@linli/db';
import type { Erased, Over } from '../retention/retention';
import { whereInScopes } from '../scope';
import type { SiteReach } from '../sites/reach';
import type { Authority } from '../findings/finding';
import type { ComplaintChannel, ComplaintKind, ComplaintOutcome, ComplaintResult, ComplaintState, ComplaintStep, StepAction, WorkerComplaint } from './worker-complaint';

interface ComplaintRow {
  readonly id: string;
  readonly site_id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly kind: ComplaintKind;
  readonly channel: ComplaintChannel;
  readonly received_on: string;
  readonly owner_id: string;
  readonly state: ComplaintState;
  readonly due_at: Date | null;
  readonly due_provisional: boolean;
  readonly overdue_since: Date | null;
  readonly closed_at: Date | null;
  readonly worker_erased: boolean;
  readonly version: number;
}

interface StepRow {
  readonly complaint_id: string;
  readonly version: number;
  readonly action: StepAction;
  readonly authority: Authority | null;
  readonly received_number: string;
  readonly result: ComplaintResult | null;
  readonly outcome: ComplaintOutcome | null;
  readonly on_day: string;
  readonly by_id: string;
}

const columns = [
  ...['id', 'site_id', 'unit_id', 'unit_path', 'kind', 'channel', 'received_on', 'owner_id', 'state'],
  ...['due_at', 'due_provisional', 'overdue_since', 'closed_at', 'version'],
].map((column) => `c.${column}`);

export async function insertComplaint(tx: Tx, complaint: WorkerComplaint, workerId: string): Promise<void> {
  await tx('worker_complaints').insert({
    tenant_id: tenantOf(tx),
    id: complaint.id,
    site_id: complaint.siteId,
    unit_id: complaint.unitId,
    unit_path: complaint.unitPath,
    worker_id: workerId,
    kind: complaint.kind,
    channel: complaint.channel,
    received_on: complaint.receivedOn,
    ...changing(complaint),
  });
}

/** The row is locked by this transaction. Steps are added by themselves, and who complained is not touched. */
export async function saveComplaint(tx: Tx, complaint: WorkerComplaint): Promise<void> {
  await tx('worker_complaints').where({ tenant_id: tenantOf(tx), id: complaint.id }).update(changing(complaint));
}

export async function insertStep(tx: Tx, complaintId: string, step: ComplaintStep): Promise<void> {
  await tx('worker_complaint_steps').insert({
    tenant_id: tenantOf(tx),
    complaint_id: complaintId,
    version: step.version,
    action: step.action,
    authority: step.authority ?? null,
    received_number: step.receivedNumber,
    result: step.result ?? null,
    outcome: step.outcome ?? null,
    on_day: step.onDay,
    by_id: step.byId,
  });
}

/** Who complained; undefined once that is erased. Read by nothing else, and found by nothing. */
export async function findWorker(tx: Tx, complaintId: string): Promise<string | undefined> {
  const row = await tx('worker_complaints').where({ tenant_id: tenantOf(tx), id: complaintId }).first<{ worker_id: string | null } | undefined>('worker_id');
  return row?.worker_id ?? undefined;
}

/** Takes out of the complaints who complained; gives those that held it, as they are now. */
export async function eraseWorkers(tx: Tx, ids: readonly string[]): Promise<WorkerComplaint[]> {
  const held = (await lockComplaints(tx, ids)).filter(({ workerErased }) => !workerErased);
  await tx('worker_complaints')
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('id', held.map(({ id }) => id))
    .update({ worker_id: null, version: tx.raw('version + 1') });
  return held.map((complaint) => ({ ...complaint, workerErased: true, version: complaint.version + 1 }));
}

/** Who complained, where the worker was told and nothing has happened since. Index: worker_complaints_told_to_erase_idx. */
export async function eraseToldWorkers(tx: Tx, { beforeDay, most }: Over): Promise<Erased[]> {
  const told = `state = 'worker_told' and due_at is null
          and not exists (select 1 from worker_complaint_steps as s where s.tenant_id = c.tenant_id and s.complaint_id = c.id and s.on_day >= :beforeDay)`;
  return eraseOver(tx, told, { beforeDay, most });
}

/** Who complained, where nobody closed it, however far it came. Index: worker_complaints_open_to_erase_idx. */
export async function eraseOpenWorkers(tx: Tx, { beforeDay, most }: Over): Promise<Erased[]> {
  return eraseOver(tx, 'received_on < :beforeDay and closed_at is null', { beforeDay, most });
}

async function eraseOver(tx: Tx, which: string, values: { readonly beforeDay: string; readonly most: number }): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select c.id from worker_complaints as c where c.tenant_id = :tenant and c.worker_id is not null and ${which} limit :most for update of c skip locked)
     update worker_complaints as c set worker_id = null, version = version + 1
       from over where c.tenant_id = :tenant and c.id = over.id returning c.id, c.version, c.unit_path as "unitPath", c.site_id as "partOf"`,
    { ...values, tenant: tenantOf(tx) },
  );
  return rows;
}

export async function findComplaint(tx: Tx, id: string): Promise<WorkerComplaint | undefined> {
  return (await read(tx, await select(tx).where('c.id', id)))[0];
}

export async function findReachedComplaint(tx: Tx, reach: SiteReach, id: string): Promise<WorkerComplaint | undefined> {
  return (await read(tx, await reached(tx, reach).where('c.id', id)))[0];
}

/** Locked in the order of ids. */
export async function lockComplaints(tx: Tx, ids: readonly string[]): Promise<WorkerComplaint[]> {
  return read(tx, await select(tx).whereIn('c.id', ids).orderBy('c.id').forUpdate());
}

export interface ComplaintFilter {
  readonly reach: SiteReach;
  readonly siteId: string | undefined;
  readonly state: ComplaintState | undefined;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** In the order of entry. Indexes: worker_complaints_site_idx, worker_complaints_state_idx, worker_complaints_owner_idx, worker_complaints_pkey. */
export async function listComplaints(tx: Tx, { reach, siteId, state, afterId, limit }: ComplaintFilter): Promise<WorkerComplaint[]> {
  const query = reached(tx, reach).orderBy('c.id').limit(limit);
  if (siteId !== undefined) void query.where('c.site_id', siteId);
  if (state !== undefined) void query.where('c.state', state);
  if (afterId !== undefined) void query.where('c.id', '>', afterId);
  return read(tx, await query);
}

/** What lies within the reach of sites; who holds it for their own also sees what they received at other sites. */
function reached(tx: Tx, { scopes, leaderIds }: SiteReach) {
  const query = select(tx).join('sites as s', (on) => void on.on('s.tenant_id', 'c.tenant_id').andOn('s.id', 'c.site_id'));
  if (scopes !== 'tenant') {
    void query.where((any) => {
      whereInScopes(any, 'c.unit_path', scopes);
      if (leaderIds.length > 0) void any.orWhereIn('s.leader_id', leaderIds).orWhereIn('c.owner_id', leaderIds);
    });
  }
  return query;
}

function select(tx: Tx) {
  return tx('worker_complaints as c').where('c.tenant_id', tenantOf(tx)).select<ComplaintRow[]>(...columns, tx.raw('c.worker_id is null as worker_erased'));
}

async function read(tx: Tx, rows: readonly ComplaintRow[]): Promise<WorkerComplaint[]> {
  if (rows.length === 0) return [];
  const steps = await tx('worker_complaint_steps')
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('complaint_id', rows.map(({ id }) => id))
    .orderBy('version')
    .select<StepRow[]>('complaint_id', 'version', 'action', 'authority', 'received_number', 'result', 'outcome', 'on_day', 'by_id');
  const byComplaint = Map.groupBy(steps, ({ complaint_id }) => complaint_id);
  return rows.map((row) => toComplaint(row, byComplaint.get(row.id) ?? []));
}

function changing(complaint: WorkerComplaint) {
  return {
    owner_id: complaint.ownerId,
    state: complaint.state,
    due_at: complaint.dueAt ?? null,
    due_provisional: complaint.dueProvisional,
    overdue_since: complaint.overdueSince ?? null,
    closed_at: complaint.closedAt ?? null,
    version: complaint.version,
  };
}

function toComplaint(row: ComplaintRow, steps: readonly StepRow[]): WorkerComplaint {
  return {
    id: row.id,
    siteId: row.site_id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    kind: row.kind,
    channel: row.channel,
    receivedOn: row.received_on,
    ownerId: row.owner_id,
    state: row.state,
    dueAt: row.due_at ?? undefined,
    dueProvisional: row.due_provisional,
    overdueSince: row.overdue_since ?? undefined,
    closedAt: row.closed_at ?? undefined,
    steps: steps.map(toStep),
    workerErased: row.worker_erased,
    version: row.version,
  };
}

function toStep(row: StepRow): ComplaintStep {
  return {
    version: row.version,
    action: row.action,
    authority: row.authority ?? undefined,
    receivedNumber: row.received_number,
    result: row.result ?? undefined,
    outcome: row.outcome ?? undefined,
    onDay: row.on_day,
    byId: row.by_id,
  };
}
