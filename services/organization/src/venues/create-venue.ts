import { coversUnit, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import { insertVenue } from './store';
import type { Venue } from './venue';
import { useOnWire } from './wire';

export type CreateVenue = Pick<Venue, 'unitId' | 'nameZh' | 'nameMn' | 'use' | 'capacity' | 'hours'> & { readonly request: RequestKey };

/** @throws not_found UNIT_NOT_FOUND, failed_precondition UNIT_CLOSED, invalid_argument when the unit is no community. */
export async function createVenue(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { request, ...facts }: CreateVenue): Promise<Venue> {
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, 'organization.venue.write', unit.path)) throw unitNotFound();
      if (unit.kind !== 'community') throw violation('unit_id', 'misplaced');
      const at = deps.now();
      const venue: Venue = { ...facts, id: newId(at.getTime()), unitPath: unit.path, days: [], closed: false, version: 1 };
      await insertVenue(tx, venue);
      const { id, unitId, unitPath, use, capacity } = venue;
      const payload = organization.VenueCreated.fromPartial({ venueId: id, unitId, use: useOnWire.toWire(use), capacity });
      const entry = { threadId: id, unitPath, at, code: 'created', facts: { use } };
      await recordChanges(tx, caller, [{ action: 'venue.create', objectType: 'venue', id, version: 1, event: 'VenueCreated', payload, entry }]);
      return venue;
    }),
  );
}
