import { coversUnit, type Caller } from '@linli/auth';
import { daysBetween, localDateOf, startClock } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { changeOf, projectClock, waitForNext } from './change-project';
import type { JointProject } from './joint-project';
import { lockNeeds } from './need-store';
import { needSettled, settleNeeds } from './needs';
import { insertProject } from './project-store';
import { needNotFound } from './rules';

export type ProposeProject = Pick<JointProject, 'needIds' | 'titleZh' | 'tags' | 'budgetCents' | 'dueOn'> & { readonly request: RequestKey };

/** Takes up open needs. @throws not_found NEED_NOT_FOUND; failed_precondition NEED_NOT_OPEN; invalid_argument for a due day that is not after today. */
export async function proposeProject(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, { request, ...facts }: ProposeProject): Promise<JointProject> {
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      if (facts.dueOn <= today(deps)) throw violation('due_on', 'in_past');
      const needs = await lockNeeds(tx, facts.needIds);
      const first = needs.get(facts.needIds[0] ?? '');
      const may = [...needs.values()].every(({ unitPath }) => coversUnit(caller, 'organization.joint_project.write', unitPath));
      if (first === undefined || needs.size < facts.needIds.length || !may) throw needNotFound();
      const taken = [...needs.values()].find(({ state }) => state !== 'open');
      if (taken !== undefined) throw failedPrecondition('NEED_NOT_OPEN', 'the need is not open', { details: { state: taken.state } });
      const at = deps.now();
      const project = projectOf(facts, { id: newId(at.getTime()), unitId: first.unitId, unitPath: first.unitPath });
      await insertProject(tx, project);
      await settleNeeds(tx, [...needs.values()], 'taken');
      const limit = { unit: 'calendar_days', roll: 'none', amount: daysBetween(localDateOf(at), facts.dueOn) } as const;
      const ruleSet = { limit, citation: '项目清单确定的完成期限' };
      await startClock(tx, deps.calendar, { kind: projectClock, subjectType: 'organization.joint_project', subjectId: project.id, ruleSet, at, alarms: ['due'] });
      await waitForNext(tx, [project]);
      const payload = organization.JointProjectProposed.fromPartial({ jointProjectId: project.id, unitId: project.unitId, needIds: [...project.needIds] });
      await recordChanges(tx, caller, [
        changeOf({ project, action: 'propose', event: 'JointProjectProposed', payload, at, facts: { needs: String(project.needIds.length), due_on: project.dueOn } }),
        ...[...needs.values()].map((need) => needSettled(need, { state: 'taken', projectId: project.id, at })),
      ]);
      return project;
    }),
  );
}

function projectOf(facts: Omit<ProposeProject, 'request'>, place: Pick<JointProject, 'id' | 'unitId' | 'unitPath'>): JointProject {
  return {
    ...facts,
    ...place,
    state: 'proposed',
    resourceIds: [],
    leadMemberUnitId: undefined,
    overdueAt: undefined,
    proof: '',
    usefulness: { useful: 0, partly: 0, notUseful: 0 },
    reasonCode: '',
    version: 1,
  };
}
