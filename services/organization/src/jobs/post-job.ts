import { coversUnit, type Caller } from '@linli/auth';
import { addDays, daysBetween, ruleSetAt } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import type { Job } from './job';
import { jobNotFound, takeDown } from './rules';
import { insertJob, lockJob, saveJob } from './store';

type Posting = Pick<Deps, 'db' | 'now'>;

export type PostJob = Omit<Job, 'id' | 'unitPath' | 'takenDownOn' | 'version'> & { readonly request: RequestKey };

/** @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED; invalid_argument for days that are over, reversed or more than the rule allows, or a unit that is no community. */
export async function postJob(deps: Posting, caller: Caller, { request, ...facts }: PostJob): Promise<Job> {
  if (facts.openFrom < today(deps)) throw violation('open_from', 'in_past');
  if (facts.openUntil < facts.openFrom) throw violation('open_until', 'before_start');
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, 'organization.job.write', unit.path)) throw unitNotFound();
      if (unit.kind !== 'community') throw violation('unit_id', 'misplaced');
      const { limit } = await ruleSetAt(tx, 'organization.job_open', today(deps));
      // A job is not kept for years before anybody sees it.
      if (daysBetween(today(deps), facts.openFrom) > limit.amount) throw violation('open_from', 'too_late');
      if (daysBetween(facts.openFrom, addDays(facts.openUntil, 1)) > limit.amount) throw violation('open_until', 'too_late');
      const at = deps.now();
      const job: Job = { ...facts, id: newId(at.getTime()), unitPath: unit.path, takenDownOn: undefined, version: 1 };
      await insertJob(tx, job);
      const { id, unitId, unitPath, wanted, openFrom, openUntil } = job;
      const payload = organization.JobPosted.fromPartial({ jobId: id, unitId, wanted, openFrom, openUntil });
      const entry = { threadId: id, unitPath, at, code: 'posted', facts: { open_from: openFrom, open_until: openUntil } };
      await recordChanges(tx, caller, [{ action: 'job.post', objectType: 'job', id, version: 1, event: 'JobPosted', payload, entry }]);
      return job;
    }),
  );
}

/** @throws not_found JOB_NOT_FOUND; aborted VERSION_STALE; failed_precondition JOB_TAKEN_DOWN, JOB_CLOSED. */
export async function takeDownJob(deps: Posting, caller: Caller, ref: { readonly jobId: string; readonly version: number }): Promise<Job> {
  return deps.db.withTenant(caller, async (tx) => {
    const job = await lockJob(tx, ref.jobId);
    if (job === undefined || !coversUnit(caller, 'organization.job.write', job.unitPath)) throw jobNotFound();
    assertVersion(job, ref.version);
    const after = takeDown(job, today(deps));
    await saveJob(tx, after);
    const payload = organization.JobTakenDown.fromPartial({ jobId: job.id });
    const entry = { threadId: job.id, unitPath: job.unitPath, at: deps.now(), code: 'taken_down' };
    await recordChanges(tx, caller, [{ action: 'job.take_down', objectType: 'job', id: job.id, version: after.version, event: 'JobTakenDown', payload, entry }]);
    return after;
  });
}
