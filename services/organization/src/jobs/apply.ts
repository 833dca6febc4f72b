import { isSelf, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { assertVersion } from '../version';
import type { JobApplication } from './job';
import { applicationNotFound, assertOpen, jobNotFound, withdraw } from './rules';
import { insertApplication, lockApplication, saveApplication, shareJob } from './store';

/** Whoever signs in may apply, and is asked nothing. @throws not_found JOB_NOT_FOUND; already_exists APPLIED_ALREADY; failed_precondition of `assertOpen`. */
export async function applyForJob(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { request, jobId }: { readonly request: RequestKey; readonly jobId: string }): Promise<JobApplication> {
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const job = await shareJob(tx, jobId);
      if (job === undefined) throw jobNotFound();
      assertOpen(job, today(deps));
      const application = { id: newId(deps.now().getTime()), jobId, unitPath: job.unitPath, residentId: caller.subject, withdrawn: false, version: 1 };
      await insertApplication(tx, application);
      const payload = organization.JobApplied.fromPartial({ applicationId: application.id, jobId });
      await recordChanges(tx, caller, [{ action: 'application.create', objectType: 'application', id: application.id, version: 1, event: 'JobApplied', payload }]);
      return application;
    }),
  );
}

/** @throws not_found APPLICATION_NOT_FOUND; aborted VERSION_STALE; failed_precondition APPLICATION_WITHDRAWN. */
export async function withdrawApplication(deps: Pick<Deps, 'db'>, caller: Caller, ref: { readonly applicationId: string; readonly version: number }): Promise<JobApplication> {
  return deps.db.withTenant(caller, async (tx) => {
    const application = await lockApplication(tx, ref.applicationId);
    if (application === undefined || !isSelf(caller, 'organization.job.apply', application.residentId)) throw applicationNotFound();
    assertVersion(application, ref.version);
    const after = withdraw(application);
    await saveApplication(tx, after);
    const { id, jobId, version } = after;
    const payload = organization.JobApplicationWithdrawn.fromPartial({ applicationId: id, jobId });
    await recordChanges(tx, caller, [{ action: 'application.withdraw', objectType: 'application', id, version, event: 'JobApplicationWithdrawn', payload }]);
    return after;
  });
}
