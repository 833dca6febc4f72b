import { findClocks, lockClock } from '@linli/clocks';
import type { Tx } from '@linli/db';

/** Locks the clock that runs for a subject, if one does. Call it before the subject is locked: so the scanner takes them. */
export async function lockClockOf(tx: Tx, subjectId: string): Promise<void> {
  const clock = (await findClocks(tx, subjectId)).find(({ endedAt }) => endedAt === undefined);
  if (clock !== undefined) await lockClock(tx, { clockId: clock.id });
}
