import { coversUnit, type Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import type { Deps } from '../deps';
import { eraseNotes } from '../threads/store';
import { assertSaid } from '../threads/words';
import { assertVersion } from '../version';
import { permissions, recordProject, type ProjectRef } from './change';
import type { Month, PledgeProject } from './pledge-project';
import { pledgeNotFound } from './rules';
import { lockProject, updateProject } from './store';
import { eraseExplanation, findProgress, findStatement, updateProgress } from './store-parts';

/** The report of a month, or a statement. */
export type Said = { readonly month: Month } | { readonly statementId: string };

/**
 * What names a person goes, here and from the thread, whatever became of the project; that it was said, why and when, stays.
 * @throws not_found PLEDGE_PROJECT_NOT_FOUND; aborted VERSION_STALE; failed_precondition of `assertSaid`; invalid_argument for what was not said.
 */
export async function withdrawPledgeWords(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { said, ...ref }: ProjectRef & { readonly said: Said }): Promise<PledgeProject> {
  return deps.db.withTenant(caller, async (tx) => {
    const found = await lockProject(tx, ref.projectId);
    if (found === undefined || !coversUnit(caller, permissions.decide, found.unitPath)) throw pledgeNotFound();
    assertVersion(found, ref.version);
    const saidAt = await ('month' in said ? eraseReport(tx, found.id, said.month) : eraseStatement(tx, found.id, said.statementId));
    await eraseNotes(tx, { threadId: found.id, at: saidAt });
    const at = deps.now();
    const after: PledgeProject = { ...found, version: found.version + 1, updatedAt: at };
    await updateProject(tx, after);
    const detail = { month: '', statementId: '', ...said };
    await recordProject(tx, { caller, after, action: 'withdraw_words', at }, { event: 'PledgeWordsWithdrawn', detail, ...('month' in said && { facts: { month: said.month } }) });
    return after;
  });
}

async function eraseReport(tx: Tx, projectId: string, month: Month): Promise<Date> {
  const progress = await findProgress(tx, projectId, month);
  if (progress?.reportedAt === undefined) throw violation('month', 'unknown');
  assertSaid(progress);
  await updateProgress(tx, { ...progress, noteZh: '', wordsWithdrawn: true });
  return progress.reportedAt;
}

async function eraseStatement(tx: Tx, projectId: string, statementId: string): Promise<Date> {
  const statement = await findStatement(tx, projectId, statementId);
  if (statement === undefined) throw violation('statement_id', 'unknown');
  assertSaid(statement);
  await eraseExplanation(tx, statementId);
  return statement.at;
}
