import { isSelf, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import type { JobApplication } from './job';
import { applicationNotFound, assertOpen, jobNotFound } from './rules';
import { deleteApplication, findApplication, insertApplication, lockApplication, shareJob } from './store';

/** Whoever signs in may apply, and is asked nothing. @throws not_found JOB_NOT_FOUND; already_exists APPLIED_ALREADY; failed_precondition of `assertOpen`; for the repeat of one that is withdrawn APPLICATION_NOT_FOUND. */
export async function applyForJob(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { request, jobId }: { readonly request: RequestKey; readonly jobId: string }): Promise<JobApplication> {
  return deps.db.withTenant(caller, async (tx) => {
    const id = await answerOnce(tx, request, async () => {
      const job = await shareJob(tx, jobId);
      if (job === undefined) throw jobNotFound();
      assertOpen(job, today(deps));
      const application = { id: newId(deps.now().getTime()), jobId, unitPath: job.unitPath, residentId: caller.subject, version: 1 };
      await insertApplication(tx, application);
      const payload = organization.JobApplied.fromPartial({ applicationId: application.id, jobId });
      await recordChanges(tx, caller, [{ action: 'application.create', objectType: 'application', id: application.id, version: 1, event: 'JobApplied', payload }]);
      return application.id;
    });
    // A repeat is answered from the row: who withdrew is in no stored answer either.
    const application = await findApplication(tx, id);
    if (application === undefined) throw applicationNotFound();
    return application;
  });
}

/**
 * Whoever takes their consent back is deleted at once (个人信息保护法 47), not kept as somebody who withdrew.
 * @throws not_found APPLICATION_NOT_FOUND; aborted VERSION_STALE.
 */
export async function withdrawApplication(deps: Pick<Deps, 'db'>, caller: Caller, ref: { readonly applicationId: string; readonly version: number }): Promise<JobApplication> {
  return deps.db.withTenant(caller, async (tx) => {
    const application = await lockApplication(tx, ref.applicationId);
    if (application === undefined || !isSelf(caller, 'organization.job.apply', application.residentId)) throw applicationNotFound();
    assertVersion(application, ref.version);
    const withdrawn = { ...application, version: application.version + 1 };
    await deleteApplication(tx, application.id);
    const { id, jobId, version } = withdrawn;
    const payload = organization.JobApplicationWithdrawn.fromPartial({ applicationId: id, jobId });
    await recordChanges(tx, caller, [{ action: 'application.withdraw', objectType: 'application', id, version, event: 'JobApplicationWithdrawn', payload }]);
    return withdrawn;
  });
}
