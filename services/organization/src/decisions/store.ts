import type { UnitScopes } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import type { Knex } from 'knex';
import { wherePageByUnit } from '../by-unit';
import { quorumColumns, quorumOf, type QuorumRow } from '../quorum/store';
import type { Result } from '../quorum/quorum';
import type { Decision, DecisionState, DecisionSubject, PublishedTwice, VoterBasis, WithdrawReason } from './decision';

interface DecisionRow {
  readonly id: string;
  readonly unit_id: string;
  readonly unit_path: string;
  readonly topic_id: string | null;
  readonly subject: DecisionSubject;
  readonly title_zh: string;
  readonly text_zh: string;
  readonly basis: VoterBasis;
  readonly callers: number;
  readonly state: DecisionState;
  readonly branch_proposed_on: string | null;
  readonly committees_consulted_on: string | null;
  readonly members_deliberated_on: string | null;
  readonly registered: number;
  readonly roll_erased: boolean;
  readonly entitled: number | null;
  readonly quorum_id: string | null;
  readonly quorum_version: number | null;
  readonly opens_at: Date | null;
  readonly closes_at: Date | null;
  readonly result: Result | null;
  readonly present: number | null;
  readonly in_favour: number | null;
  readonly against: number | null;
  readonly abstained: number | null;
  readonly papers: number | null;
  readonly count_due_at: Date | null;
  readonly publication_due_at: Date | null;
  readonly republish_due_at: Date | null;
  readonly republish_outcome_due_at: Date | null;
  readonly withdraw_reason: WithdrawReason | null;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly version: number;
}

type JoinedRow = DecisionRow & { readonly quorum: QuorumRow | null };

export async function insertDecision(tx: Tx, decision: Decision): Promise<void> {
  await tx('decisions').insert({ tenant_id: tenantOf(tx), ...toRow(decision) });
}

export async function updateDecision(tx: Tx, decision: Decision): Promise<void> {
  const { id, ...row } = toRow(decision);
  await tx('decisions').where({ tenant_id: tenantOf(tx), id }).update(row);
}

export async function findDecision(tx: Tx, id: string): Promise<Decision | undefined> {
  const row = await decisions(tx).where('decision.id', id).first<JoinedRow | undefined>();
  return row && toDecision(row);
}

/** For a change of the decision: votes that are being cast come first, and none comes after. */
export async function lockDecision(tx: Tx, id: string): Promise<Decision | undefined> {
  const row = await decisions(tx).where('decision.id', id).forUpdate('decision').first<JoinedRow | undefined>();
  return row && toDecision(row);
}

/** For a vote: closing waits for it, other votes do not. */
export async function shareDecision(tx: Tx, id: string): Promise<Decision | undefined> {
  const row = await decisions(tx).where('decision.id', id).forShare('decision').first<JoinedRow | undefined>();
  return row && toDecision(row);
}

/** Whether a publication stands that tells of it, or of what came of it. Index: publications_decision_key. */
export async function isPublished(tx: Tx, decisionId: string, kind: PublishedTwice): Promise<boolean> {
  const standing = await tx('publications').where({ tenant_id: tenantOf(tx), decision_id: decisionId, kind, withdrawn_at: null }).first<{ id: string } | undefined>('id');
  return standing !== undefined;
}

/** Those a voter is on the roll of, or those of the units that the scopes cover. */
export type DecisionReach = { readonly voterId: string } | { readonly scopes: UnitScopes };

/** The newest first. Indexes: decisions_unit_path_idx, decisions_pkey for the whole office, decision_voters_voter_idx. */
export async function listDecisions(
  tx: Tx,
  { reach, state, beforeId, limit }: { readonly reach: DecisionReach; readonly state: DecisionState | undefined; readonly beforeId: string | undefined; readonly limit: number },
): Promise<Decision[]> {
  const query = decisions(tx).orderBy('decision.id', 'desc').limit(limit);
  if ('voterId' in reach) void query.whereIn('decision.id', tx('decision_voters').where({ tenant_id: tenantOf(tx), voter_id: reach.voterId }).select('decision_id'));
  else wherePageByUnit(tx, query, { table: 'decisions', id: 'decision.id', order: 'newest', scopes: reach.scopes, holding: { state }, after: beforeId, limit });
  if (state !== undefined) void query.where('decision.state', state);
  if (beforeId !== undefined) void query.where('decision.id', '<', beforeId);
  return ((await query) as JoinedRow[]).map(toDecision);
}

function decisions(tx: Tx): Knex.QueryBuilder {
  return tx('decisions as decision')
    .leftJoin('quorum_rule_sets as quorum', (on) => on.on('quorum.id', 'decision.quorum_id').andOn('quorum.version', 'decision.quorum_version'))
    .where('decision.tenant_id', tenantOf(tx))
    .select('decision.*', tx.raw(`case when quorum.id is not null then ${quorumColumns('quorum')} end as quorum`));
}

function toRow(decision: Decision): DecisionRow {
  const { notice, outcome, steps } = decision;
  return {
    id: decision.id,
    unit_id: decision.unitId,
    unit_path: decision.unitPath,
    topic_id: decision.topicId ?? null,
    subject: decision.subject,
    title_zh: decision.titleZh,
    text_zh: decision.textZh,
    basis: decision.basis,
    callers: decision.callers,
    state: decision.state,
    branch_proposed_on: steps.branch_proposed ?? null,
    committees_consulted_on: steps.committees_consulted ?? null,
    members_deliberated_on: steps.members_deliberated ?? null,
    registered: decision.registered,
    roll_erased: decision.rollErased,
    entitled: notice?.entitled ?? null,
    quorum_id: notice?.quorum.id ?? null,
    quorum_version: notice?.quorum.version ?? null,
    opens_at: notice?.opensAt ?? null,
    closes_at: notice?.closesAt ?? null,
    result: outcome?.result ?? null,
    present: outcome?.count.present ?? null,
    in_favour: outcome?.count.inFavour ?? null,
    against: outcome?.count.against ?? null,
    abstained: outcome?.count.abstained ?? null,
    papers: outcome?.papers ?? null,
    count_due_at: decision.countDueAt ?? null,
    publication_due_at: decision.publicationDueAt ?? null,
    republish_due_at: decision.owedAgain.decision ?? null,
    republish_outcome_due_at: decision.owedAgain.outcome ?? null,
    withdraw_reason: decision.withdrawReason ?? null,
    created_at: decision.createdAt,
    updated_at: decision.updatedAt,
    version: decision.version,
  };
}

// The columns of a notice or an outcome are there together or not at all: the table's checks say so.
function toDecision(row: JoinedRow): Decision {
  return {
    id: row.id,
    unitId: row.unit_id,
    unitPath: row.unit_path,
    topicId: row.topic_id ?? undefined,
    subject: row.subject,
    titleZh: row.title_zh,
    textZh: row.text_zh,
    basis: row.basis,
    callers: row.callers,
    state: row.state,
    steps: {
      ...(row.branch_proposed_on !== null && { branch_proposed: row.branch_proposed_on }),
      ...(row.committees_consulted_on !== null && { committees_consulted: row.committees_consulted_on }),
      ...(row.members_deliberated_on !== null && { members_deliberated: row.members_deliberated_on }),
    },
    registered: row.registered,
    rollErased: row.roll_erased,
    notice:
      row.quorum === null || row.opens_at === null || row.closes_at === null
        ? undefined
        : { entitled: row.entitled ?? 0, quorum: quorumOf(row.quorum), opensAt: row.opens_at, closesAt: row.closes_at },
    outcome:
      row.result === null
        ? undefined
        : {
            result: row.result,
            count: { present: row.present ?? 0, inFavour: row.in_favour ?? 0, against: row.against ?? 0, abstained: row.abstained ?? 0 },
            papers: row.papers ?? undefined,
          },
    countDueAt: row.count_due_at ?? undefined,
    publicationDueAt: row.publication_due_at ?? undefined,
    owedAgain: { decision: row.republish_due_at ?? undefined, outcome: row.republish_outcome_due_at ?? undefined },
    withdrawReason: row.withdraw_reason ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    version: row.version,
  };
}
