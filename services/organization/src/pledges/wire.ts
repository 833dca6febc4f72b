import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { toldOrNot } from '../small-figures';
import {
  pledgeReasons,
  pledgeSources,
  pledgeStates,
  progressStates,
  statementKinds,
  type PledgeProgress,
  type PledgeProject,
  type PledgePromise,
  type PledgeStatement,
  type ResidentCheck,
  type Vote,
} from './pledge-project';
import type { PublicProject } from './public-store';
import { averageScore } from './rules';

export const stateOnWire = wireEnum('PLEDGE_STATE', organization.PledgeState, pledgeStates);
export const sourceOnWire = wireEnum('PLEDGE_SOURCE', organization.PledgeSource, pledgeSources);
export const reasonOnWire = wireEnum('PLEDGE_REASON', organization.PledgeReason, pledgeReasons);
const statementOnWire = wireEnum('PLEDGE_STATEMENT_KIND', organization.PledgeStatementKind, statementKinds);
const progressOnWire = wireEnum('PLEDGE_PROGRESS_STATE', organization.PledgeProgressState, progressStates);

export interface Parts {
  readonly progress: readonly PledgeProgress[];
  readonly statements: readonly PledgeStatement[];
}

export function projectToWire(project: PledgeProject, parts: Parts = { progress: [], statements: [] }): organization.PledgeProject {
  const { id, code, year, unitId, unitPath, titleZh, descriptionZh, overdue, createdAt, updatedAt, version } = project;
  return {
    ...{ id, code, year, unitId, unitPath, titleZh, descriptionZh, overdue, createdAt, updatedAt, version, threadId: id },
    source: sourceOnWire.toWire(project.source),
    state: stateOnWire.toWire(project.state),
    vote: project.vote && voteToWire(project.vote),
    promise: project.promise && promiseToWire(project.promise),
    completedOn: project.completion?.on ?? '',
    check: project.check && checkToWire(project.check),
    progress: parts.progress.map(progressToWire),
    statements: parts.statements.map(statementToWire),
  };
}

export function voteToWire(vote: Vote): organization.PledgeVote {
  return { ...vote };
}

export function promiseToWire({ dueDay, ownerUnitId, postId, budgetFen }: PledgePromise): organization.PledgePromise {
  return { dueDay, ownerUnitId, postId, budgetFen };
}

export function checkToWire({ checkedOn, examiners, scoreCounts }: ResidentCheck): organization.ResidentCheck {
  return { checkedOn, examiners, scoreCounts: [...scoreCounts] };
}

export function progressToWire({ month, state, dueAt, percent, spentFen, noteZh, wordsWithdrawn, reportedAt }: PledgeProgress): organization.PledgeProgress {
  return { month, state: progressOnWire.toWire(state), dueAt, percent, spentFen, noteZh, wordsWithdrawn, reportedAt, late: reportedAt !== undefined && reportedAt > dueAt };
}

export function statementToWire({ id, kind, reason, explanationZh, wordsWithdrawn, dueDayBefore = '', dueDayAfter = '', at }: PledgeStatement): organization.PledgeStatement {
  return { id, kind: statementOnWire.toWire(kind), reason: reasonOnWire.toWire(reason), explanationZh, wordsWithdrawn, dueDayBefore, dueDayAfter, at };
}

/** What anybody may read: posts and units by name, residents' scores as one figure. */
export function publicToWire(project: PublicProject, parts: Parts): organization.PublicPledgeProject {
  const { scoreCounts, completedOn, examiners, state, ...facts } = project;
  const check = examiners === null || scoreCounts === null ? undefined : { examiners, scoreCounts };
  return {
    ...facts,
    state: stateOnWire.toWire(state),
    completedOn: completedOn ?? '',
    progress: parts.progress.map(progressToWire),
    statements: parts.statements.map(statementToWire),
    examiners: toldOrNot(examiners ?? 0) ?? 0,
    averageScore: averageScore(check) ?? 0,
  };
}
