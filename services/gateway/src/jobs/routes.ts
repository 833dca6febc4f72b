import type { organization } from '@linli/contracts';
import { internal } from '@linli/errors';
import { z } from 'zod';
import { communityPage, publicRoute, type PublicRoute } from '../routing/public-route';
import { route, type Answer, type ApiRoute } from '../routing/route';
import { day, given, id, nextPageToken, optionalDay, optionalId, optionalText, page, text } from '../wire/fields';

const onOne = z.strictObject({ id });

const offer = {
  id: z.string(),
  titleZh: z.string(),
  titleMn: z.string().optional(),
  employerZh: z.string().meta({ description: '用人单位' }),
  placeZh: z.string(),
  dutiesZh: z.string().optional(),
  wanted: z.int().meta({ description: '招用人数' }),
  contactPhone: z.string().meta({ description: '用人单位公开的办公电话' }),
  openUntil: z.string().meta({ description: '报名的最后一日' }),
} as const;
const jobSchema = z.strictObject({ ...offer, unitId: z.string(), unitPath: z.string(), openFrom: z.string(), takenDown: z.boolean(), version: z.int() }).meta({ id: 'Job' });
const publicJobSchema = z.strictObject({ ...offer, unitNameZh: z.string() }).meta({ id: 'PublicJob' });
const applicationSchema = z.strictObject({ id: z.string(), jobId: z.string(), residentId: z.string(), withdrawn: z.boolean().meta({ description: '只有撤回时的答复为真：撤回即删除' }), version: z.int() }).meta({ id: 'JobApplication' });

type JobJson = z.input<typeof jobSchema>;
type ApplicationJson = z.input<typeof applicationSchema>;

function jobToJson({ titleMn, dutiesZh, ...rest }: organization.Job): JobJson {
  return { ...rest, titleMn: given(titleMn), dutiesZh: given(dutiesZh) };
}

function answerJob({ job }: { job: organization.Job | undefined }): Answer<JobJson> {
  if (job === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: jobToJson(job), version: job.version, location: `/v1/jobs/${job.id}` };
}

function answerApplication({ application }: { application: organization.JobApplication | undefined }): Answer<ApplicationJson> {
  if (application === undefined) throw internal('ANSWER_EMPTY', 'a service answered without its message');
  return { body: application, version: application.version };
}

const jobs: readonly ApiRoute[] = [
  route({
    method: 'get',
    path: '/v1/jobs',
    name: 'listJobs',
    summary: '招工信息，最近发布的在前',
    tag: 'jobs',
    calls: 'organization.v1.JobService/ListJobs',
    query: z.strictObject({ underUnitId: optionalId.meta({ description: '该单位及以下' }), asOf: optionalDay.meta({ description: '该日开放报名的；缺省为全部' }), ...page }),
    response: z.strictObject({ jobs: z.array(jobSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const found = await clients.jobs.listJobs(query, options);
      return { body: { jobs: found.jobs.map(jobToJson), nextPageToken: found.nextPageToken } };
    },
  }),
  route({
    method: 'post',
    path: '/v1/jobs',
    name: 'postJob',
    summary: '发布招工信息；人人可以报名，不问身份',
    tag: 'jobs',
    calls: 'organization.v1.JobService/PostJob',
    creates: true,
    body: z.strictObject({
      unitId: id.meta({ description: '发布的社区' }),
      titleZh: text(100),
      titleMn: optionalText(200),
      employerZh: text(100),
      placeZh: text(100),
      dutiesZh: optionalText(1_000),
      wanted: z.int().min(1).max(10_000),
      contactPhone: text(20, /^\+?[0-9][0-9 -]{1,17}[0-9]$/u),
      openFrom: optionalDay.meta({ description: '缺省为今天' }),
      openUntil: day.meta({ description: '报名的最后一日；不超过规则规定的发布期限' }),
    }),
    response: jobSchema,
    handle: async ({ body, requestId }, { clients, options }) => answerJob(await clients.jobs.postJob({ ...body, requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/jobs/{id}',
    name: 'getJob',
    summary: '一条招工信息',
    tag: 'jobs',
    calls: 'organization.v1.JobService/GetJob',
    params: onOne,
    response: jobSchema,
    handle: async ({ params }, { clients, options }) => answerJob(await clients.jobs.getJob({ jobId: params.id }, options)),
  }),
  route({
    method: 'post',
    path: '/v1/jobs/{id}:takeDown',
    name: 'takeDownJob',
    summary: '撤下招工信息',
    tag: 'jobs',
    calls: 'organization.v1.JobService/TakeDownJob',
    changes: true,
    params: onOne,
    body: z.strictObject({}),
    response: jobSchema,
    handle: async ({ params, version }, { clients, options }) => answerJob(await clients.jobs.takeDownJob({ jobId: params.id, version }, options)),
  }),
];

const applications: readonly ApiRoute[] = [
  route({
    method: 'post',
    path: '/v1/job-applications',
    name: 'applyForJob',
    summary: '居民报名应聘',
    tag: 'jobs',
    calls: 'organization.v1.JobService/ApplyForJob',
    creates: true,
    body: z.strictObject({ jobId: id }),
    response: applicationSchema,
    handle: async ({ body, requestId }, { clients, options }) => answerApplication(await clients.jobs.applyForJob({ ...body, requestId }, options)),
  }),
  route({
    method: 'get',
    path: '/v1/job-applications',
    name: 'listJobApplications',
    summary: '应聘报名：居民看自己的，工作人员看一条招工信息的',
    tag: 'jobs',
    calls: 'organization.v1.JobService/ListJobApplications',
    query: z.strictObject({ jobId: optionalId.meta({ description: '工作人员必填' }), ...page }),
    response: z.strictObject({ applications: z.array(applicationSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => ({ body: await clients.jobs.listJobApplications(query, options) }),
  }),
  route({
    method: 'post',
    path: '/v1/job-applications/{id}:withdraw',
    name: 'withdrawApplication',
    summary: '居民撤回应聘报名，随即删除',
    tag: 'jobs',
    calls: 'organization.v1.JobService/WithdrawJobApplication',
    changes: true,
    params: onOne,
    body: z.strictObject({}),
    response: applicationSchema,
    handle: async ({ params, version }, { clients, options }) => answerApplication(await clients.jobs.withdrawJobApplication({ applicationId: params.id, version }, options)),
  }),
];

export const jobRoutes: readonly ApiRoute[] = [...jobs, ...applications];

export const publicJobRoutes: readonly PublicRoute[] = [
  publicRoute({
    path: '/jobs',
    name: 'getPublicJobs',
    summary: '正在报名的招工信息，最先截止的在前',
    calls: 'organization.v1.JobService/GetPublicJobs',
    query: z.strictObject(communityPage),
    response: z.strictObject({ jobs: z.array(publicJobSchema), nextPageToken }),
    handle: async ({ query }, { clients, options }) => {
      const { jobs: open, nextPageToken: next } = await clients.jobs.getPublicJobs(query, options);
      return { jobs: open.map(({ titleMn, dutiesZh, ...rest }) => ({ ...rest, titleMn: given(titleMn), dutiesZh: given(dutiesZh) })), nextPageToken: next };
    },
  }),
];
