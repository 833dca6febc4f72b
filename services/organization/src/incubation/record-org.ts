import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges, type Change } from '../changes';
import { endWork, setWork } from '../work/store';
import type { IncubatedOrg, IncubationState } from './incubated-org';
import { stateOnWire } from './wire';

const kind = 'organization.incubation';

/** What somebody has to do next, by the state; nothing for who is gone. */
const nextActions: Readonly<Record<IncubationState, string | undefined>> = {
  applied: 'admit',
  admitted: 'start',
  incubating: 'evaluate',
  evaluated: 'conclude',
  graduated: undefined,
  left: undefined,
};

/** One step: its event, its audit row, its line in the thread, and what waits now. */
export async function recordStep(tx: Tx, caller: Caller, { org, action, at }: { readonly org: IncubatedOrg; readonly action: string; readonly at: Date }): Promise<void> {
  const payload = organization.IncubationStepped.fromPartial({ orgId: org.id, unitId: org.unitId, state: stateOnWire.toWire(org.state) });
  await recordOrg(tx, caller, { org, at, code: org.state, change: { action: `incubation.${action}`, event: 'IncubationStepped', payload } });
}

export async function recordOrg(
  tx: Tx,
  caller: Caller,
  { org, at, code, change }: { readonly org: IncubatedOrg; readonly at: Date; readonly code: string; readonly change: Pick<Change, 'action' | 'event' | 'payload'> },
): Promise<void> {
  const { id, version, unitPath } = org;
  await recordChanges(tx, caller, [{ ...change, objectType: 'incubation', id, version, entry: { threadId: id, unitPath, at, code } }]);
  await setNext(tx, org);
}

async function setNext(tx: Tx, { id, state, nameZh, unitId, unitPath, evaluationDueAt, version }: IncubatedOrg): Promise<void> {
  const action = nextActions[state];
  if (action === undefined) return endWork(tx, kind, [id]);
  const dueAt = state === 'incubating' ? evaluationDueAt : undefined;
  await setWork(tx, [{ kind, subjectId: id, number: '', action, titleZh: nameZh, unitId, unitPath, ownerId: undefined, permission: 'organization.incubation.write', dueAt, threadId: id, version }]);
}
