import { notFound } from '@linli/errors';
import type { Tx } from '@linli/db';
import type { Knex } from 'knex';
import { assertLimit, type Limit } from './calendar';
import type { LocalDate } from './local-date';

/** Law as data: one limit, in one wording of its law. */
export interface RuleSet {
  /** Such as `licensing.decide`. */
  readonly id: string;
  readonly version: number;
  /** Law and article, as it is shown. */
  readonly citation: string;
  readonly limit: Limit;
  readonly effectiveFrom: LocalDate;
  /** The first day on which it is no longer in force; absent while it is. */
  readonly effectiveTo: LocalDate | undefined;
}

interface RuleSetRow {
  id: string;
  version: number;
  citation: string;
  amount: number;
  unit: Limit['unit'];
  roll: Limit['roll'];
  effective_from: string;
  effective_to: string | null;
}

/**
 * Adds a version, for use in a migration; a predecessor still in force ends the day the new one begins.
 * Clocks already running keep the version they started with.
 */
export async function addRuleSet(knex: Knex, ruleSet: Omit<RuleSet, 'effectiveTo'> & { readonly effectiveTo?: LocalDate }): Promise<void> {
  assertLimit(ruleSet.limit);
  await knex('clock_rule_sets')
    .where({ id: ruleSet.id, effective_to: null })
    .andWhere('effective_from', '<', ruleSet.effectiveFrom)
    .update({ effective_to: ruleSet.effectiveFrom });
  await knex('clock_rule_sets').insert({
    id: ruleSet.id,
    version: ruleSet.version,
    citation: ruleSet.citation,
    ...ruleSet.limit,
    effective_from: ruleSet.effectiveFrom,
    effective_to: ruleSet.effectiveTo ?? null,
  });
}

/** The version in force on `day`. @throws AppError not_found RULE_SET_NOT_IN_FORCE. */
export async function ruleSetAt(tx: Tx, id: string, day: LocalDate): Promise<RuleSet> {
  const row = await tx<RuleSetRow>('clock_rule_sets')
    .where({ id })
    .andWhere('effective_from', '<=', day)
    .andWhereRaw('(effective_to is null or effective_to > ?)', [day])
    .first();
  return ruleSetOf(row, { ruleSet: id, day });
}

/** One version, whether or not it is in force. @throws AppError not_found RULE_SET_NOT_IN_FORCE. */
export async function getRuleSet(tx: Tx, id: string, version: number): Promise<RuleSet> {
  const row = await tx<RuleSetRow>('clock_rule_sets').where({ id, version }).first();
  return ruleSetOf(row, { ruleSet: id, version: String(version) });
}

function ruleSetOf(row: RuleSetRow | undefined, details: Record<string, string>): RuleSet {
  if (row === undefined) throw notFound('RULE_SET_NOT_IN_FORCE', 'there is no such rule set at that time', { details });
  const { id, version, citation, amount, unit, roll } = row;
  return { id, version, citation, limit: { amount, unit, roll }, effectiveFrom: row.effective_from, effectiveTo: row.effective_to ?? undefined };
}
