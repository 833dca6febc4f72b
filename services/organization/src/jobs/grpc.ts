import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readAsOf, readDay, requireDay, today } from '../days';
import type { Deps } from '../deps';
import { readContactPhone, readUnitCode } from '../fields';
import { getOpenCommunity } from '../units/get-public-path';
import { getUnitPath } from '../units/get-unit-path';
import { unitNotFound } from '../units/rules';
import { applyForJob, withdrawApplication } from './apply';
import type { Job, JobApplication } from './job';
import { postJob, takeDownJob } from './post-job';
import { jobNotFound } from './rules';
import { findJob, listApplications, listJobs, listOpenJobs } from './store';

const read = 'organization.job.read';

export function jobService(deps: Deps): organization.JobServiceImplementation<RpcContext> {
  return {
    async postJob(request, { caller }) {
      if (request.wanted < 1 || request.wanted > 10_000) throw violation('wanted', 'out_of_range');
      if (request.contactPhone === '') throw violation('contact_phone', 'required');
      const job = await postJob(deps, caller, {
        request: requestKey(caller, organization.PostJobRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        titleZh: requireText(request.titleZh, 'title_zh', { max: 100 }),
        titleMn: requireText(request.titleMn, 'title_mn', { max: 200, optional: true }),
        employerZh: requireText(request.employerZh, 'employer_zh', { max: 100 }),
        placeZh: requireText(request.placeZh, 'place_zh', { max: 100 }),
        dutiesZh: requireText(request.dutiesZh, 'duties_zh', { max: 1_000, optional: true }),
        wanted: request.wanted,
        contactPhone: readContactPhone(request.contactPhone),
        openFrom: readDay(request.openFrom, 'open_from', today(deps)),
        openUntil: requireDay(request.openUntil, 'open_until'),
      });
      return { job: jobToWire(job) };
    },
    async takeDownJob(request, { caller }) {
      return { job: jobToWire(await takeDownJob(deps, caller, { jobId: readUuid(request.jobId, 'job_id'), version: request.version })) };
    },
    async getJob(request, { caller }) {
      const id = readUuid(request.jobId, 'job_id');
      const job = await deps.db.withTenant(caller, (tx) => findJob(tx, id));
      if (job === undefined || !coversUnit(caller, read, job.unitPath)) throw jobNotFound();
      return { job: jobToWire(job) };
    },
    listJobs: (request, { caller }) => listPage(deps, caller, request),
    async applyForJob(request, { caller }) {
      const wish = { request: requestKey(caller, organization.ApplyForJobRequest, request), jobId: readUuid(request.jobId, 'job_id') };
      return { application: applicationToWire(await applyForJob(deps, caller, wish), false) };
    },
    async withdrawJobApplication(request, { caller }) {
      const ref = { applicationId: readUuid(request.applicationId, 'application_id'), version: request.version };
      return { application: applicationToWire(await withdrawApplication(deps, caller, ref), true) };
    },
    listJobApplications: (request, { caller }) => listApplicants(deps, caller, request),
    getPublicJobs: (request, { caller }) => listOpen(deps, caller, request),
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListJobsRequest): Promise<organization.ListJobsResponse> {
  const limit = compactLimit(request.pageSize);
  const underId = request.underUnitId === '' ? undefined : readUuid(request.underUnitId, 'under_unit_id');
  const asOf = readAsOf(request);
  const context = { list: 'jobs', tenant: caller.tenantId, caller: caller.subject, under: underId, asOf };
  const beforeId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, async (tx) => {
    const under = underId === undefined ? undefined : await getUnitPath(tx, underId);
    if (under !== undefined && !coversUnit(caller, read, under)) throw unitNotFound();
    return listJobs(tx, { scopes: unitScopes(caller, read), under, asOf, beforeId, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  return { jobs: shown.map(jobToWire), nextPageToken };
}

async function listOpen(deps: Deps, caller: Caller, request: organization.GetPublicJobsRequest): Promise<organization.GetPublicJobsResponse> {
  const limit = compactLimit(request.pageSize);
  const unitCode = readUnitCode(request);
  const context = { list: 'public_jobs', tenant: caller.tenantId, caller: caller.subject, unitCode };
  const [openUntil, id] = deps.pages.read(request.pageToken, context) ?? [];
  const after = openUntil == null ? undefined : { openUntil: String(openUntil), id: String(id) };
  const day = today(deps);
  const found = await deps.db.withTenant(caller, async (tx) => {
    const unitPath = unitCode === '' ? undefined : (await getOpenCommunity(tx, unitCode, day)).path;
    return listOpenJobs(tx, { unitPath, today: day, after, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: (last) => [last.openUntil, last.id] });
  return { jobs: shown, nextPageToken };
}

/** A resident sees their own, staff those of a job. */
async function listApplicants(deps: Deps, caller: Caller, request: organization.ListJobApplicationsRequest): Promise<organization.ListJobApplicationsResponse> {
  const limit = compactLimit(request.pageSize);
  const byResident = caller.kind === 'resident';
  const jobId = byResident && request.jobId === '' ? undefined : readUuid(request.jobId, 'job_id');
  const context = { list: 'applications', tenant: caller.tenantId, caller: caller.subject, jobId };
  const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, async (tx) => {
    if (!byResident) await assertMayList(tx, caller, jobId ?? '');
    return listApplications(tx, { jobId, residentId: byResident ? caller.subject : undefined, afterId, limit: limit + 1 });
  });
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  return { applications: shown.map((application) => applicationToWire(application, false)), nextPageToken };
}

async function assertMayList(tx: Tx, caller: Caller, jobId: string): Promise<void> {
  const job = await findJob(tx, jobId);
  if (job === undefined || !coversUnit(caller, 'organization.job.applications', job.unitPath)) throw jobNotFound();
}

function jobToWire({ takenDownOn, ...job }: Job): organization.Job {
  return { ...job, takenDown: takenDownOn !== undefined };
}

function applicationToWire({ unitPath: _path, ...application }: JobApplication, withdrawn: boolean): organization.JobApplication {
  return { ...application, withdrawn };
}
