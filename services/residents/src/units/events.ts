import type { organization } from '@linli/contracts';
import type { EventHandlers, IncomingEvent } from '@linli/messaging';
import { closeUnit, saveUnit } from './store';

/** Follows organization's units: where they are, and until when. */
export function unitHandlers(): EventHandlers {
  return {
    'linli.organization.v1.UnitCreated': async (tx, { payload, version }: IncomingEvent<organization.UnitCreated>) => {
      await saveUnit(tx, { id: payload.unitId, path: payload.path, validTo: undefined, version });
    },
    'linli.organization.v1.UnitRestated': async (tx, { payload, version }: IncomingEvent<organization.UnitRestated>) => {
      const { unitId, path, validTo } = payload;
      await saveUnit(tx, { id: unitId, path, validTo: validTo === '' ? undefined : validTo, version });
    },
    'linli.organization.v1.UnitClosed': async (tx, { payload, version }: IncomingEvent<organization.UnitClosed>) => {
      await closeUnit(tx, { id: payload.unitId, validTo: payload.validTo, version });
    },
  };
}
