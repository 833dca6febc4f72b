import { systemCaller } from '@linli/auth';
import type { Alarm } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { tenantOf, type Tx } from '@linli/db';
import type { Deps } from '../deps';
import type { ClockHandler } from '../timing/clock-handlers';
import { recordOrg } from './record-org';
import { lockOrg, lockOrgs, saveOrg } from './store';

export const evaluationClock = 'organization.incubation';
/** How long a term may be, as a rule in force by date. */
export const termRule = 'organization.incubation_term';

/** An evaluation that is due soon, or was not made in time. */
export function evaluationAlarms(deps: Pick<Deps, 'now'>): ClockHandler {
  return {
    async alarms(tx, alarms) {
      const byOrg = new Map(alarms.map((alarm) => [alarm.clock.subjectId, alarm]));
      for (const org of await lockOrgs(tx, [...byOrg.keys()])) {
        const alarm = byOrg.get(org.id);
        if (alarm !== undefined) await warn(deps, tx, { org: { ...org, version: org.version + 1, evaluationOverdue: alarm.level === 'due' }, alarm });
      }
    },
    async moved(tx, { clock }) {
      const org = await lockOrg(tx, clock.subjectId);
      if (org === undefined) return;
      const after = { ...org, version: org.version + 1, evaluationDueAt: clock.dueAt };
      await saveOrg(tx, after);
      const payload = organization.IncubationEvaluationDueMoved.fromPartial({ orgId: org.id, dueAt: clock.dueAt });
      await recordOrg(tx, systemCaller(tenantOf(tx), 'organization', []), { org: after, at: deps.now(), code: 'due_moved', change: { action: 'incubation.move_due', event: 'IncubationEvaluationDueMoved', payload } });
    },
  };
}

async function warn(deps: Pick<Deps, 'now'>, tx: Tx, { org, alarm }: { readonly org: Parameters<typeof saveOrg>[1]; readonly alarm: Alarm }): Promise<void> {
  await saveOrg(tx, org);
  const facts = { orgId: org.id, dueAt: alarm.clock.dueAt };
  const change = org.evaluationOverdue
    ? { action: 'incubation.overdue', event: 'IncubationEvaluationOverdue', payload: organization.IncubationEvaluationOverdue.fromPartial(facts) }
    : { action: 'incubation.due_soon', event: 'IncubationEvaluationDueSoon', payload: organization.IncubationEvaluationDueSoon.fromPartial(facts) };
  const code = org.evaluationOverdue ? 'evaluation_overdue' : 'evaluation_due_soon';
  await recordOrg(tx, systemCaller(tenantOf(tx), 'organization', []), { org, at: deps.now(), code, change });
}
