import type { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import type { EventHandlers, IncomingEvent } from '@linli/messaging';
import { closeUnit, saveSuccessor, saveUnits, type Succession } from './store';

/** Told when a unit has closed and another takes over. Runs in the transaction of that change. */
export type OnUnitSucceeded = (tx: Tx, succession: Succession) => Promise<void>;

/** Follows organization's units: where they are, until when, and who takes over. */
export function unitHandlers({ onUnitSucceeded }: { readonly onUnitSucceeded: OnUnitSucceeded }): EventHandlers {
  async function succeeded(tx: Tx, { unitId, successorId, successorPath }: Pick<organization.UnitClosed, 'unitId' | 'successorId' | 'successorPath'>) {
    if (successorId === '') return;
    await onUnitSucceeded(tx, { unitId, successor: await saveSuccessor(tx, unitId, { id: successorId, path: successorPath }) });
  }
  return {
    'linli.organization.v1.UnitCreated': {
      all: (tx, events: readonly IncomingEvent<organization.UnitCreated>[]) => saveUnits(tx, events.map((event) => unitOf(event, ''))),
    },
    'linli.organization.v1.UnitRestated': {
      async all(tx, events: readonly IncomingEvent<organization.UnitRestated>[]) {
        await saveUnits(tx, events.map((event) => unitOf(event, event.payload.validTo)));
        // For a reader that missed the closing itself.
        for (const { payload } of events) await succeeded(tx, payload);
      },
    },
    'linli.organization.v1.UnitClosed': async (tx, { payload, version }: IncomingEvent<organization.UnitClosed>) => {
      await closeUnit(tx, { id: payload.unitId, validTo: payload.validTo, version });
      await succeeded(tx, payload);
    },
  };
}

function unitOf({ payload, version }: IncomingEvent<organization.UnitCreated>, validTo: string) {
  const { unitId, path } = payload;
  return { id: unitId, path, validTo: validTo === '' ? undefined : validTo, version };
}
