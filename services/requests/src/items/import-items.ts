import { recordAudit } from '@linli/audit';
import type { Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { enqueue } from '@linli/messaging';
import type { Deps } from '../deps';
import { assertItem, nextVersion, type Item, type NewItem } from './rules';
import { endItem, insertItem, listItemVersions, lockCatalogue } from './store';

/**
 * Brings a catalogue in, all or nothing: what changed becomes a new version from its effective date, with one event each.
 * Several versions of one item may come together. Repeating it changes nothing.
 * @throws AppError invalid_argument of `assertItem`; failed_precondition ITEM_VERSION_OVERLAP.
 */
export async function importItems(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, items: readonly NewItem[]): Promise<{ created: number; unchanged: number }> {
  items.forEach(assertItem);
  const ordered = [...items].sort((a, b) => (a.effectiveFrom < b.effectiveFrom ? -1 : 1));
  return deps.db.withTenant(caller, async (tx) => {
    await lockCatalogue(tx);
    let created = 0;
    for (const given of ordered) {
      const versions = await listItemVersions(tx, given.code);
      const next = nextVersion(versions, given);
      if (next === undefined) continue;
      const latest = versions.at(-1);
      if (latest !== undefined && next.endsLatest) await endItem(tx, latest, given.effectiveFrom);
      await publish(tx, caller, { item: next.publish, at: deps.now() });
      created += 1;
    }
    return { created, unchanged: items.length - created };
  });
}

async function publish(tx: Tx, caller: Caller, { item, at }: { readonly item: Item; readonly at: Date }): Promise<void> {
  const { code, version, effectiveFrom } = item;
  await insertItem(tx, item);
  await recordAudit(tx, caller, { action: 'item.publish', objectType: 'item', objectId: code, details: { version }, at });
  await enqueue(tx, { type: 'linli.requests.v1.ItemVersionPublished', aggregateId: code, version, payload: { code, version, effectiveFrom } });
}
