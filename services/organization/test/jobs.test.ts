import { systemCaller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { runner, someResident } from './communities-support';
import { fresh, history, makeTenant, makeUnit, sentEvents, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const caller = runner();
const gateway = systemCaller('xingsheng', 'gateway', ['organization.public.read']);

let office: Office;
let community: organization.Unit;
let other: organization.Unit;
beforeAll(async () => {
  office = await startOffice();
  const { root } = await makeTenant(office);
  await makeTenant(office, 'baihe');
  community = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  other = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
});
beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
afterAll(() => office.stop());

const offer = { titleZh: '手工艺制作', titleMn: 'ᠠᠵᠢᠯ', employerZh: '民族手工艺协会', placeZh: '滨河社区', dutiesZh: '刺绣', wanted: 3, contactPhone: '0477-8500000', openUntil: '2026-12-31' };

async function post(facts: Partial<organization.PostJobRequest> = {}): Promise<organization.Job> {
  const { job } = await office.jobs.postJob({ unitId: community.id, ...offer, ...facts }, { caller });
  if (job === undefined) throw new Error('no job came back');
  return job;
}
const apply = async (jobId: string, by = someResident(), requestId = '') => (await office.jobs.applyForJob({ jobId, requestId }, { caller: by })).application;

describe('a job', () => {
  it('is put up once, and read by anybody while it is open', async () => {
    const job = await post();
    expect(job).toMatchObject({ unitId: community.id, ...offer, openFrom: '2026-11-24', takenDown: false, version: 1 });
    expect((await office.jobs.getJob({ jobId: job.id }, { caller })).job).toEqual(job);
    const later = await post({ openFrom: '2026-12-01', openUntil: '2026-12-05' });
    const open = async () => (await office.jobs.getPublicJobs({}, { caller: gateway })).jobs;
    expect(await open()).toEqual([{ id: job.id, unitNameZh: community.nameZh, ...offer, wanted: 3 }]);
    office.clock.set('2026-12-01T00:00:00+08:00');
    expect((await open()).map(({ id }) => id)).toEqual([later.id, job.id]);
    office.clock.set('2026-12-06T00:00:00+08:00');
    expect((await open()).map(({ id }) => id)).toEqual([job.id]);
    expect((await office.jobs.getPublicJobs({}, { caller: { ...gateway, tenantId: 'baihe' } })).jobs).toEqual([]);
    const down = await office.jobs.takeDownJob({ jobId: job.id, version: 1 }, { caller });
    expect(down.job).toMatchObject({ takenDown: true, version: 2 });
    expect(await open()).toEqual([]);
    await expect(office.jobs.takeDownJob({ jobId: job.id, version: 2 }, { caller })).rejects.toMatchObject({ reason: 'JOB_TAKEN_DOWN' });
    await expect(office.jobs.takeDownJob({ jobId: later.id, version: 1 }, { caller })).rejects.toMatchObject({ reason: 'JOB_CLOSED' });
    expect(await history(office, job.id)).toEqual(['JobPosted 1', 'JobTakenDown 2']);
  });

  it('is open for no more days than the rule says, the last one counted, and no further ahead', async () => {
    expect(await post({ openUntil: '2027-02-21' })).toMatchObject({ openFrom: '2026-11-24', openUntil: '2027-02-21' });
    await expect(post({ openUntil: '2027-02-22' })).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field: 'open_until', code: 'too_late' }] });
    expect(await post({ openFrom: '2026-11-25', openUntil: '2027-02-22' })).toMatchObject({ openUntil: '2027-02-22' });
    expect(await post({ openFrom: '2027-02-22', openUntil: '2027-02-22' })).toMatchObject({ openFrom: '2027-02-22' });
    await expect(post({ openFrom: '2027-02-23', openUntil: '2027-02-23' })).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field: 'open_from', code: 'too_late' }] });
  });

  it('is made once for a repeated request', async () => {
    const request = { requestId: fresh('r') };
    const [one, two] = await Promise.all([post(request), post(request)]);
    expect(one).toEqual(two);
    await expect(post({ ...request, wanted: 9 })).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it.each([
    ['title_zh', { titleZh: '' }],
    ['wanted', { wanted: 0 }],
    ['contact_phone', { contactPhone: '' }],
    ['contact_phone', { contactPhone: '张三' }],
    ['open_from', { openFrom: '2026-11-23' }],
    ['open_until', { openUntil: '' }],
    ['open_until', { openUntil: '2026-11-23' }],
  ])('names the wrong field %s', async (field, wrong) => {
    await expect(post(wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('is a community’s, for those who run it', async () => {
    const grid = await makeUnit(office, community.id, { kind: UNIT_KIND_GRID });
    await expect(post({ unitId: grid.id })).rejects.toMatchObject({ violations: [{ field: 'unit_id', code: 'misplaced' }] });
    const job = await post();
    for (const by of [runner(other.path), { ...caller, tenantId: 'baihe' }]) {
      const missing = { kind: 'not_found', reason: 'JOB_NOT_FOUND' };
      await expect(office.jobs.getJob({ jobId: job.id }, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.jobs.takeDownJob({ jobId: job.id, version: 1 }, { caller: by })).rejects.toMatchObject(missing);
      await expect(office.jobs.listJobApplications({ jobId: job.id }, { caller: by })).rejects.toMatchObject(missing);
    }
    office.clock.advance(1_000);
    const latest = await post();
    const page = await office.jobs.listJobs({ underUnitId: community.id, pageSize: 1 }, { caller });
    const rest = await office.jobs.listJobs({ underUnitId: community.id, pageToken: page.nextPageToken }, { caller });
    expect([page.jobs.map(({ id }) => id), rest.jobs.map(({ id }) => id).includes(job.id), rest.nextPageToken]).toEqual([[latest.id], true, '']);
    expect((await office.jobs.listJobs({}, { caller: runner(other.path) })).jobs).toEqual([]);
  });
});

describe('an application', () => {
  it('is a resident’s own, once, of whom the subject id is all that is kept', async () => {
    const job = await post();
    const by = someResident();
    const requestId = fresh('r');
    const [one, two] = await Promise.all([apply(job.id, by, requestId), apply(job.id, by, requestId)]);
    expect(one).toEqual(two);
    expect(one).toMatchObject({ jobId: job.id, residentId: by.subject, withdrawn: false, version: 1 });
    expect(await office.knex('job_applications').where({ id: one?.id }).pluck<string[]>('resident_id')).toEqual([by.subject]);
    await expect(apply(job.id, by)).rejects.toMatchObject({ kind: 'already_exists', reason: 'APPLIED_ALREADY' });
    expect(JSON.stringify(await sentEvents(office, one?.id))).not.toContain(by.subject);
    const own = await office.jobs.listJobApplications({}, { caller: by });
    expect([own.applications, (await office.jobs.listJobApplications({}, { caller: someResident() })).applications]).toEqual([[one], []]);
    await apply(job.id);
    const page = await office.jobs.listJobApplications({ jobId: job.id, pageSize: 1 }, { caller });
    const rest = await office.jobs.listJobApplications({ jobId: job.id, pageSize: 1, pageToken: page.nextPageToken }, { caller });
    expect([page.applications.length, rest.applications.length, rest.nextPageToken]).toEqual([1, 1, '']);
    await expect(office.jobs.listJobApplications({}, { caller })).rejects.toMatchObject({ violations: [{ field: 'job_id', code: 'required' }] });
  });

  it('of two at a time by one resident is one', async () => {
    const job = await post();
    const by = someResident();
    const results = await Promise.allSettled([apply(job.id, by), apply(job.id, by)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is deleted when who made it withdraws it, once, and may be made again', async () => {
    const job = await post();
    const by = someResident();
    const requestId = fresh('r');
    const application = await apply(job.id, by, requestId);
    const ref = { applicationId: application?.id ?? '', version: 1 };
    await expect(office.jobs.withdrawJobApplication(ref, { caller: someResident() })).rejects.toMatchObject({ kind: 'not_found', reason: 'APPLICATION_NOT_FOUND' });
    await expect(office.jobs.withdrawJobApplication({ ...ref, version: 2 }, { caller: by })).rejects.toMatchObject({ reason: 'VERSION_STALE' });
    const both = await Promise.allSettled([1, 2].map(() => office.jobs.withdrawJobApplication(ref, { caller: by })));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find(({ status }) => status === 'fulfilled')).toMatchObject({ value: { application: { ...application, withdrawn: true, version: 2 } } });
    for (const version of [1, 2]) await expect(office.jobs.withdrawJobApplication({ ...ref, version }, { caller: by })).rejects.toMatchObject({ kind: 'not_found', reason: 'APPLICATION_NOT_FOUND' });
    for (const who of [by, caller]) expect((await office.jobs.listJobApplications({ jobId: job.id }, { caller: who })).applications).toEqual([]);
    expect(await office.knex('job_applications').where({ resident_id: by.subject })).toEqual([]);
    // Nor does the answer that is kept for a repeated request say it.
    await expect(apply(job.id, by, requestId)).rejects.toMatchObject({ reason: 'APPLICATION_NOT_FOUND' });
    const again = await apply(job.id, by);
    expect(again?.id).not.toBe(ref.applicationId);
    expect(await history(office, ref.applicationId)).toEqual(['JobApplied 1', 'JobApplicationWithdrawn 2']);
  });

  it('comes while the job is open', async () => {
    const [later, short, down] = [await post({ openFrom: '2026-11-25' }), await post({ openUntil: '2026-11-24' }), await post()];
    await office.jobs.takeDownJob({ jobId: down.id, version: 1 }, { caller });
    await expect(apply(later.id)).rejects.toMatchObject({ reason: 'JOB_NOT_OPEN' });
    await expect(apply(down.id)).rejects.toMatchObject({ reason: 'JOB_TAKEN_DOWN' });
    await apply(short.id);
    office.clock.set('2026-11-25T00:00:00+08:00');
    await expect(apply(short.id)).rejects.toMatchObject({ reason: 'JOB_CLOSED' });
    await expect(apply(community.id)).rejects.toMatchObject({ kind: 'not_found', reason: 'JOB_NOT_FOUND' });
  });

  it('asks nobody what they are: no table of the board has a column for it', async () => {
    const columns = await office.knex('information_schema.columns').whereIn('table_name', ['jobs', 'job_applications']).where({ table_schema: 'public' }).pluck<string[]>('column_name');
    expect([...new Set(columns)].sort()).toEqual([
      'contact_phone', 'duties_zh', 'employer_zh', 'id', 'job_id', 'open_from', 'open_until', 'place_zh', 'resident_id', 'taken_down_on', 'tenant_id', 'title_mn', 'title_zh', 'unit_id',
      'unit_path', 'version', 'wanted',
    ]);
  });
});
