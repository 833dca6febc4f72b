import { coversUnit, type Caller } from '@linli/auth';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import type { IncubatedOrg } from './incubated-org';
import { recordStep } from './record-org';
import { insertOrg } from './store';

export type CreateOrg = Pick<IncubatedOrg, 'unitId' | 'nameZh' | 'nameMn' | 'appliedOn'> & { readonly request: RequestKey };

/** @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED; invalid_argument for a day to come or a unit that is no community. */
export async function createOrg(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { request, ...facts }: CreateOrg): Promise<IncubatedOrg> {
  if (facts.appliedOn > today(deps)) throw violation('applied_on', 'in_future');
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, 'organization.incubation.write', unit.path)) throw unitNotFound();
      if (unit.kind !== 'community') throw violation('unit_id', 'misplaced');
      const org: IncubatedOrg = {
        ...facts,
        id: newId(deps.now().getTime()),
        unitPath: unit.path,
        state: 'applied',
        term: undefined,
        evaluationDueAt: undefined,
        evaluationOverdue: false,
        result: undefined,
        evaluationZh: '',
        receivedOn: undefined,
        returnedOn: undefined,
        leaveReason: '',
        version: 1,
      };
      await insertOrg(tx, org);
      await recordStep(tx, caller, { org, action: 'apply', at: deps.now() });
      return org;
    }),
  );
}
