import type { UnitScopes } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { tenantOf, type ConstraintReasons, type Tx } from '@linli/db';
import { wherePageByUnit } from '../by-unit';
import { validOn } from '../validity';
import type { Erased, Over } from '../retention/retention';
import type { Job, JobApplication } from './job';

export const jobConstraints: ConstraintReasons = {
  job_applications_once_key: { kind: 'already_exists', reason: 'APPLIED_ALREADY', message: 'the resident has applied already' },
};

const jobColumns = {
  id: 'jobs.id',
  unitId: 'jobs.unit_id',
  unitPath: 'jobs.unit_path',
  titleZh: 'title_zh',
  titleMn: 'title_mn',
  employerZh: 'employer_zh',
  placeZh: 'place_zh',
  dutiesZh: 'duties_zh',
  wanted: 'wanted',
  contactPhone: 'contact_phone',
  openFrom: 'open_from',
  openUntil: 'open_until',
  takenDownOn: 'taken_down_on',
  version: 'jobs.version',
} as const;
const applicationColumns = { id: 'id', jobId: 'job_id', unitPath: 'unit_path', residentId: 'resident_id', version: 'version' } as const;

type JobRow = Omit<Job, 'takenDownOn'> & { readonly takenDownOn: LocalDate | null };

export async function insertJob(tx: Tx, job: Job): Promise<void> {
  await tx('jobs').insert({
    tenant_id: tenantOf(tx),
    id: job.id,
    unit_id: job.unitId,
    unit_path: job.unitPath,
    title_zh: job.titleZh,
    title_mn: job.titleMn,
    employer_zh: job.employerZh,
    place_zh: job.placeZh,
    duties_zh: job.dutiesZh,
    wanted: job.wanted,
    contact_phone: job.contactPhone,
    open_from: job.openFrom,
    open_until: job.openUntil,
    version: job.version,
  });
}

export async function saveJob(tx: Tx, { id, takenDownOn, version }: Job): Promise<void> {
  await tx('jobs').where({ tenant_id: tenantOf(tx), id }).update({ taken_down_on: takenDownOn ?? null, version });
}

export async function findJob(tx: Tx, id: string): Promise<Job | undefined> {
  const row = await tx('jobs').where({ tenant_id: tenantOf(tx), id }).first<JobRow | undefined>(jobColumns);
  return row && toJob(row);
}

export async function lockJob(tx: Tx, id: string): Promise<Job | undefined> {
  const row = await tx('jobs').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<JobRow | undefined>(jobColumns);
  return row && toJob(row);
}

/** For an application: the job is not taken down meanwhile, and others apply at the same time. */
export async function shareJob(tx: Tx, id: string): Promise<Job | undefined> {
  const row = await tx('jobs').where({ tenant_id: tenantOf(tx), id }).forShare().first<JobRow | undefined>(jobColumns);
  return row && toJob(row);
}

export interface JobFilter {
  readonly scopes: UnitScopes;
  readonly under: string | undefined;
  /** Those open on that day; undefined for all there ever were. */
  readonly asOf: LocalDate | undefined;
  readonly beforeId: string | undefined;
  readonly limit: number;
}

/** The latest first. Indexes: jobs_unit_path_idx, jobs_pkey for the whole office. */
export async function listJobs(tx: Tx, { scopes, under, asOf, beforeId, limit }: JobFilter): Promise<Job[]> {
  const query = tx('jobs').where({ tenant_id: tenantOf(tx) }).orderBy('id', 'desc').limit(limit);
  const also = asOf === undefined ? undefined : validOn(asOf, { from: 'open_from', to: 'coalesce(taken_down_on, open_until + 1)' });
  wherePageByUnit(tx, query, { table: 'jobs', order: 'newest', scopes, under, also, after: beforeId, limit });
  return (await query.select<JobRow[]>(jobColumns)).map(toJob);
}

export interface OpenJob extends Omit<Job, 'takenDownOn'> {
  readonly unitNameZh: string;
}

export interface OpenJobFilter {
  /** Of the community they are at. */
  readonly unitPath: string | undefined;
  readonly today: LocalDate;
  readonly after: { readonly openUntil: LocalDate; readonly id: string } | undefined;
  readonly limit: number;
}

/** Open on that day, of an office that works; the next to close first. Indexes: jobs_unit_open_idx, jobs_open_idx for the whole office. */
export async function listOpenJobs(tx: Tx, { unitPath, today, after, limit }: OpenJobFilter): Promise<OpenJob[]> {
  const query = tx('jobs')
    .join('units', (on) => on.on('units.tenant_id', 'jobs.tenant_id').andOn('units.id', 'jobs.unit_id'))
    .join('tenants', 'tenants.tenant_id', 'jobs.tenant_id')
    .where({ 'jobs.tenant_id': tenantOf(tx), taken_down_on: null, 'tenants.suspended': false })
    .where('open_until', '>=', today)
    .where('open_from', '<=', today)
    .orderBy(['open_until', 'jobs.id'])
    .limit(limit);
  if (unitPath !== undefined) void query.where('jobs.unit_path', unitPath);
  if (after !== undefined) void query.whereRaw('(open_until, jobs.id) > (cast(? as date), cast(? as uuid))', [after.openUntil, after.id]);
  return query.select<OpenJob[]>({ ...jobColumns, unitNameZh: 'units.name_zh' });
}

export async function insertApplication(tx: Tx, { id, jobId, unitPath, residentId, version }: JobApplication): Promise<void> {
  await tx('job_applications').insert({ tenant_id: tenantOf(tx), id, job_id: jobId, unit_path: unitPath, resident_id: residentId, version });
}

export async function deleteApplication(tx: Tx, id: string): Promise<void> {
  await tx('job_applications').where({ tenant_id: tenantOf(tx), id }).delete();
}

export async function findApplication(tx: Tx, id: string): Promise<JobApplication | undefined> {
  return tx('job_applications').where({ tenant_id: tenantOf(tx), id }).first<JobApplication | undefined>(applicationColumns);
}

export async function lockApplication(tx: Tx, id: string): Promise<JobApplication | undefined> {
  return tx('job_applications').where({ tenant_id: tenantOf(tx), id }).forUpdate().first<JobApplication | undefined>(applicationColumns);
}

export interface ApplicationFilter {
  readonly jobId: string | undefined;
  readonly residentId: string | undefined;
  readonly afterId: string | undefined;
  readonly limit: number;
}

/** In the order of applying. Indexes: job_applications_job_idx, job_applications_resident_idx. */
export async function listApplications(tx: Tx, { jobId, residentId, afterId, limit }: ApplicationFilter): Promise<JobApplication[]> {
  const query = tx('job_applications').where({ tenant_id: tenantOf(tx) }).orderBy('id').limit(limit);
  if (jobId !== undefined) void query.where('job_id', jobId);
  if (residentId !== undefined) void query.where('resident_id', residentId);
  if (afterId !== undefined) void query.where('id', '>', afterId);
  return query.select<JobApplication[]>(applicationColumns);
}

/** Takes away who applied for what nobody can apply for any more: its days are over, or it was taken down before. Index: job_applications_job_idx. */
export async function eraseApplications(tx: Tx, { beforeDay, most }: Over): Promise<Erased[]> {
  const { rows } = await tx.raw<{ rows: Erased[] }>(
    `with over as (
       select application.id from job_applications application join jobs on jobs.tenant_id = application.tenant_id and jobs.id = application.job_id
        where application.tenant_id = :tenant and least(jobs.open_until, jobs.taken_down_on) < :beforeDay order by application.id limit :most for update of application skip locked)
     delete from job_applications as application
      using over where application.tenant_id = :tenant and application.id = over.id
      returning application.id, application.version + 1 as version, application.unit_path as "unitPath", application.job_id as "partOf"`,
    { tenant: tenantOf(tx), beforeDay, most },
  );
  return rows;
}

function toJob({ takenDownOn, ...rest }: JobRow): Job {
  return { ...rest, takenDownOn: takenDownOn ?? undefined };
}
