import { coversUnit, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { violation } from '@linli/grpc';
import { today } from '../days';
import type { Deps } from '../deps';
import { addUnits } from './add-units';
import { unitNotFound, unitUnder } from './rules';
import { shareUnit } from './store';
import type { Unit, UnitKind } from './unit';

export interface CreateUnit {
  readonly request: RequestKey;
  readonly parentId: string;
  readonly kind: UnitKind;
  readonly code: string;
  readonly nameZh: string;
  readonly nameMn: string;
  readonly validFrom: LocalDate;
}

/** @throws not_found UNIT_NOT_FOUND (the parent), failed_precondition of `unitUnder`, already_exists UNIT_CODE_TAKEN. */
export async function createUnit(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: CreateUnit): Promise<Unit> {
  const { request, parentId, ...facts } = input;
  const day = today(deps);
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const parent = await shareUnit(tx, parentId, day);
      if (parent === undefined || !coversUnit(caller, 'organization.unit.write', parent.path)) throw unitNotFound();
      if (facts.validFrom < parent.validFrom) throw violation('valid_from', 'before_parent');
      const at = deps.now();
      const unit = unitUnder(parent, { ...facts, id: newId(at.getTime()) }, day);
      await addUnits(tx, caller, { units: [unit], at });
      return unit;
    }),
  );
}
