import { coversUnit, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges, type Change, type Entry } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import type { Branch } from './branch';
import { branchNotFound, dissolved, established, updated, type BranchFacts } from './rules';
import { insertBranches, lockBranch, saveBranch } from './store';
import { branchKindOnWire } from './wire';

const write = 'organization.branch.write';

export interface BranchRef {
  readonly branchId: string;
  readonly version: number;
}

/** @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED; already_exists BRANCH_EXISTS; as `established`; invalid_argument for a day before the unit's, or to come. */
export async function establishBranch(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  { request, unitId, facts }: { readonly request: RequestKey; readonly unitId: string; readonly facts: BranchFacts },
): Promise<Branch> {
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, unitId, today(deps));
      if (!coversUnit(caller, write, unit.path)) throw unitNotFound();
      const at = deps.now();
      const branch = established(unit, newId(at.getTime()), facts);
      if (facts.validFrom < unit.validFrom) throw violation('valid_from', 'before_unit');
      if (facts.validFrom > today(deps)) throw violation('valid_from', 'in_future');
      await insertBranches(tx, [branch]);
      await recordChanges(tx, caller, [branchEstablished(branch, at)]);
      return branch;
    }),
  );
}

/** Nothing happens when nothing is different. @throws not_found BRANCH_NOT_FOUND; aborted VERSION_STALE; as `updated`. */
export async function updateBranch(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { change, ...ref }: BranchRef & { readonly change: Parameters<typeof updated>[1] }): Promise<Branch> {
  return deps.db.withTenant(caller, async (tx) => {
    const found = await lockForChange(tx, caller, ref);
    const branch = updated(found, change);
    if (branch === found) return found;
    await saveBranch(tx, branch);
    const payload = organization.BranchUpdated.fromPartial({ branchId: branch.id });
    await recordChanges(tx, caller, [changeOf(branch, 'update', { event: 'BranchUpdated', payload, at: deps.now() })]);
    return branch;
  });
}

/** @throws not_found BRANCH_NOT_FOUND; aborted VERSION_STALE; as `dissolved`; invalid_argument for a day before it was there, or to come. */
export async function dissolveBranch(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { validTo, ...ref }: BranchRef & { readonly validTo: LocalDate }): Promise<Branch> {
  return deps.db.withTenant(caller, async (tx) => {
    const branch = dissolved(await lockForChange(tx, caller, ref), validTo);
    if (validTo < branch.validFrom) throw violation('valid_to', 'before_valid_from');
    if (validTo > today(deps)) throw violation('valid_to', 'in_future');
    await saveBranch(tx, branch);
    await recordChanges(tx, caller, [branchDissolved(branch, deps.now())]);
    return branch;
  });
}

export function branchEstablished(branch: Branch, at: Date): Change {
  const { id, kind, unitId, validFrom } = branch;
  const payload = organization.BranchEstablished.fromPartial({ branchId: id, kind: branchKindOnWire.toWire(kind), unitId, validFrom });
  return changeOf(branch, 'establish', { event: 'BranchEstablished', payload, at, facts: { kind, valid_from: validFrom } });
}

export function branchDissolved(branch: Branch, at: Date): Change {
  const { id, validTo = '' } = branch;
  const payload = organization.BranchDissolved.fromPartial({ branchId: id, validTo });
  return changeOf(branch, 'dissolve', { event: 'BranchDissolved', payload, at, facts: { valid_to: validTo } });
}

async function lockForChange(tx: Tx, caller: Caller, { branchId, version }: BranchRef): Promise<Branch> {
  const branch = await lockBranch(tx, branchId);
  if (branch === undefined || !coversUnit(caller, write, branch.unitPath)) throw branchNotFound();
  assertVersion(branch, version);
  return branch;
}

const entryCodes = { establish: 'established', update: 'updated', dissolve: 'dissolved' } as const;

function changeOf({ id, unitPath, version }: Branch, action: keyof typeof entryCodes, told: Pick<Change, 'event' | 'payload'> & Pick<Entry, 'at' | 'facts'>): Change {
  const { event, payload, at, facts = {} } = told;
  return { action: `branch.${action}`, objectType: 'branch', id, version, event, payload, entry: { threadId: id, unitPath, at, code: entryCodes[action], facts } };
}
