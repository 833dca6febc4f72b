import type { LocalDate } from '@linli/clocks';
import { tenantOf, type Tx } from '@linli/db';
import { whereReached, type SiteReach } from '../sites/reach';
import type { Concern } from '../sites/site';
import type { Authority, EmergencyLine, Finding, FindingState, Referral, ReferralReply, Severity } from './finding';

interface FindingRow {
  readonly id: string;
  readonly site_id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly concern: Concern;
  readonly severity: Severity;
  readonly state: FindingState;
  readonly item_code: string;
  readonly description: string;
  readonly found_by: string;
  readonly found_at: Date;
  readonly due_at: Date | null;
  readonly due_provisional: boolean;
  readonly overdue_since: Date | null;
  readonly closed_at: Date | null;
  readonly called_line: EmergencyLine | null;
  readonly called_at: Date | null;
  readonly version: number;
}

interface ReferralRow {
  readonly id: string;
  readonly finding_id: string;
  readonly authority: Authority;
  readonly received_number: string;
  readonly sent_at: Date;
  readonly reply_due_at: Date | null;
  readonly reply: ReferralReply | null;
  readonly answered_at: Date | null;
  readonly reminders: number;
}

const columns = [
  ...['id', 'site_id', 'unit_id', 'unit_path', 'concern', 'severity', 'state', 'item_code', 'description', 'found_by', 'found_at'],
  ...['due_at', 'due_provisional', 'overdue_since', 'closed_at', 'called_line', 'called_at', 'version'],
].map((column) => `f.${column}`);

export async function insertFinding(tx: Tx, finding: Finding): Promise<void> {
  await tx('site_findings').insert({
    tenant_id: tenantOf(tx),
    id: finding.id,
    site_id: finding.siteId,
    unit_id: finding.unitId,
    unit_path: finding.unitPath,
    concern: finding.concern,
    severity: finding.severity,
    item_code: finding.itemCode,
    description: finding.description,
    found_by: finding.foundBy,
    found_at: finding.foundAt,
    called_line: finding.call?.line ?? null,
    called_at: finding.call?.calledAt ?? null,
    ...changing(finding),
  });
}

/** The row is locked by this transaction. Referrals are added by themselves. */
export async function saveFinding(tx: Tx, finding: Finding): Promise<void> {
  await tx('site_findings').where({ tenant_id: tenantOf(tx), id: finding.id }).update(changing(finding));
}

export async function insertReferral(tx: Tx, findingId: string, referral: Referral): Promise<void> {
  await tx('site_referrals').insert({
    tenant_id: tenantOf(tx),
    id: referral.id,
    finding_id: findingId,
    authority: referral.authority,
    received_number: referral.receivedNumber,
    sent_at: referral.sentAt,
    reply_due_at: referral.replyDueAt ?? null,
  });
}

/** What became of a referral; its finding is locked by this transaction. */
export async function saveReferral(tx: Tx, referral: Referral): Promise<void> {
  const { id, replyDueAt, reply, answeredAt, reminders } = referral;
  await tx('site_referrals')
    .where({ tenant_id: tenantOf(tx), id })
    .update({ reply_due_at: replyDueAt ?? null, reply: reply ?? null, answered_at: answeredAt ?? null, reminders });
}

export async function findFinding(tx: Tx, id: string): Promise<Finding | undefined> {
  return (await read(tx, await selectFindings(tx).where('f.id', id)))[0];
}

/** Locked in the order of ids. */
export async function lockFindings(tx: Tx, ids: readonly string[]): Promise<Finding[]> {
  return read(tx, await selectFindings(tx).whereIn('f.id', ids).orderBy('f.id').forUpdate());
}

/** Index: site_findings_site_idx. */
export async function findOpenFindings(tx: Tx, siteId: string): Promise<Finding[]> {
  return read(tx, await selectFindings(tx).where('f.site_id', siteId).whereNull('f.closed_at').orderBy('f.id'));
}

/** Raises the version of findings whose time is over, the rows locked. */
export async function saveOverdue(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx('site_findings')
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('id', ids)
    .update({ overdue_since: tx.ref('due_at'), version: tx.raw('version + 1') });
}

/** What an item of the day's checklist is about; undefined when there is no such item. */
export async function findConcernOf(tx: Tx, itemCode: string, day: LocalDate): Promise<Concern | undefined> {
  const row = await tx('site_checklist_items')
    .where('code', itemCode)
    .andWhere('effective_from', '<=', day)
    .andWhereRaw('(effective_to is null or effective_to > ?)', [day])
    .first<{ concern: Concern } | undefined>('concern');
  return row?.concern;
}

export interface FindingFilter {
  readonly reach: SiteReach;
  readonly siteId: string | undefined;
  readonly concern: Concern | undefined;
  readonly includeClosed: boolean;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** In the order in which they were found. Indexes: site_findings_site_idx, site_findings_open_idx, site_findings_pkey. */
export async function listFindings(tx: Tx, filter: FindingFilter): Promise<Finding[]> {
  const query = selectFindings(tx)
    .join('sites as s', (on) => void on.on('s.tenant_id', 'f.tenant_id').andOn('s.id', 'f.site_id'))
    .orderBy('f.id')
    .limit(filter.limit);
  whereReached(query, filter.reach, { path: 'f.unit_path', leader: 's.leader_id' });
  if (filter.siteId !== undefined) void query.where('f.site_id', filter.siteId);
  if (filter.concern !== undefined) void query.where('f.concern', filter.concern);
  if (!filter.includeClosed) void query.whereNull('f.closed_at');
  if (filter.afterId !== undefined) void query.where('f.id', '>', filter.afterId);
  return read(tx, await query);
}

function selectFindings(tx: Tx) {
  return tx('site_findings as f').where('f.tenant_id', tenantOf(tx)).select<FindingRow[]>(columns);
}

async function read(tx: Tx, rows: readonly FindingRow[]): Promise<Finding[]> {
  if (rows.length === 0) return [];
  const referrals = await tx('site_referrals')
    .where({ tenant_id: tenantOf(tx) })
    .whereIn('finding_id', rows.map(({ id }) => id))
    .orderBy('id')
    .select<ReferralRow[]>('id', 'finding_id', 'authority', 'received_number', 'sent_at', 'reply_due_at', 'reply', 'answered_at', 'reminders');
  const byFinding = Map.groupBy(referrals, ({ finding_id }) => finding_id);
  return rows.map((row) => toFinding(row, byFinding.get(row.id) ?? []));
}

function changing(finding: Finding) {
  return {
    state: finding.state,
    due_at: finding.dueAt ?? null,
    due_provisional: finding.dueProvisional,
    overdue_since: finding.overdueSince ?? null,
    closed_at: finding.closedAt ?? null,
    version: finding.version,
  };
}

function toFinding(row: FindingRow, referrals: readonly ReferralRow[]): Finding {
  const { called_line: line, called_at: calledAt } = row;
  return {
    id: row.id,
    siteId: row.site_id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    concern: row.concern,
    severity: row.severity,
    state: row.state,
    itemCode: row.item_code,
    description: row.description,
    foundBy: row.found_by,
    foundAt: row.found_at,
    dueAt: row.due_at ?? undefined,
    dueProvisional: row.due_provisional,
    overdueSince: row.overdue_since ?? undefined,
    closedAt: row.closed_at ?? undefined,
    call: line === null || calledAt === null ? undefined : { line, calledAt },
    referrals: referrals.map(toReferral),
    version: row.version,
  };
}

function toReferral(row: ReferralRow): Referral {
  return {
    id: row.id,
    authority: row.authority,
    receivedNumber: row.received_number,
    sentAt: row.sent_at,
    replyDueAt: row.reply_due_at ?? undefined,
    reply: row.reply ?? undefined,
    answeredAt: row.answered_at ?? undefined,
    reminders: row.reminders,
  };
}
