import { coversUnit, type Caller } from '@linli/auth';
import type { LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { newId, type Tx } from '@linli/db';
import { alreadyExists, notFound } from '@linli/errors';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { toldFact } from '../small-figures';
import { assertVersion } from '../version';
import { venueNotFound } from './rules';
import { findVenue, insertVisitorCount, lockVisitorCount, saveVisitorCount } from './store';
import type { VisitorCount } from './venue';

export interface RecordVisitors {
  readonly venueId: string;
  readonly day: LocalDate;
  readonly visitors: number;
  /** Of the count that it corrects; 0 for the first of the day. */
  readonly version: number;
}

/**
 * How many came, never who.
 * @throws invalid_argument for a day to come; not_found VENUE_NOT_FOUND, VISITORS_NOT_COUNTED; already_exists VISITORS_COUNTED; aborted VERSION_STALE.
 */
export async function recordVisitors(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: RecordVisitors): Promise<VisitorCount> {
  if (input.day > today(deps)) throw violation('day', 'in_future');
  return deps.db.withTenant(caller, async (tx) => {
    const venue = await findVenue(tx, input.venueId, input.day);
    if (venue === undefined || !coversUnit(caller, 'organization.venue.count', venue.unitPath)) throw venueNotFound();
    const count = await (input.version === 0 ? countFirst(deps, tx, input) : correct(tx, input));
    const { id, venueId, day, visitors, version } = count;
    const payload = organization.VisitorsCounted.fromPartial({ countId: id, venueId, day, visitors });
    const entry = { threadId: venueId, unitPath: venue.unitPath, at: deps.now(), code: 'visitors_counted', facts: { day, ...toldFact('visitors', visitors) } };
    await recordChanges(tx, caller, [{ action: 'visitors.record', objectType: 'visitors', id, version, event: 'VisitorsCounted', payload, entry }]);
    return count;
  });
}

async function countFirst(deps: Pick<Deps, 'now'>, tx: Tx, { venueId, day, visitors }: RecordVisitors): Promise<VisitorCount> {
  // The unique key decides between two at one time; this tells the later of two apart.
  if ((await lockVisitorCount(tx, venueId, day)) !== undefined) throw alreadyExists('VISITORS_COUNTED', 'the day is counted already');
  const count = { id: newId(deps.now().getTime()), venueId, day, visitors, version: 1 };
  await insertVisitorCount(tx, count);
  return count;
}

async function correct(tx: Tx, { venueId, day, visitors, version }: RecordVisitors): Promise<VisitorCount> {
  const found = await lockVisitorCount(tx, venueId, day);
  if (found === undefined) throw notFound('VISITORS_NOT_COUNTED', 'the day is not counted yet');
  assertVersion(found, version);
  const count = { ...found, visitors, version: found.version + 1 };
  await saveVisitorCount(tx, count);
  return count;
}
