import type { Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Page } from '../raise-versions';
import { touchOverrides } from './store';
import { kindOnWire } from './wire';

/** Tells a page of decisions again, in the order of ids. Returns the ids told. */
export async function restateCalendar(tx: Tx, caller: Caller, page: Page): Promise<string[]> {
  const overrides = await touchOverrides(tx, page);
  await recordChanges(
    tx,
    caller,
    overrides.map(({ id, day, kind, removed, version }) => {
      const payload = organization.CalendarOverrideRestated.fromPartial({ overrideId: id, day, kind: kindOnWire.toWire(kind), removed });
      return { action: 'calendar_override.restate', objectType: 'calendar_override', id, version, event: 'CalendarOverrideRestated', payload };
    }),
  );
  return overrides.map(({ id }) => id);
}
