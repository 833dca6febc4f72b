import type { organization } from '@linli/contracts';
import type { EventHandlers, IncomingEvent } from '@linli/messaging';
import { closeUnit, saveUnits } from './store';

/** Follows organization's units: where they are, and until when. */
export function unitHandlers(): EventHandlers {
  return {
    'linli.organization.v1.UnitCreated': {
      all: (tx, events: readonly IncomingEvent<organization.UnitCreated>[]) => saveUnits(tx, events.map((event) => unitOf(event, ''))),
    },
    'linli.organization.v1.UnitRestated': {
      all: (tx, events: readonly IncomingEvent<organization.UnitRestated>[]) => saveUnits(tx, events.map((event) => unitOf(event, event.payload.validTo))),
    },
    'linli.organization.v1.UnitClosed': async (tx, { payload, version }: IncomingEvent<organization.UnitClosed>) => {
      await closeUnit(tx, { id: payload.unitId, validTo: payload.validTo, version });
    },
  };
}

function unitOf({ payload, version }: IncomingEvent<organization.UnitCreated>, validTo: string) {
  const { unitId, path } = payload;
  return { id: unitId, path, validTo: validTo === '' ? undefined : validTo, version };
}
