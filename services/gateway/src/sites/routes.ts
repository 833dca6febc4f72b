import { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { code, given, id, nextPageToken, optionalDay, optionalId, page, queryFlag, someOf, text, time, timeOf } from '../wire/fields';
import { words } from '../wire/words';

const stages = words('SITE_STAGE', organization.SiteStage, ['preparation', 'foundation', 'structure', 'finishing', 'acceptance']);
export const concerns = words('SITE_CONCERN', organization.SiteConcern, ['safety', 'wage', 'resettlement']);
const answers = words('SITE_ANSWER', organization.SiteAnswer, ['yes', 'no', 'not_applicable', 'not_seen']);
const onSite = z.strictObject({ id });
const companies = z.array(text(100)).max(50);
export const month = z.string().regex(/^(19[5-9][0-9]|2[01][0-9]{2})-(0[1-9]|1[0-2])$/).meta({ description: 'YYYY-MM' });

const siteSchema = z
  .strictObject({
    id: z.string(),
    nameZh: z.string(),
    ownerZh: z.string().meta({ description: '建设单位' }),
    contractorZh: z.string().meta({ description: '施工总承包单位' }),
    subcontractorsZh: z.array(z.string()).meta({ description: '分包单位' }),
    permitNumber: z.string().meta({ description: '施工许可证号' }),
    stage: stages.schema.optional(),
    unitId: z.string(),
    unitPath: z.string(),
    leaderId: z.string().optional().meta({ description: '联系领导；按日期查询时，当日尚未登记的工地没有' }),
    leaderSince: z.string().optional(),
    openedOn: z.string(),
    closedOn: z.string().optional(),
    visitDueOn: z.string().optional().meta({ description: '下一次走访的最后期限' }),
    lastVisitedOn: z.string().optional(),
    missedSince: z.string().optional().meta({ description: '最近一次走访以来，首个未走访周期的最后一日' }),
    version: z.int(),
  })
  .meta({ id: 'Site' });

const visitSchema = z
  .strictObject({
    id: z.string(),
    siteId: z.string(),
    visitedOn: z.string(),
    visitorId: z.string(),
    checklistVersion: z.int(),
    answers: z.array(z.strictObject({ itemCode: z.string(), answer: answers.schema.optional() })),
    recordedAt: time.optional(),
    countsFor: z.string().optional().meta({ description: '计入哪个月的走访；缺省表示该月已走访过' }),
  })
  .meta({ id: 'SiteVisit' });

const countSchema = z.strictObject({
  owed: z.int().meta({ description: '应走访' }),
  visited: z.int().meta({ description: '已走访' }),
  missed: z.int().meta({ description: '逾期未走访' }),
});

const coverageSchema = z
  .strictObject({
    month: z.string(),
    visits: countSchema,
    leaders: z.array(z.strictObject({ leaderId: z.string(), visits: countSchema })),
    referrals: z.strictObject({ sent: z.int().meta({ description: '本月移送' }), answered: z.int().meta({ description: '其中已答复' }) }),
    openFindings: z.array(z.strictObject({ concern: concerns.schema.optional(), upTo7Days: z.int(), upTo30Days: z.int(), longer: z.int() })),
  })
  .meta({ id: 'SiteCoverage' });

const checklistSchema = z
  .strictObject({
    version: z.int(),
    items: z.array(z.strictObject({ code: z.string(), concern: concerns.schema.optional(), questionZh: z.string(), citation: z.string() })),
  })
  .meta({ id: 'SiteChecklist' });

function siteToJson({ stage, leaderId, leaderSince, closedOn, visitDueOn, lastVisitedOn, missedSince, ...rest }: organization.Site): z.input<typeof siteSchema> {
  return {
    ...{ ...rest, stage: stages.fromWire(stage), leaderId: given(leaderId), leaderSince: given(leaderSince) },
    ...{ closedOn: given(closedOn), visitDueOn: given(visitDueOn), lastVisitedOn: given(lastVisitedOn), missedSince: given(missedSince) },
  };
}

function visitToJson({ answers: list, recordedAt, countsFor, ...rest }: organization.SiteVisit): z.input<typeof visitSchema> {
  return { ...rest, answers: list.map(({ itemCode, answer }) => ({ itemCode, answer: answers.fromWire(answer) })), recordedAt: timeOf(recordedAt), countsFor: given(countsFor) };
}

function present<T>(message: T | undefined): T {
  if (message === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return message;
}

function answerSite({ site }: { site: organization.Site | undefined }): Answer<z.input<typeof siteSchema>> {
  const found = present(site);
  return { body: siteToJson(found), version: found.version, location: `/v1/sites/${found.id}` };
}

const none: organization.SiteVisitCount = { owed: 0, visited: 0, missed: 0 };
const changeable = { nameZh: text(100), contractorZh: text(100), subcontractorsZh: companies, permitNumber: code, stage: stages.schema };

const reads: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/sites',
    name: 'listSites',
    summary: '建筑工地列表',
    tag: 'sites',
    calls: 'organization.v1.SiteService/ListSites',
    query: z.strictObject({
      unitId: optionalId.meta({ description: '该单位及以下' }),
      leaderId: optionalId,
      includeClosed: queryFlag.optional(),
      asOf: optionalDay.meta({ description: '该日结束时在建的工地、当时的联系领导和最近一次走访；缺省为今天' }),
      ...page,
    }),
    response: z.strictObject({ sites: z.array(siteSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.sites.listSites({ ...query, includeClosed: query.includeClosed ?? false }, options);
      return { body: { sites: found.sites.map(siteToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/sites/{id}',
    name: 'getSite',
    summary: '一处建筑工地',
    tag: 'sites',
    calls: 'organization.v1.SiteService/GetSite',
    params: onSite,
    response: siteSchema,
    handle: async ({ params }, { clients, options }) => answerSite(await clients.sites.getSite({ siteId: params.id }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/sites:coverage',
    name: 'getSiteCoverage',
    summary: '某月的工地走访覆盖（如 53/53）与未结问题',
    tag: 'sites',
    calls: 'organization.v1.SiteService/GetSiteCoverage',
    query: z.strictObject({ month: month.optional() }),
    response: coverageSchema,
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.sites.getSiteCoverage({ month: query.month ?? '' }, options);
      const leaders = found.leaders.map(({ leaderId, visits = none }) => ({ leaderId, visits }));
      const openFindings = found.openFindings.map(({ concern, ...ages }) => ({ concern: concerns.fromWire(concern), ...ages }));
      return { body: { month: found.month, visits: found.visits ?? none, leaders, referrals: found.referrals ?? { sent: 0, answered: 0 }, openFindings } };
    },
  }),
  route({
    method: 'get',
    path: '/v1/sites:checklist',
    name: 'getSiteChecklist',
    summary: '走访清单与依据',
    tag: 'sites',
    calls: 'organization.v1.SiteService/GetSiteChecklist',
    query: z.strictObject({ onDay: optionalDay.meta({ description: '缺省为今天' }) }),
    response: checklistSchema,
    handle: async ({ query }, { clients, options }) => {
      const { version, items } = await clients.sites.getSiteChecklist(query, options);
      return { body: { version, items: items.map(({ concern, ...item }) => ({ concern: concerns.fromWire(concern), ...item })) }, version };
    },
  }),
  route({
    method: 'get',
    path: '/v1/sites/{id}/visits',
    name: 'listSiteVisits',
    summary: '一处工地的走访记录，最近的在前',
    tag: 'sites',
    calls: 'organization.v1.SiteService/ListSiteVisits',
    params: onSite,
    query: z.strictObject(page),
    response: z.strictObject({ visits: z.array(visitSchema), nextPageToken }),
    handle: async ({ params, query }, { clients, options }) => {
      const found = await clients.sites.listSiteVisits({ siteId: params.id, ...query }, options);
      return { body: { visits: found.visits.map(visitToJson), nextPageToken: found.nextPageToken } };
    },
  }),
];

const changes: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/sites',
    name: 'createSite',
    summary: '登记建筑工地并明确联系领导',
    tag: 'sites',
    calls: 'organization.v1.SiteService/CreateSite',
    creates: true,
    body: z.strictObject({ ...changeable, subcontractorsZh: companies.default([]), ownerZh: text(100), unitId: id, leaderId: id, openedOn: optionalDay.meta({ description: '缺省为今天' }) }),
    response: siteSchema,
    handle: async ({ body: { stage, ...rest }, requestId }, { clients, options }) => answerSite(await clients.sites.createSite({ ...rest, stage: stages.toWire(stage), requestId }, options)),
  }),
  route({
    method: 'patch',
    path: '/v1/sites/{id}',
    name: 'updateSite',
    summary: '更新工地情况；未给出的字段不变',
    tag: 'sites',
    calls: 'organization.v1.SiteService/UpdateSite',
    changes: true,
    params: onSite,
    body: someOf({
      nameZh: changeable.nameZh.optional(),
      contractorZh: changeable.contractorZh.optional(),
      subcontractorsZh: companies.optional(),
      permitNumber: code.optional(),
      stage: stages.schema.optional(),
    }),
    response: siteSchema,
    handle: async ({ params, body, version }, { clients, options }) => {
      const { stage, subcontractorsZh, ...rest } = body;
      const more = { ...(stage && { stage: stages.toWire(stage) }), ...(subcontractorsZh && { subcontractors: { namesZh: subcontractorsZh } }) };
      return answerSite(await clients.sites.updateSite({ siteId: params.id, version, ...rest, ...more }, options));
    },
  }),
  route({
    method: 'post',
    path: '/v1/sites/{id}:assignLeader',
    name: 'assignSiteLeader',
    summary: '更换联系领导，未了事项一并移交',
    tag: 'sites',
    calls: 'organization.v1.SiteService/AssignSiteLeader',
    changes: true,
    params: onSite,
    body: z.strictObject({ leaderId: id }),
    response: siteSchema,
    handle: async ({ params, body, version }, { clients, options }) => answerSite(await clients.sites.assignSiteLeader({ siteId: params.id, version, ...body }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/sites/{id}:close',
    name: 'closeSite',
    summary: '工地完工，不再走访（须无未结问题）',
    tag: 'sites',
    calls: 'organization.v1.SiteService/CloseSite',
    changes: true,
    params: onSite,
    body: z.strictObject({}),
    response: siteSchema,
    handle: async ({ params, version }, { clients, options }) => answerSite(await clients.sites.closeSite({ siteId: params.id, version }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/sites/{id}/visits',
    name: 'recordSiteVisit',
    summary: '记录一次走访；每项只填是、否、不适用、未看到',
    tag: 'sites',
    calls: 'organization.v1.SiteService/RecordSiteVisit',
    creates: true,
    params: onSite,
    body: z.strictObject({
      visitedOn: optionalDay.meta({ description: '缺省为今天' }),
      answers: z.array(z.strictObject({ itemCode: code, answer: answers.schema })).min(1).max(100),
    }),
    response: visitSchema,
    handle: async ({ params, body, requestId }, { clients, options }) => {
      const list = body.answers.map(({ itemCode, answer }) => ({ itemCode, answer: answers.toWire(answer) }));
      const { visit } = await clients.sites.recordSiteVisit({ siteId: params.id, visitedOn: body.visitedOn, answers: list, requestId }, options);
      return { body: visitToJson(present(visit)) };
    },
  }),
];

export const siteRoutes: readonly ApiRoute[] = [...reads, ...changes];
