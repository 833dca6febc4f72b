import type { Knex } from 'knex';
import { laneCount } from './lane';
import type { LaneStore } from './lane-store';
import type { Lane, LaneOwner } from './outbox-store';
import type { Time } from './pace';

export type LaneChange = 'claimed' | 'released' | 'lost';

export interface LeaseOptions {
  readonly knex: Knex;
  readonly store: LaneStore;
  readonly time: Time;
  readonly owner: string;
  readonly leaseMs: number;
  readonly onChange: (change: LaneChange, lanes: number) => void;
}

/**
 * The lanes that one relay owns. The database's clock decides who owns a lane; the local monotonic clock, started before
 * the lease was asked for and stopped a margin earlier, decides how long this relay may believe it.
 */
export class LaneLeases {
  private lanes: readonly Lane[] = [];
  private validUntil = 0;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly options: LeaseOptions) {}

  /** What this relay may publish now: nothing once the lease may have run out. */
  held(): LaneOwner {
    return { owner: this.options.owner, lanes: this.options.time.monotonic() < this.validUntil ? this.lanes : [] };
  }

  /** Prolongs the lease; runs beside a slow broker's answer. Lanes that another relay took meanwhile are dropped. */
  renew(): Promise<void> {
    return this.inTurn(async () => {
      const { knex, store, time, onChange } = this.options;
      const askedAt = time.monotonic();
      const lanes = await store.renewLanes(knex, this.options);
      const lost = this.lanes.filter((lane) => !lanes.some((mine) => mine.lane === lane.lane && mine.epoch === lane.epoch));
      if (lost.length > 0) onChange('lost', lost.length);
      this.believe(lanes, askedAt);
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
      await this.options.store.forgetRelay(this.options.knex, this.options.owner);
    });
  }

  private async fairShare(): Promise<number> {
    const { knex, store } = this.options;
    return Math.ceil(laneCount / ((await store.countOtherRelays(knex, this.options)) + 1));
  }

  private async claim(most: number): Promise<void> {
    const { knex, store, time, onChange } = this.options;
    const askedAt = time.monotonic();
    const claimed = await store.claimLanes(knex, this.options, most);
    if (claimed.length === 0) return;
    onChange('claimed', claimed.length);
    const taken = new Set(claimed.map(({ lane }) => lane));
    const others = this.held().lanes.filter(({ lane }) => !taken.has(lane));
    // The older lease's end holds for all when there was one: it is the earlier of the two.
    if (others.length > 0) this.lanes = [...others, ...claimed];
    else this.believe(claimed, askedAt);
  }

  private async release(lanes: readonly Lane[]): Promise<void> {
    if (lanes.length === 0) return;
    // Forget first: should the statement fail, the lease runs out by itself or the next renewal finds it again.
    this.lanes = this.lanes.filter((lane) => !lanes.includes(lane));
    const { knex, store, owner, onChange } = this.options;
    onChange('released', await store.releaseLanes(knex, owner, lanes));
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
