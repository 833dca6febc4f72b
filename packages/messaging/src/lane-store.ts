import type { Knex } from 'knex';
import type { Lane } from './outbox-store';

export interface Lease {
  /** The relay that asks. */
  readonly owner: string;
  readonly leaseMs: number;
}

// Every statement stands alone, so a frozen process holds no lock; the database's clock decides who owns a lane.

/** Says that this relay lives and prolongs its leases. Returns the lanes that are its own. */
export async function renewLanes(knex: Knex, { owner, leaseMs }: Lease): Promise<Lane[]> {
  const { rows } = await knex.raw<{ rows: Lane[] }>(
    `with me as (insert into outbox_relay (id, seen_at) values (?, now()) on conflict (id) do update set seen_at = now() returning id),
          mine as (select lane from outbox_lane join me on owner = me.id order by lane for update of outbox_lane)
     update outbox_lane set leased_until = now() + make_interval(secs => ?)
       from mine where outbox_lane.lane = mine.lane returning outbox_lane.lane, outbox_lane.epoch`,
    [owner, leaseMs / 1000],
  );
  return rows;
}

/** How many other relays were seen within the time of a lease. */
export async function countOtherRelays(knex: Knex, { owner, leaseMs }: Lease): Promise<number> {
  const { rows } = await knex.raw<{ rows: { others: number }[] }>(
    `with gone as (delete from outbox_relay where seen_at < now() - interval '1 hour')
     select count(*)::int as others from outbox_relay where id <> ? and seen_at > now() - make_interval(secs => ?)`,
    [owner, leaseMs / 1000],
  );
  return rows[0]?.others ?? 0;
}

/** Takes lanes that nobody owns or whose lease has run out, at most `most`. Each has a higher epoch from then on. */
export async function claimLanes(knex: Knex, { owner, leaseMs }: Lease, most: number): Promise<Lane[]> {
  const { rows } = await knex.raw<{ rows: Lane[] }>(
    `with free as (select lane from outbox_lane where owner is null or leased_until < now()
                    order by lane limit ? for update skip locked)
     update outbox_lane set owner = ?, epoch = epoch + 1, leased_until = now() + make_interval(secs => ?)
       from free where outbox_lane.lane = free.lane returning outbox_lane.lane, outbox_lane.epoch`,
    [most, owner, leaseMs / 1000],
  );
  return rows;
}

/** Gives lanes back; returns how many were still the relay's own. */
export async function releaseLanes(knex: Knex, owner: string, lanes: readonly Lane[]): Promise<number> {
  const { rowCount } = await knex.raw<{ rowCount: number }>(
    `update outbox_lane set owner = null where owner = ? and lane = any(cast(? as smallint[]))`,
    [owner, lanes.map(({ lane }) => lane)],
  );
  return rowCount;
}

/** The relay is gone: the others need not count it. */
export async function forgetRelay(knex: Knex, owner: string): Promise<void> {
  await knex('outbox_relay').where({ id: owner }).delete();
}

export const laneStore = { renewLanes, countOtherRelays, claimLanes, releaseLanes, forgetRelay };
export type LaneStore = typeof laneStore;
