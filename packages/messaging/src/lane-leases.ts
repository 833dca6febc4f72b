import { performance } from 'node:perf_hooks';
import type { Knex } from 'knex';
import { laneCount } from './lane';
import type { Lane, LaneOwner } from './outbox-store';

export type LaneChange = 'claimed' | 'released' | 'lost';

export interface LeaseOptions {
  readonly knex: Knex;
  readonly owner: string;
  readonly leaseMs: number;
  readonly onChange: (change: LaneChange, lanes: number) => void;
}

/**
 * The lanes that one relay owns. The database's clock decides who owns a lane; the local monotonic clock, started before
 * the lease was asked for and stopped a margin earlier, decides how long this relay may believe it.
 * Every statement stands alone, so a frozen process holds no lock.
 */
export class LaneLeases {
  private lanes: readonly Lane[] = [];
  private validUntil = 0;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: LeaseOptions) {}

  /** What this relay may publish now: nothing once the lease may have run out. */
  held(): LaneOwner {
    return { owner: this.options.owner, lanes: performance.now() < this.validUntil ? this.lanes : [] };
  }

  /** Prolongs the lease; runs beside a slow broker's answer. Lanes that another relay took meanwhile are dropped. */
  renew(): Promise<void> {
    return this.inTurn(async () => {
      const { knex, owner, leaseMs, onChange } = this.options;
      const askedAt = performance.now();
      const { rows } = await knex.raw<{ rows: Lane[] }>(
        `with me as (insert into outbox_relay (id, seen_at) values (?, now()) on conflict (id) do update set seen_at = now() returning id),
              mine as (select lane from outbox_lane join me on owner = me.id order by lane for update of outbox_lane)
         update outbox_lane set leased_until = now() + make_interval(secs => ?)
           from mine where outbox_lane.lane = mine.lane returning outbox_lane.lane, outbox_lane.epoch`,
        [owner, leaseMs / 1000],
      );
      const lost = this.lanes.filter((lane) => !rows.some((row) => row.lane === lane.lane && row.epoch === lane.epoch));
      if (lost.length > 0) onChange('lost', lost.length);
      this.believe(rows, askedAt);
    });
  }

  /** Claims free lanes up to the fair share, gives back what is above it. Only between batches. */
  balance(): Promise<void> {
    return this.inTurn(async () => {
      const surplus = this.lanes.length - (await this.fairShare());
      if (surplus > 0) await this.release(this.lanes.slice(0, surplus));
      if (surplus < 0) await this.claim(-surplus);
    });
  }

  /** Gives everything back, so that the others need not wait for the lease to run out. */
  leave(): Promise<void> {
    return this.inTurn(async () => {
      await this.release(this.lanes);
      await this.options.knex('outbox_relay').where({ id: this.options.owner }).delete();
    });
  }

  private async fairShare(): Promise<number> {
    const { knex, owner, leaseMs } = this.options;
    const { rows } = await knex.raw<{ rows: { others: number }[] }>(
      `with gone as (delete from outbox_relay where seen_at < now() - interval '1 hour')
       select count(*)::int as others from outbox_relay where id <> ? and seen_at > now() - make_interval(secs => ?)`,
      [owner, leaseMs / 1000],
    );
    return Math.ceil(laneCount / ((rows[0]?.others ?? 0) + 1));
  }

  private async claim(most: number): Promise<void> {
    const { knex, owner, leaseMs, onChange } = this.options;
    const askedAt = performance.now();
    const { rows } = await knex.raw<{ rows: Lane[] }>(
      `with free as (select lane from outbox_lane where owner is null or leased_until < now()
                      order by lane limit ? for update skip locked)
       update outbox_lane set owner = ?, epoch = epoch + 1, leased_until = now() + make_interval(secs => ?)
         from free where outbox_lane.lane = free.lane returning outbox_lane.lane, outbox_lane.epoch`,
      [most, owner, leaseMs / 1000],
    );
    if (rows.length === 0) return;
    onChange('claimed', rows.length);
    const taken = new Set(rows.map(({ lane }) => lane));
    const others = this.held().lanes.filter(({ lane }) => !taken.has(lane));
    // The older lease's end holds for all when there was one: it is the earlier of the two.
    if (others.length > 0) this.lanes = [...others, ...rows];
    else this.believe(rows, askedAt);
  }

  private async release(lanes: readonly Lane[]): Promise<void> {
    if (lanes.length === 0) return;
    // Forget first: should the statement fail, the lease runs out by itself or the next renewal finds it again.
    this.lanes = this.lanes.filter((lane) => !lanes.includes(lane));
    const { rowCount } = await this.options.knex.raw<{ rowCount: number }>(
      `update outbox_lane set owner = null where owner = ? and lane = any(cast(? as smallint[]))`,
      [this.options.owner, lanes.map(({ lane }) => lane)],
    );
    this.options.onChange('released', rowCount);
  }

  private believe(lanes: readonly Lane[], askedAt: number): void {
    this.lanes = lanes;
    this.validUntil = askedAt + this.options.leaseMs * 0.8;
  }

  // A renewal and a release must not cross, or a lane just given back would be believed again.
  private inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => undefined);
    return done;
  }
}
