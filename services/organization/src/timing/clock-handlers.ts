import { hasMoved, type Alarm, type Recomputation } from '@linli/clocks';
import type { Tx } from '@linli/db';
import { internal } from '@linli/errors';

/** What one kind of clock brings about. Runs in the scanner's transaction, the clocks locked. */
export interface ClockHandler {
  /** Alarms of one tenant and this kind, each of another clock. */
  readonly alarms: (tx: Tx, alarms: readonly Alarm[]) => Promise<void>;
  /** The due time moved. */
  readonly moved: (tx: Tx, moved: Recomputation) => Promise<void>;
  /** It is certain now and stays; for what shows how certain it is. */
  readonly settled?: (tx: Tx, settled: Recomputation) => Promise<void>;
}

/** By the kind of the clock, such as `organization.resolution`. */
export type ClockHandlers = Readonly<Record<string, ClockHandler>>;

/** Gives each alarm to the capability whose clock it is. @throws internal CLOCK_KIND_UNKNOWN, so that the alarm is kept and tried again. */
export function onAlarms(handlers: ClockHandlers): (tx: Tx, alarms: readonly Alarm[]) => Promise<void> {
  return async (tx, alarms) => {
    for (const [kind, own] of Object.entries(Object.groupBy(alarms, ({ clock }) => clock.kind))) {
      await handlerOf(handlers, kind).alarms(tx, own ?? []);
    }
  };
}

export function onMoved(handlers: ClockHandlers): (tx: Tx, recomputed: Recomputation) => Promise<void> {
  return async (tx, recomputed) => {
    const { moved, settled } = handlerOf(handlers, recomputed.clock.kind);
    await (hasMoved(recomputed) ? moved : settled)?.(tx, recomputed);
  };
}

function handlerOf(handlers: ClockHandlers, kind: string): ClockHandler {
  const handler = handlers[kind];
  if (handler === undefined) throw internal('CLOCK_KIND_UNKNOWN', 'no capability handles clocks of this kind', { details: { kind } });
  return handler;
}
