import { recordAudits } from '@linli/audit';
import { systemCaller } from '@linli/auth';
import { tenantOf, type Tx } from '@linli/db';
import { enqueueAll } from '@linli/messaging';
import type { Deps } from '../deps';
import type { Succession } from '../units/store';
import { moveUnit } from './store';

const batchSize = 500;

/** Everybody who was served by a unit that closed is served by its successor, each with their next version and event, in batches. */
export function movePersons(deps: Pick<Deps, 'now'>): (tx: Tx, succession: Succession) => Promise<void> {
  return async (tx, succession) => {
    const caller = systemCaller(tenantOf(tx), 'residents', []);
    const fields = ['unit_id'];
    const { id: unitId } = succession.successor;
    let moved: { readonly id: string; readonly version: number }[];
    do {
      moved = await moveUnit(tx, succession, batchSize);
      await recordAudits(tx, caller, moved.map(({ id }) => ({ action: 'person.update', objectType: 'person', objectId: id, details: { fields: 'unit_id' }, at: deps.now() })));
      await enqueueAll(tx, moved.map(({ id: personId, version }) => ({ type: 'linli.residents.v1.PersonUpdated', aggregateId: personId, version, payload: { personId, unitId, fields } })));
    } while (moved.length === batchSize);
  };
}
