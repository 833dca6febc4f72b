import { tenantOf, type Tx } from '@linli/db';
import type { Erased, Over } from '../retention/retention';
import type { Ballots, Choice } from './decision';

/** Adds to the roll those who are not on it; gives its length. */
export async function insertVoters(tx: Tx, decisionId: string, voterIds: readonly string[]): Promise<number> {
  await tx('decision_voters')
    .insert(voterIds.map((voterId) => ({ tenant_id: tenantOf(tx), decision_id: decisionId, voter_id: voterId, voted: false })))
    .onConflict(['tenant_id', 'decision_id', 'voter_id'])
    .ignore();
  const [row] = await tx('decision_voters').where({ tenant_id: tenantOf(tx), decision_id: decisionId }).select<{ registered: number }[]>(tx.raw('count(*) as registered'));
  return row?.registered ?? 0;
}

export async function isOnRoll(tx: Tx, decisionId: string, voterId: string): Promise<boolean> {
  const row = await tx('decision_voters').where({ tenant_id: tenantOf(tx), decision_id: decisionId, voter_id: voterId }).first<{ voted: boolean } | undefined>('voted');
  return row !== undefined;
}

/** Of one vote many thousands may be on the roll: a few votes at a time keep the statement short. */
const mostRolls = 10;

/**
 * Takes away the roll of votes whose time is over, also of those that were withdrawn. A draft that nobody went on with loses its voters
 * and may be given others. A vote that waits to be counted is `uncounted`, and has a longer time. Index: decisions_to_erase_idx.
 */
export function eraseRolls(uncounted: boolean): (tx: Tx, over: Over) => Promise<Erased[]> {
  return (tx, over) => eraseRollsOf(tx, over, uncounted);
}

async function eraseRollsOf(tx: Tx, { before, most }: Over, uncounted: boolean): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select id from decisions
        where tenant_id = :tenant and coalesce(closes_at, updated_at) < :before and registered > 0 and not roll_erased and (state = 'noticed') = :uncounted
        order by coalesce(closes_at, updated_at) limit :most for update skip locked),
     gone as (
       delete from decision_voters as voter using over where voter.tenant_id = :tenant and voter.decision_id = over.id)
     update decisions as decision set roll_erased = closes_at is not null, registered = case when closes_at is null then 0 else registered end, version = version + 1
       from over where decision.tenant_id = :tenant and decision.id = over.id returning decision.id, decision.version, decision.unit_path as "unitPath"`,
    { tenant: tenantOf(tx), before, uncounted, most: Math.min(most, mostRolls) },
  );
  return rows;
}

/** Notes that somebody voted; false when they had. Two at once wait for each other here. */
export async function markVoted(tx: Tx, decisionId: string, voterId: string): Promise<boolean> {
  return (await tx('decision_voters').where({ tenant_id: tenantOf(tx), decision_id: decisionId, voter_id: voterId, voted: false }).update({ voted: true })) === 1;
}

/** How many on the roll voted or took a paper. */
export async function countVoted(tx: Tx, decisionId: string): Promise<number> {
  const [row] = await tx('decision_voters').where({ tenant_id: tenantOf(tx), decision_id: decisionId, voted: true }).select<{ voted: number }[]>(tx.raw('count(*) as voted'));
  return row?.voted ?? 0;
}

export async function openTally(tx: Tx, decisionId: string): Promise<void> {
  await tx('decision_tallies').insert({ tenant_id: tenantOf(tx), decision_id: decisionId, in_favour: 0, against: 0, abstain: 0 });
}

/** Adds a ballot to the sums. All of them are written anew, so that neither a row nor its version says whose it was. */
export async function addBallot(tx: Tx, decisionId: string, choice: Choice): Promise<void> {
  const plus = (column: Choice) => tx.raw('?? + ?', [column, column === choice ? 1 : 0]);
  await tx('decision_tallies')
    .where({ tenant_id: tenantOf(tx), decision_id: decisionId })
    .update({ in_favour: plus('in_favour'), against: plus('against'), abstain: plus('abstain') });
}

/** The sums, which are gone from here: the decision keeps them. */
export async function takeTally(tx: Tx, decisionId: string): Promise<Ballots> {
  const rows = await tx('decision_tallies')
    .where({ tenant_id: tenantOf(tx), decision_id: decisionId })
    .delete(['in_favour', 'against', 'abstain']);
  const [row] = rows as { in_favour: number; against: number; abstain: number }[];
  return { inFavour: row?.in_favour ?? 0, against: row?.against ?? 0, abstained: row?.abstain ?? 0 };
}
