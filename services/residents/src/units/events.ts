import type { organization } from '@linli/contracts';
import type { EventHandlers, IncomingEvent } from '@linli/messaging';
import { addUnit, closeUnit } from './store';

/** Follows organization's units: where they are, and until when. */
export function unitHandlers(): EventHandlers {
  return {
    'linli.organization.v1.UnitCreated': async (tx, { payload, version }: IncomingEvent<organization.UnitCreated>) => {
      await addUnit(tx, { id: payload.unitId, path: payload.path, version });
    },
    'linli.organization.v1.UnitClosed': async (tx, { payload, version }: IncomingEvent<organization.UnitClosed>) => {
      await closeUnit(tx, { id: payload.unitId, validTo: payload.validTo, version });
    },
  };
}
