import { recordAudits } from '@linli/audit';
import type { Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { enqueueAll } from '@linli/messaging';

/** What a committed change of one aggregate leaves behind beside its rows. */
export interface Change {
  /** `unit.create`: what was done, for the audit trail. */
  readonly action: string;
  readonly objectType: 'tenant' | 'unit' | 'staff' | 'grant' | 'client';
  readonly id: string;
  /** After the change. */
  readonly version: number;
  /** Message name within `linli.organization.v1`. */
  readonly event: string;
  readonly payload: object;
}

/** Exactly one event and one audit row for each change, in the order given. The rows are locked by this transaction. */
export async function recordChanges(tx: Tx, caller: Caller, changes: readonly Change[]): Promise<void> {
  await enqueueAll(
    tx,
    changes.map(({ id, version, event, payload }) => ({ type: `linli.organization.v1.${event}`, aggregateId: id, version, payload })),
  );
  await recordAudits(
    tx,
    caller,
    changes.map(({ action, objectType, id, version }) => ({ action, objectType, objectId: id, details: { version } })),
  );
}
