import { coversUnit, isSelf, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, readUuids, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import type { Tx } from '@linli/db';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { readTime } from '../fields';
import { permissions, type DecisionRef } from './change';
import type { Decision } from './decision';
import { addVoters, draftDecision, giveNotice, recordStep, withdrawDecision } from './prepare-decision';
import { decisionNotFound } from './rules';
import { findDecision, listDecisions, type DecisionReach } from './store';
import { isOnRoll } from './store-votes';
import { castVote, closeDecision, issueBallotPaper } from './vote';
import { basisOnWire, choiceOnWire, decisionToWire, stateOnWire, stepOnWire, subjectOnWire, withdrawReasonOnWire } from './wire';

const mostVoters = 1_000;
const noPapers = { inFavour: 0, against: 0, abstained: 0 };

type Service = organization.DecisionServiceImplementation<RpcContext>;

export function decisionService(deps: Deps): Service {
  return { ...preparing(deps), ...voting(deps), ...reading(deps) };
}

function preparing(deps: Deps): Pick<Service, 'draftDecision' | 'recordDecisionStep' | 'addDecisionVoters' | 'giveDecisionNotice' | 'withdrawDecision'> {
  return {
    async draftDecision(request, { caller }) {
      const decision = await draftDecision(deps, caller, {
        request: requestKey(caller, organization.DraftDecisionRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        topicId: request.topicId === '' ? undefined : readUuid(request.topicId, 'topic_id'),
        subject: subjectOnWire.fromWire(request.subject, 'subject'),
        titleZh: requireText(request.titleZh, 'title_zh', { max: 100 }),
        textZh: requireText(request.textZh, 'text_zh', { max: 10_000 }),
        basis: basisOnWire.fromWire(request.basis, 'basis'),
        callers: readCount(request.callers, 'callers'),
      });
      return { decision: decisionToWire(decision) };
    },
    async recordDecisionStep(request, { caller }) {
      const taken = { step: stepOnWire.fromWire(request.step, 'step'), heldOn: readDay(request.heldOn, 'held_on', today(deps)) };
      return { decision: decisionToWire(await recordStep(deps, caller, { ...readRef(request), ...taken })) };
    },
    async addDecisionVoters(request, { caller }) {
      const voterIds = readUuids(request.voterIds, 'voter_ids', mostVoters);
      if (voterIds.length === 0) throw violation('voter_ids', 'required');
      return { decision: decisionToWire(await addVoters(deps, caller, { ...readRef(request), voterIds })) };
    },
    async giveDecisionNotice(request, { caller }) {
      if (request.entitled < 1) throw violation('entitled', 'too_small');
      const [opensAt, closesAt] = [readTime(request.opensAt, 'opens_at'), readTime(request.closesAt, 'closes_at')];
      if (opensAt === undefined) throw violation('opens_at', 'required');
      if (closesAt === undefined) throw violation('closes_at', 'required');
      return { decision: decisionToWire(await giveNotice(deps, caller, { ...readRef(request), entitled: request.entitled, opensAt, closesAt })) };
    },
    async withdrawDecision(request, { caller }) {
      const reason = withdrawReasonOnWire.fromWire(request.reason, 'reason');
      return { decision: decisionToWire(await withdrawDecision(deps, caller, { ...readRef(request), reason })) };
    },
  };
}

function voting(deps: Deps): Pick<Service, 'castVote' | 'issueBallotPaper' | 'closeDecision'> {
  return {
    async castVote(request, { caller }) {
      await castVote(deps, caller, { decisionId: readUuid(request.decisionId, 'decision_id'), choice: choiceOnWire.fromWire(request.choice, 'choice') });
      return {};
    },
    async issueBallotPaper(request, { caller }) {
      await issueBallotPaper(deps, caller, { decisionId: readUuid(request.decisionId, 'decision_id'), voterId: readUuid(request.voterId, 'voter_id') });
      return {};
    },
    async closeDecision(request, { caller }) {
      const { inFavour, against, abstained } = request.papers ?? noPapers;
      const papers = { inFavour: readCount(inFavour, 'papers.in_favour'), against: readCount(against, 'papers.against'), abstained: readCount(abstained, 'papers.abstained') };
      return { decision: decisionToWire(await closeDecision(deps, caller, { ...readRef(request), papers })) };
    },
  };
}

function reading(deps: Deps): Pick<Service, 'getDecision' | 'listDecisions'> {
  return {
    async getDecision(request, { caller }) {
      const id = readUuid(request.decisionId, 'decision_id');
      return deps.db.withTenant(caller, async (tx) => {
        const decision = await findDecision(tx, id);
        if (decision === undefined || !(await seesDecision(tx, caller, decision))) throw decisionNotFound();
        return { decision: decisionToWire(decision) };
      });
    },
    async listDecisions(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const state = stateOnWire.fromWireOrNone(request.state, 'state');
      const context = { list: 'decisions', tenant: caller.tenantId, caller: caller.subject, state };
      const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      const found = await deps.db.withTenant(caller, (tx) => listDecisions(tx, { reach: reachOf(caller), state, beforeId, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
      return { decisions: shown.map(decisionToWire), nextPageToken };
    },
  };
}

/** Staff see what is of their units; a resident what they may vote on. */
async function seesDecision(tx: Tx, caller: Caller, { id, unitPath }: Decision): Promise<boolean> {
  return coversUnit(caller, permissions.read, unitPath) || (isSelf(caller, permissions.read, caller.subject) && caller.kind === 'resident' && (await isOnRoll(tx, id, caller.subject)));
}

function reachOf(caller: Caller): DecisionReach {
  return caller.kind === 'resident' ? { voterId: caller.subject } : { scopes: unitScopes(caller, permissions.read) };
}

function readRef(request: { readonly decisionId: string; readonly version: number }): DecisionRef {
  return { decisionId: readUuid(request.decisionId, 'decision_id'), version: request.version };
}

function readCount(count: number, field: string): number {
  if (count < 0) throw violation(field, 'negative');
  return count;
}
