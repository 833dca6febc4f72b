import { unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { codeRule, readUnitCode } from '../fields';
import { getPublicPath } from '../units/get-public-path';
import { closeProject, completeProject, recordCheck, reportProgress, startProject } from './carry-out';
import { coversProject, permissions, type ProjectRef } from './change';
import { collectProject, promiseProject, screenProject, selectProject } from './choose';
import { changeProject, delayProject, dropProject, type Explanation } from './explain';
import { readMonth } from './inputs';
import type { PledgeProject } from './pledge-project';
import { findPublicProject, listPublicProjects } from './public-store';
import { pledgeNotFound } from './rules';
import { findProject, listProjects } from './store';
import { listNewestReports, listProgress, listStatements } from './store-parts';
import { projectToWire, publicToWire, reasonOnWire, sourceOnWire, stateOnWire } from './wire';
import { withdrawPledgeWords, type Said } from './withdraw-words';

const titleRule = { max: 100 };
const textRule = { max: 1_000 };

export function pledgeProjectService(deps: Deps): organization.PledgeProjectServiceImplementation<RpcContext> {
  return { ...choosing(deps), ...carryingOut(deps), ...explaining(deps), ...reading(deps), ...readingInPublic(deps) };
}

type Service = organization.PledgeProjectServiceImplementation<RpcContext>;

function choosing(deps: Deps): Pick<Service, 'collectPledgeProject' | 'screenPledgeProject' | 'selectPledgeProject' | 'promisePledgeProject'> {
  return {
    async collectPledgeProject(request, { caller }) {
      const project = await collectProject(deps, caller, {
        request: requestKey(caller, organization.CollectPledgeProjectRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        code: requireText(request.code, 'code', codeRule),
        year: readYear(request.year),
        titleZh: requireText(request.titleZh, 'title_zh', titleRule),
        descriptionZh: requireText(request.descriptionZh, 'description_zh', { ...textRule, optional: true }),
        source: sourceOnWire.fromWire(request.source, 'source'),
      });
      return { project: projectToWire(project) };
    },
    async screenPledgeProject(request, { caller }) {
      return answer(deps, caller, await screenProject(deps, caller, readRef(request)));
    },
    async selectPledgeProject(request, { caller }) {
      const vote = {
        heldOn: readDay(request.heldOn, 'held_on', today(deps)),
        entitled: readCount(request.entitled, 'entitled'),
        present: readCount(request.present, 'present'),
        inFavour: readCount(request.inFavour, 'in_favour'),
        against: readCount(request.against, 'against'),
        abstained: readCount(request.abstained, 'abstained'),
      };
      return answer(deps, caller, await selectProject(deps, caller, { ...readRef(request), vote }));
    },
    async promisePledgeProject(request, { caller }) {
      const { promise } = request;
      if (promise === undefined) throw violation('promise', 'required');
      if (promise.dueDay === '') throw violation('due_day', 'required');
      const promised = {
        dueDay: readDay(promise.dueDay, 'due_day', ''),
        ownerUnitId: readUuid(promise.ownerUnitId, 'owner_unit_id'),
        postId: readUuid(promise.postId, 'post_id'),
        budgetFen: readFen(promise.budgetFen, 'budget_fen'),
      };
      return answer(deps, caller, await promiseProject(deps, caller, { ...readRef(request), ...promised }));
    },
  };
}

function carryingOut(deps: Deps): Pick<Service, 'startPledgeProject' | 'reportPledgeProgress' | 'completePledgeProject' | 'recordResidentCheck' | 'closePledgeProject'> {
  return {
    async startPledgeProject(request, { caller }) {
      return answer(deps, caller, await startProject(deps, caller, readRef(request)));
    },
    async reportPledgeProgress(request, { caller }) {
      if (request.percent < 0 || request.percent > 100) throw violation('percent', 'out_of_range');
      const report = {
        month: readMonth(request.month, 'month'),
        percent: request.percent,
        spentFen: readFen(request.spentFen, 'spent_fen'),
        noteZh: requireText(request.noteZh, 'note_zh', textRule),
      };
      return answer(deps, caller, await reportProgress(deps, caller, { ...readRef(request), ...report }));
    },
    async completePledgeProject(request, { caller }) {
      const completedOn = readDay(request.completedOn, 'completed_on', today(deps));
      return answer(deps, caller, await completeProject(deps, caller, { ...readRef(request), completedOn }));
    },
    async recordResidentCheck(request, { caller }) {
      const { examiners, scoreCounts } = request;
      const check = { checkedOn: readDay(request.checkedOn, 'checked_on', today(deps)), examiners, scoreCounts };
      return answer(deps, caller, await recordCheck(deps, caller, { ...readRef(request), check }));
    },
    async closePledgeProject(request, { caller }) {
      return answer(deps, caller, await closeProject(deps, caller, readRef(request)));
    },
  };
}

function explaining(deps: Deps): Pick<Service, 'delayPledgeProject' | 'changePledgeProject' | 'dropPledgeProject' | 'withdrawPledgeWords'> {
  return {
    async delayPledgeProject(request, { caller }) {
      if (request.dueDay === '') throw violation('due_day', 'required');
      const dueDay = readDay(request.dueDay, 'due_day', '');
      return answer(deps, caller, await delayProject(deps, caller, { ...readRef(request), ...readExplanation(request), dueDay }));
    },
    async changePledgeProject(request, { caller }) {
      const { titleZh, descriptionZh, ownerUnitId, postId, budgetFen } = request;
      const changed = {
        titleZh: titleZh === undefined ? undefined : requireText(titleZh, 'title_zh', titleRule),
        descriptionZh: descriptionZh === undefined ? undefined : requireText(descriptionZh, 'description_zh', { ...textRule, optional: true }),
        ownerUnitId: ownerUnitId === undefined ? undefined : readUuid(ownerUnitId, 'owner_unit_id'),
        postId: postId === undefined ? undefined : readUuid(postId, 'post_id'),
        budgetFen: budgetFen === undefined ? undefined : readFen(budgetFen, 'budget_fen'),
      };
      if (Object.values(changed).every((value) => value === undefined)) throw violation('', 'empty');
      return answer(deps, caller, await changeProject(deps, caller, { ...readRef(request), ...readExplanation(request), ...changed }));
    },
    async dropPledgeProject(request, { caller }) {
      return answer(deps, caller, await dropProject(deps, caller, { ...readRef(request), ...readExplanation(request) }));
    },
    async withdrawPledgeWords(request, { caller }) {
      return answer(deps, caller, await withdrawPledgeWords(deps, caller, { ...readRef(request), said: readSaid(request) }));
    },
  };
}

function reading(deps: Deps): Pick<Service, 'getPledgeProject' | 'listPledgeProjects'> {
  return {
    async getPledgeProject(request, { caller }) {
      const id = readUuid(request.pledgeProjectId, 'pledge_project_id');
      const project = await deps.db.withTenant(caller, (tx) => findProject(tx, id));
      if (project === undefined || !coversProject(caller, permissions.read, project)) throw pledgeNotFound();
      return answer(deps, caller, project);
    },
    async listPledgeProjects(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const year = request.year === 0 ? undefined : readYear(request.year);
      const state = stateOnWire.fromWireOrNone(request.state, 'state');
      const context = { list: 'pledge_projects', tenant: caller.tenantId, caller: caller.subject, year, state };
      const [afterYear, afterCode] = deps.pages.read(request.pageToken, context) ?? [];
      const after = afterCode == null ? undefined : { year: Number(afterYear), code: String(afterCode) };
      const found = await deps.db.withTenant(caller, (tx) => listProjects(tx, { scopes: unitScopes(caller, permissions.read), year, state, after, limit: limit + 1 }));
      const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.year, last.code] });
      return { projects: shown.map((project) => projectToWire(project)), nextPageToken };
    },
  };
}

function readingInPublic(deps: Deps): Pick<Service, 'getPublicPledgeProject' | 'listPublicPledgeProjects'> {
  return {
    async getPublicPledgeProject(request, { caller }) {
      const id = readUuid(request.pledgeProjectId, 'pledge_project_id');
      return deps.db.withTenant(caller, async (tx) => {
        const project = await findPublicProject(tx, id);
        if (project === undefined) throw pledgeNotFound();
        return { project: publicToWire(project, { progress: await listProgress(tx, id), statements: await listStatements(tx, [id]) }) };
      });
    },
    async listPublicPledgeProjects(request, { caller }) {
      const limit = compactLimit(request.pageSize);
      const year = readYear(request.year);
      const unitCode = readUnitCode(request);
      const context = { list: 'public_pledge_projects', tenant: caller.tenantId, caller: caller.subject, year, unitCode };
      const afterCode = deps.pages.read(request.pageToken, context)?.[0]?.toString();
      return deps.db.withTenant(caller, async (tx) => {
        const found = await listPublicProjects(tx, { year, under: await getPublicPath(tx, unitCode, today(deps)), afterCode, limit: limit + 1 });
        const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ code }) => [code] });
        const ids = shown.map(({ id }) => id);
        const [reports, statements] = await Promise.all([listNewestReports(tx, ids), listStatements(tx, ids)]);
        const own = (id: string) => ({ progress: reports.filter(({ projectId }) => projectId === id), statements: statements.filter(({ projectId }) => projectId === id) });
        return { projects: shown.map((project) => publicToWire(project, own(project.id))), nextPageToken };
      });
    },
  };
}

/** The project with all that was reported and said of it. */
async function answer(deps: Pick<Deps, 'db'>, caller: Caller, project: PledgeProject): Promise<{ project: organization.PledgeProject }> {
  return deps.db.withTenant(caller, async (tx) => {
    const [progress, statements] = await Promise.all([listProgress(tx, project.id), listStatements(tx, [project.id])]);
    return { project: projectToWire(project, { progress, statements }) };
  });
}

function readRef(request: { readonly pledgeProjectId: string; readonly version: number }): ProjectRef {
  return { projectId: readUuid(request.pledgeProjectId, 'pledge_project_id'), version: request.version };
}

function readExplanation(request: { readonly reason: organization.PledgeReason; readonly explanationZh: string }): Explanation {
  return { reason: reasonOnWire.fromWire(request.reason, 'reason'), explanationZh: requireText(request.explanationZh, 'explanation_zh', textRule) };
}

function readSaid({ month, statementId }: organization.WithdrawPledgeWordsRequest): Said {
  if ((month === '') === (statementId === '')) throw violation('statement_id', 'one_of_two');
  return month === '' ? { statementId: readUuid(statementId, 'statement_id') } : { month: readMonth(month, 'month') };
}

function readYear(year: number): number {
  if (year < 1950 || year > 2199) throw violation('year', 'out_of_range');
  return year;
}

function readCount(count: number, field: string): number {
  if (count < 0) throw violation(field, 'negative');
  return count;
}

/** Money in 分; beyond ten billion 元 somebody's finger slipped. */
function readFen(fen: number, field: string): number {
  if (fen < 0) throw violation(field, 'negative');
  if (!Number.isSafeInteger(fen) || fen > 1_000_000_000_000) throw violation(field, 'too_large');
  return fen;
}
