import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import type { ConductRules } from './conduct-rules';

export const conductConstraints: ConstraintReasons = {
  conduct_rules_code_key: { kind: 'already_exists', reason: 'CONDUCT_RULES_EXIST', message: 'there are rules with this code' },
};

interface RulesRow {
  readonly id: string;
  readonly code: string;
  readonly title_zh: string;
  readonly rules_zh: readonly string[];
  readonly complaint_url: string;
  readonly complaint_hint_zh: string;
  readonly valid_from: string;
  readonly valid_to: string | null;
  readonly version: number;
}

const columns = ['conduct_rules.id', 'code', 'title_zh', 'rules_zh', 'complaint_url', 'complaint_hint_zh', 'valid_from', 'valid_to', 'version'] as const;

/** The last version of the rules with this code; they stay as they are until this transaction ends. */
export async function lockRules(tx: Tx, code: string): Promise<ConductRules | undefined> {
  const held = await tx('conduct_rules').where({ tenant_id: tenantOf(tx), code }).forUpdate().first<{ id: string } | undefined>('id');
  if (held === undefined) return undefined;
  const row = await versionsOf(tx).where('code', code).whereNull('valid_to').first<RulesRow | undefined>(columns);
  return row && toRules(row);
}

export async function insertRules(tx: Tx, { id, code }: ConductRules): Promise<void> {
  await tx('conduct_rules').insert({ tenant_id: tenantOf(tx), id, code });
}

export async function insertVersion(tx: Tx, rules: ConductRules): Promise<void> {
  await tx('conduct_versions').insert({
    tenant_id: tenantOf(tx),
    rules_id: rules.id,
    version: rules.version,
    title_zh: rules.titleZh,
    rules_zh: rules.rulesZh,
    complaint_url: rules.complaintUrl,
    complaint_hint_zh: rules.complaintHintZh,
    valid_from: rules.validFrom,
  });
}

/** What is in force on the day ends with it; what was to begin that day or later is taken back: it ends on the day it would have begun. */
export async function endVersions(tx: Tx, id: string, day: LocalDate): Promise<void> {
  await tx('conduct_versions')
    .where({ tenant_id: tenantOf(tx), rules_id: id })
    .whereRaw('(valid_to is null or valid_to > ?)', [day])
    .update({ valid_to: tx.raw('greatest(valid_from, ?)', [day]) });
}

/** The latest first. Index: conduct_versions_pkey. */
export async function listVersions(tx: Tx, asked: { readonly code: string; readonly before: number | undefined; readonly limit: number }): Promise<ConductRules[]> {
  const query = versionsOf(tx).where('code', asked.code).orderBy('version', 'desc').limit(asked.limit);
  if (asked.before !== undefined) void query.where('version', '<', asked.before);
  return (await query.select<RulesRow[]>(columns)).map(toRules);
}

/** In force on that day in an office that works, by code. Index: conduct_rules_code_key. */
export async function listInForce(tx: Tx, { day, afterCode, limit }: { readonly day: LocalDate; readonly afterCode: string; readonly limit: number }): Promise<ConductRules[]> {
  const working = tx('tenants').where({ tenant_id: tenantOf(tx), suspended: false }).select(tx.raw('1'));
  const rows = await versionsOf(tx).whereRaw('daterange(valid_from, valid_to) @> cast(? as date)', [day]).where('code', '>', afterCode).whereExists(working).orderBy('code').limit(limit).select<RulesRow[]>(columns);
  return rows.map(toRules);
}

function versionsOf(tx: Tx) {
  return tx('conduct_rules')
    .join('conduct_versions', (on) => on.on('conduct_versions.tenant_id', 'conduct_rules.tenant_id').andOn('conduct_versions.rules_id', 'conduct_rules.id'))
    .where('conduct_rules.tenant_id', tenantOf(tx));
}

function toRules(row: RulesRow): ConductRules {
  return {
    id: row.id,
    code: row.code,
    titleZh: row.title_zh,
    rulesZh: row.rules_zh,
    complaintUrl: row.complaint_url,
    complaintHintZh: row.complaint_hint_zh,
    validFrom: row.valid_from,
    validTo: row.valid_to ?? undefined,
    version: row.version,
  };
}
