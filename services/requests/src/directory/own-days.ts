import { setOwnDay, type OwnDayKind } from '@linli/clocks';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { wireEnum } from '@linli/grpc';
import type { EventHandlers, IncomingEvent } from '@linli/messaging';
import type { Deps } from '../deps';

const kinds = wireEnum('CALENDAR_DAY_KIND', organization.CalendarDayKind, ['rest', 'work'] as const);

/** An office decides of a day against the national calendar, or takes that back. The scanner lets open due times follow. */
export function ownDayHandlers(deps: Pick<Deps, 'now'>): EventHandlers {
  const type = (name: string) => `linli.organization.v1.${name}`;
  async function keep(tx: Tx, { payload, version }: IncomingEvent<{ day: string }>, kind: OwnDayKind | undefined): Promise<void> {
    await setOwnDay(tx, { day: payload.day, kind, version }, deps.now());
  }
  return {
    [type('CalendarOverrideSet')]: (tx, event: IncomingEvent<organization.CalendarOverrideSet>) => keep(tx, event, kinds.fromWire(event.payload.kind, 'kind')),
    [type('CalendarOverrideRemoved')]: (tx, event: IncomingEvent<organization.CalendarOverrideRemoved>) => keep(tx, event, undefined),
    [type('CalendarOverrideRestated')]: (tx, event: IncomingEvent<organization.CalendarOverrideRestated>) =>
      keep(tx, event, event.payload.removed ? undefined : kinds.fromWire(event.payload.kind, 'kind')),
  };
}
