import { coversUnit, isSelf, type Caller } from '@linli/auth';
import type { IncomingEvent } from '@linli/messaging';

const read = 'requests.case.read';

/** The parts of an event that say whom it concerns. */
interface Concern {
  readonly unitPath?: string;
  readonly residentId?: string;
}

/** Whether this caller may know of the event: their tenant, and their units or their own matter. */
export function isVisible(caller: Caller, event: IncomingEvent<unknown>): boolean {
  if (event.tenantId !== caller.tenantId) return false;
  const { unitPath = '', residentId = '' } = concernOf(event.payload);
  return coversUnit(caller, read, unitPath) || (residentId !== '' && isSelf(caller, read, residentId));
}

function concernOf(payload: unknown): Concern {
  if (typeof payload !== 'object' || payload === null) return {};
  return 'case' in payload && typeof payload.case === 'object' && payload.case !== null ? payload.case : payload;
}
