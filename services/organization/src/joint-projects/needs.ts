import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { localDateOf } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey, type Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { recordChanges, type Change } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdMemberUnits } from '../member-units/hold-member-units';
import { memberUnitNotFound } from '../member-units/rules';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { assertVersion } from '../version';
import type { Need, NeedState, Resource } from './joint-project';
import { findNeed, insertNeed, insertResource, listCandidates, lockNeeds, lockOffered, lockResources, saveNeeds, withdrawResourceRows } from './need-store';
import { assertOffered, needNotFound, resourceNotFound, settleNeed } from './rules';
import { suggestMatches, type Suggestion } from './suggest';
import { needStateOnWire } from './wire';

export type RaiseNeed = Pick<Need, 'unitId' | 'categoryCode' | 'textZh'> & { readonly request: RequestKey };

/** @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED. */
export async function raiseNeed(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { request, ...facts }: RaiseNeed): Promise<Need> {
  return deps.db.withTenant(caller, async (tx) => {
    const id = await answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, 'organization.need.write', unit.path)) throw unitNotFound();
      const at = deps.now();
      const need: Need = { ...facts, id: newId(at.getTime()), unitPath: unit.path, state: 'open', raisedOn: today(deps), version: 1 };
      await insertNeed(tx, need);
      const payload = organization.NeedRaised.fromPartial({ needId: need.id, unitId: need.unitId, categoryCode: need.categoryCode });
      const entry = { threadId: need.id, unitPath: unit.path, at, code: 'raised', facts: { category: need.categoryCode } };
      await recordChanges(tx, caller, [{ action: 'need.raise', objectType: 'need', id: need.id, version: 1, event: 'NeedRaised', payload, entry }]);
      return need.id;
    });
    // Its text is not kept with the answer.
    const need = await findNeed(tx, id);
    if (need === undefined) throw needNotFound();
    return need;
  });
}

/** For what names a need: it is there, and the caller may read it. @throws not_found NEED_NOT_FOUND. */
export async function assertNeedSeen(tx: Tx, caller: Caller, needId: string): Promise<void> {
  const need = await findNeed(tx, needId);
  if (need === undefined || !coversUnit(caller, 'organization.need.read', need.unitPath)) throw needNotFound();
}

/** @throws not_found NEED_NOT_FOUND; aborted VERSION_STALE; failed_precondition NEED_NOT_OPEN. */
export async function withdrawNeed(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, ref: { readonly needId: string; readonly version: number }): Promise<Need> {
  return deps.db.withTenant(caller, async (tx) => {
    const need = (await lockNeeds(tx, [ref.needId])).get(ref.needId);
    if (need === undefined || !coversUnit(caller, 'organization.need.write', need.unitPath)) throw needNotFound();
    assertVersion(need, ref.version);
    if (need.state !== 'open') throw failedPrecondition('NEED_NOT_OPEN', 'the need is not open', { details: { state: need.state } });
    const [withdrawn] = await settleNeeds(tx, [need], 'withdrawn');
    await recordChanges(tx, caller, [needSettled(need, { state: 'withdrawn', projectId: '', at: deps.now() })]);
    return withdrawn ?? need;
  });
}

/** Locked needs go to a state together. @throws failed_precondition NEED_NOT_OPEN. */
export async function settleNeeds(tx: Tx, needs: readonly Need[], state: NeedState): Promise<Need[]> {
  const settled = needs.map((need) => settleNeed(need, state));
  await saveNeeds(tx, needs, state);
  return settled;
}

const settledCodes: Readonly<Record<NeedState, string>> = { open: 'reopened', taken: 'taken', met: 'met', withdrawn: 'withdrawn' };

/** What is told of a need that was at that version before. */
export function needSettled({ id, unitPath, version }: Need, { state, projectId, at }: { readonly state: NeedState; readonly projectId: string; readonly at: Date }): Change {
  const payload = organization.NeedSettled.fromPartial({ needId: id, state: needStateOnWire.toWire(state), jointProjectId: projectId });
  return { action: 'need.settle', objectType: 'need', id, version: version + 1, event: 'NeedSettled', payload, entry: { threadId: id, unitPath, at, code: settledCodes[state] } };
}

export type OfferResource = Pick<Resource, 'memberUnitId' | 'categoryCode' | 'titleZh' | 'capacity'> & { readonly request: RequestKey };

/** @throws not_found MEMBER_UNIT_NOT_FOUND; failed_precondition MEMBER_UNIT_NOT_IN. */
export async function offerResource(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { request, ...facts }: OfferResource): Promise<Resource> {
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const memberUnit = (await holdMemberUnits(tx, [facts.memberUnitId])).get(facts.memberUnitId);
      if (memberUnit === undefined || !coversUnit(caller, 'organization.joint_project.write', memberUnit.unitPath)) throw memberUnitNotFound();
      if (memberUnit.leftOn !== undefined) throw failedPrecondition('MEMBER_UNIT_NOT_IN', 'the member unit has left', { details: { member_unit: memberUnit.id } });
      const at = deps.now();
      const resource = { ...facts, id: newId(at.getTime()), unitPath: memberUnit.unitPath, offeredOn: today(deps), withdrawnOn: undefined, version: 1 };
      await insertResource(tx, resource);
      const { id, memberUnitId, unitPath, categoryCode, capacity } = resource;
      const payload = organization.ResourceOffered.fromPartial({ resourceId: id, memberUnitId, categoryCode, capacity });
      const entry = { threadId: id, unitPath, at, code: 'offered', facts: { category: categoryCode } };
      await recordChanges(tx, caller, [{ action: 'resource.offer', objectType: 'resource', id, version: 1, event: 'ResourceOffered', payload, entry }]);
      return resource;
    }),
  );
}

/** @throws not_found RESOURCE_NOT_FOUND; aborted VERSION_STALE; failed_precondition RESOURCE_WITHDRAWN. */
export async function withdrawResource(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, ref: { readonly resourceId: string; readonly version: number }): Promise<Resource> {
  return deps.db.withTenant(caller, async (tx) => {
    const resource = (await lockResources(tx, [ref.resourceId])).get(ref.resourceId);
    if (resource === undefined || !coversUnit(caller, 'organization.joint_project.write', resource.unitPath)) throw resourceNotFound();
    assertVersion(resource, ref.version);
    assertOffered(resource);
    const [withdrawn] = await withdrawAll(tx, caller, { resources: [resource], at: deps.now() });
    return withdrawn ?? resource;
  });
}

/** Nothing of a member unit that leaves is offered any more. Its row is locked: neither is anything offered or matched meanwhile. */
export async function withdrawResourcesOf(deps: Pick<Deps, 'now'>, tx: Tx, { caller, memberUnitId }: { readonly caller: Caller; readonly memberUnitId: string }): Promise<void> {
  await withdrawAll(tx, caller, { resources: await lockOffered(tx, memberUnitId), at: deps.now() });
}

async function withdrawAll(tx: Tx, caller: Caller, { resources, at }: { readonly resources: readonly Resource[]; readonly at: Date }): Promise<Resource[]> {
  const withdrawn = resources.map((resource) => ({ ...resource, withdrawnOn: localDateOf(at), version: resource.version + 1 }));
  await withdrawResourceRows(tx, withdrawn.map(({ id }) => id), localDateOf(at));
  const changes = withdrawn.map(({ id, unitPath, version }): Change => {
    const payload = organization.ResourceWithdrawn.fromPartial({ resourceId: id });
    return { action: 'resource.withdraw', objectType: 'resource', id, version, event: 'ResourceWithdrawn', payload, entry: { threadId: id, unitPath, at, code: 'withdrawn' } };
  });
  await recordChanges(tx, caller, changes);
  return withdrawn;
}

/** What could meet the need among what the caller may see, and why; it changes nothing. @throws not_found NEED_NOT_FOUND. */
export async function suggestFor(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, needId: string): Promise<Suggestion[]> {
  const permission = 'organization.joint_project.read';
  return deps.db.withTenant(caller, async (tx) => {
    const need = await findNeed(tx, needId);
    if (need === undefined || !coversUnit(caller, permission, need.unitPath)) throw needNotFound();
    return suggestMatches(need, await listCandidates(tx, need, { scopes: unitScopes(caller, permission), day: today(deps) }));
  });
}
