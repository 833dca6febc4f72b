import { coversUnit, type Caller } from '@linli/auth';
import { instantAt, addDays } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readAsOf, readDay, today } from '../days';
import type { Deps } from '../deps';
import { codeRule } from '../fields';
import { getUnitPath } from '../units/get-unit-path';
import { unitNotFound } from '../units/rules';
import { assignLeader, closeSite, createSite, updateSite, type SiteEdit, type SiteRef } from './change-site';
import { checklistAt } from './checklist-store';
import { countOpenFindingsAt, countReferrals, countVisits } from './coverage-store';
import { getCoveredSite } from './hold-site';
import { listVisits } from './plan-store';
import { reachOf } from './reach';
import { recordVisit } from './record-visit';
import { endOfMonth, monthOf } from './rules';
import type { Answer } from './site';
import { listSites } from './store';
import { answerOnWire, concernOnWire, siteToWire, stageOnWire, visitToWire } from './wire';

const read = 'organization.site.read';
const company = { max: 100 };

export function siteService(deps: Deps): organization.SiteServiceImplementation<RpcContext> {
  return {
    async createSite(request, { caller }) {
      const openedOn = readDay(request.openedOn, 'opened_on', today(deps));
      if (openedOn > today(deps)) throw violation('opened_on', 'in_future');
      const site = await createSite(deps, caller, {
        request: requestKey(caller, organization.CreateSiteRequest, request),
        nameZh: requireText(request.nameZh, 'name_zh', { max: 100 }),
        ownerZh: requireText(request.ownerZh, 'owner_zh', company),
        contractorZh: requireText(request.contractorZh, 'contractor_zh', company),
        subcontractorsZh: readCompanies(request.subcontractorsZh, 'subcontractors_zh'),
        permitNumber: requireText(request.permitNumber, 'permit_number', codeRule),
        stage: stageOnWire.fromWire(request.stage, 'stage'),
        unitId: readUuid(request.unitId, 'unit_id'),
        leaderId: readUuid(request.leaderId, 'leader_id'),
        openedOn,
      });
      return { site: siteToWire(site) };
    },
    async updateSite(request, { caller }) {
      return { site: siteToWire(await updateSite(deps, caller, { ...readRef(request), edit: readEdit(request) })) };
    },
    async assignSiteLeader(request, { caller }) {
      const leaderId = readUuid(request.leaderId, 'leader_id');
      return { site: siteToWire(await assignLeader(deps, caller, { ...readRef(request), leaderId })) };
    },
    async closeSite(request, { caller }) {
      return { site: siteToWire(await closeSite(deps, caller, readRef(request))) };
    },
    async getSite(request, { caller }) {
      const siteId = readUuid(request.siteId, 'site_id');
      return { site: siteToWire(await deps.db.withTenant(caller, (tx) => getCoveredSite(tx, caller, { siteId, permission: read, now: deps.now() }))) };
    },
    listSites: (request, { caller }) => listSitePage(deps, caller, request),
    async getSiteChecklist(request, { caller }) {
      const day = readDay(request.onDay, 'on_day', today(deps));
      const items = await deps.db.withTenant(caller, (tx) => checklistAt(tx, day));
      return { version: items[0]?.version ?? 0, items: items.map((item) => ({ ...item, concern: concernOnWire.toWire(item.concern) })) };
    },
    async recordSiteVisit(request, { caller }) {
      const visit = await recordVisit(deps, caller, {
        request: requestKey(caller, organization.RecordSiteVisitRequest, request),
        siteId: readUuid(request.siteId, 'site_id'),
        visitedOn: readDay(request.visitedOn, 'visited_on', today(deps)),
        answers: readAnswers(request.answers),
      });
      return { visit: visitToWire(visit) };
    },
    listSiteVisits: (request, { caller }) => listVisitPage(deps, caller, request),
    getSiteCoverage: (request, { caller }) => coverage(deps, caller, request.month),
  };
}

async function listSitePage(deps: Deps, caller: Caller, request: organization.ListSitesRequest): Promise<organization.ListSitesResponse> {
  const limit = compactLimit(request.pageSize);
  const unitId = request.unitId === '' ? undefined : readUuid(request.unitId, 'unit_id');
  const leaderId = request.leaderId === '' ? undefined : readUuid(request.leaderId, 'leader_id');
  const { includeClosed } = request;
  const asOf = readAsOf(request);
  const context = { list: 'sites', tenant: caller.tenantId, caller: caller.subject, unitId, leaderId, includeClosed, asOf };
  const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, async (tx) => {
    const under = unitId === undefined ? undefined : await getUnitPath(tx, unitId);
    if (under !== undefined && !coversUnit(caller, read, under)) throw unitNotFound();
    return listSites(tx, { reach: await reachOf(tx, caller, { permission: read, now: deps.now() }), under, leaderId, includeClosed, asOf, afterId, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  return { sites: shown.map(siteToWire), nextPageToken };
}

async function listVisitPage(deps: Deps, caller: Caller, request: organization.ListSiteVisitsRequest): Promise<organization.ListSiteVisitsResponse> {
  const limit = compactLimit(request.pageSize);
  const siteId = readUuid(request.siteId, 'site_id');
  const context = { list: 'site_visits', tenant: caller.tenantId, caller: caller.subject, siteId };
  const [visitedOn, id] = deps.pages.read(request.pageToken, context) ?? [];
  const after = visitedOn == null ? undefined : { visitedOn: String(visitedOn), id: String(id) };
  const found = await deps.db.withTenant(caller, async (tx) => {
    await getCoveredSite(tx, caller, { siteId, permission: read, now: deps.now() });
    return listVisits(tx, { siteId, after, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.visitedOn, last.id] });
  return { visits: shown.map(visitToWire), nextPageToken };
}

async function coverage(deps: Deps, caller: Caller, asked: string): Promise<organization.GetSiteCoverageResponse> {
  const from = asked === '' ? `${monthOf(today(deps))}-01` : readDay(`${asked}-01`, 'month', '');
  const to = endOfMonth(from);
  const monthEnds = instantAt(addDays(to, 1), 0);
  const at = monthEnds < deps.now() ? monthEnds : deps.now();
  const [leaders, openFindings, referrals] = await deps.db.withTenant(caller, async (tx) => {
    const reach = await reachOf(tx, caller, { permission: read, now: deps.now() });
    return Promise.all([countVisits(tx, { reach, from, to }), countOpenFindingsAt(tx, { reach, at }), countReferrals(tx, { reach, from: instantAt(from, 0), until: monthEnds })]);
  });
  const sum = (figure: 'owed' | 'visited' | 'missed') => leaders.reduce((total, count) => total + count[figure], 0);
  return {
    month: monthOf(from),
    visits: { owed: sum('owed'), visited: sum('visited'), missed: sum('missed') },
    leaders: leaders.map(({ leaderId, ...visits }) => ({ leaderId, visits })),
    referrals,
    openFindings: openFindings.map((ages) => ({ ...ages, concern: concernOnWire.toWire(ages.concern) })),
  };
}

function readRef(request: { readonly siteId: string; readonly version: number }): SiteRef {
  return { siteId: readUuid(request.siteId, 'site_id'), version: request.version };
}

/** What was given, and nothing else. @throws invalid_argument when nothing was. */
function readEdit(request: organization.UpdateSiteRequest): SiteEdit {
  const { nameZh, contractorZh, subcontractors, permitNumber, stage } = request;
  const edit: SiteEdit = {
    ...(nameZh !== undefined && { nameZh: requireText(nameZh, 'name_zh', { max: 100 }) }),
    ...(contractorZh !== undefined && { contractorZh: requireText(contractorZh, 'contractor_zh', company) }),
    ...(subcontractors !== undefined && { subcontractorsZh: readCompanies(subcontractors.namesZh, 'subcontractors.names_zh') }),
    ...(permitNumber !== undefined && { permitNumber: requireText(permitNumber, 'permit_number', codeRule) }),
    ...(stage !== undefined && { stage: stageOnWire.fromWire(stage, 'stage') }),
  };
  if (Object.keys(edit).length === 0) throw violation('stage', 'required');
  return edit;
}

function readCompanies(names: readonly string[], field: string): string[] {
  if (names.length > 50) throw violation(field, 'too_many');
  const read = names.map((name, index) => requireText(name, `${field}[${index}]`, company));
  if (new Set(read).size !== read.length) throw violation(field, 'duplicate');
  return read;
}

function readAnswers(given: readonly organization.SiteVisitAnswer[]): Record<string, Answer> {
  if (given.length > 100) throw violation('answers', 'too_many');
  const answers = new Map<string, Answer>();
  for (const [index, { itemCode, answer }] of given.entries()) {
    const code = requireText(itemCode, `answers[${index}].item_code`, codeRule);
    if (answers.has(code)) throw violation(`answers[${index}].item_code`, 'duplicate');
    answers.set(code, answerOnWire.fromWire(answer, `answers[${index}].answer`));
  }
  return Object.fromEntries(answers);
}
