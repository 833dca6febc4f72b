import type { SystemDatabase } from '@linli/db';
import { newId } from '@linli/db';
import type { Logger, Metrics } from '@linli/telemetry';
import { encodeHeaders } from './envelope';
import { LaneLeases } from './lane-leases';
import { laneStore, type LaneStore } from './lane-store';
import { outboxStore, type LaneOwner, type OutboxRow, type OutboxStore } from './outbox-store';
import { Pace, repeat, systemTime, type Time } from './pace';
import { isRefusal, openProducer, Publisher, type OutgoingRecord } from './publisher';

export interface RelayOptions {
  readonly database: SystemDatabase;
  readonly brokers: readonly string[];
  readonly clientId: string;
  /** CloudEvents source, `linli/<service>`. */
  readonly source: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** How long a silent relay keeps its lanes. */
  readonly leaseMs?: number;
}

/** Everything outside that a relay touches: here as it is in production, in the tests also simulated. */
export interface RelayPorts {
  readonly outbox: OutboxStore;
  readonly lanes: LaneStore;
  readonly openProducer: typeof openProducer;
  readonly time: Time;
}

const production: RelayPorts = { outbox: outboxStore, lanes: laneStore, openProducer, time: systemTime };

export interface Relay {
  /** Begins in the background; the database or the broker may come later. */
  start(): Promise<void>;
  /** Waits for the batch under way, then gives the lanes back. */
  stop(): Promise<void>;
  /** Looks at the outbox now: call it right after a commit. */
  wake(): void;
}

const mostRows = 500;
const idleMs = { shortest: 20, longest: 500 };
const gatherMs = 15;
const backlogEveryMs = 2_000;

/**
 * Publishes the outbox: at least once, in order per aggregate. Any number of relays may run; each owns some of the lanes.
 * A batch is read, sent, acknowledged and only then deleted; nothing is remembered but the rows themselves.
 */
export function createRelay(options: RelayOptions, ports: RelayPorts = production): Relay {
  return new RelayLoop(options, ports);
}

class RelayLoop implements Relay {
  private readonly pace: Pace;
  private readonly publisher: Publisher;
  private readonly leases: LaneLeases;
  private readonly meters: ReturnType<typeof createMeters>;
  private readonly timers: (() => void)[] = [];
  private running: Promise<void> | undefined;
  private limit = mostRows;
  private balancedAt: number | undefined;
  /** Acknowledged by the broker, not yet deleted. */
  private acknowledged: { owner: LaneOwner; ids: number[] } | undefined;

  constructor(
    private readonly options: RelayOptions,
    private readonly ports: RelayPorts,
  ) {
    const { database, brokers, clientId, log, metrics } = options;
    this.meters = createMeters(metrics);
    this.pace = new Pace(ports.time);
    this.publisher = new Publisher(() => ports.openProducer({ brokers, clientId, log }));
    this.leases = new LaneLeases({
      knex: database.knex,
      store: ports.lanes,
      time: ports.time,
      owner: `${clientId}/${newId()}`,
      leaseMs: options.leaseMs ?? 5_000,
      onChange: (change, lanes) => {
        this.meters.laneChanges.inc({ change }, lanes);
        log.info({ change, lanes }, 'relay lanes changed');
      },
    });
  }

  start(): Promise<void> {
    if (this.running === undefined) {
      this.every(this.leaseMs / 5, () => this.leases.renew(), 'relay could not prolong its lease');
      this.every(backlogEveryMs, () => this.measure(), 'relay could not measure the outbox');
      this.running = this.run();
    }
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.pace.stop();
    await this.running;
    for (const stopTimer of this.timers) stopTimer();
    await this.leases.leave().catch((err: unknown) => this.options.log.warn({ err }, 'relay left without giving its lanes back'));
    await this.publisher.close().catch((err: unknown) => this.options.log.warn({ err }, 'relay producer did not close'));
  }

  wake(): void {
    this.pace.wake();
  }

  private get leaseMs(): number {
    return this.options.leaseMs ?? 5_000;
  }

  private async run(): Promise<void> {
    let idle = idleMs.shortest;
    let failures = 0;
    while (!this.pace.isStopped) {
      try {
        await this.balance();
        const handled = await this.publishBatch();
        failures = 0;
        if (handled > 0) {
          idle = idleMs.shortest;
          // What commits meanwhile goes with the next batch: a batch costs the same few round trips, whatever its size.
          if (handled < this.limit) await this.pace.rest(gatherMs);
        } else idle = (await this.pace.idle(idle)) ? idleMs.shortest : Math.min(idle * 2, idleMs.longest);
      } catch (err) {
        failures += 1;
        this.meters.failures.inc();
        this.options.log.warn({ err, failures }, 'relay will try again');
        await this.publisher.close().catch(() => undefined);
        await this.pace.backOff(failures);
      }
    }
  }

  private async balance(): Promise<void> {
    const { time } = this.ports;
    if (this.balancedAt !== undefined && time.monotonic() - this.balancedAt < this.leaseMs / 5) return;
    // Be seen by the others before taking a share of the lanes.
    if (this.balancedAt === undefined) await this.leases.renew();
    await this.leases.balance();
    this.balancedAt = time.monotonic();
  }

  /** Returns how many rows it dealt with. */
  private async publishBatch(): Promise<number> {
    await this.deleteAcknowledged();
    const owner = this.leases.held();
    if (owner.lanes.length === 0) return 0;
    const { knex } = this.options.database;
    const rows = await this.ports.outbox.readBatch(knex, owner.lanes.map(({ lane }) => lane), this.limit);
    const batch = await this.setPoisonAside(owner, rows);
    // Reading may have taken longer than the lease; what another relay owns by now is not ours to send.
    const mine = this.stillOwned(owner, batch);
    if (mine.length === 0) return rows.length - batch.length;
    if (!(await this.isTaken(owner, mine))) return rows.length;
    this.acknowledged = { owner, ids: mine.map(({ row }) => row.id) };
    await this.deleteAcknowledged();
    return rows.length;
  }

  private stillOwned(before: LaneOwner, batch: readonly Outgoing[]): Outgoing[] {
    const now = this.leases.held().lanes;
    const same = before.lanes.filter(({ lane, epoch }) => now.some((held) => held.lane === lane && held.epoch === epoch));
    return batch.filter(({ row }) => same.some(({ lane }) => lane === row.lane));
  }

  /** Sends the batch; false when the broker refuses it, which then shrinks until the one refused row is set aside. */
  private async isTaken(owner: LaneOwner, batch: readonly Outgoing[]): Promise<boolean> {
    const stopClock = this.meters.produceSeconds.startTimer();
    try {
      await this.publisher.send(batch.map(({ record }) => record));
    } catch (error) {
      const [only] = batch;
      if (!isRefusal(error) || only === undefined) throw error;
      if (batch.length > 1) this.limit = Math.ceil(batch.length / 2);
      else await this.poison(owner, only.row, 'REFUSED_BY_BROKER');
      return false;
    }
    stopClock();
    this.meters.published.inc(batch.length);
    this.limit = Math.min(this.limit * 2, mostRows);
    return true;
  }

  private async deleteAcknowledged(): Promise<void> {
    if (this.acknowledged === undefined) return;
    const { owner, ids } = this.acknowledged;
    const deleted = await this.ports.outbox.deletePublished(this.options.database.knex, owner, ids);
    this.acknowledged = undefined;
    if (deleted < ids.length) await this.leases.renew();
  }

  /** Takes rows that cannot go out, and what waits behind them, out of the batch and out of the outbox. */
  private async setPoisonAside(owner: LaneOwner, rows: readonly OutboxRow[]): Promise<Outgoing[]> {
    const batch: Outgoing[] = [];
    const stuck = new Set<string>();
    for (const row of rows) {
      const place = `${row.topic} ${row.key}`;
      if (stuck.has(place)) continue;
      const record = toRecord(row, this.options.source);
      if (typeof record !== 'string') {
        batch.push({ row, record });
        continue;
      }
      stuck.add(place);
      await this.poison(owner, row, record);
    }
    return batch;
  }

  private async poison(owner: LaneOwner, row: OutboxRow, reason: string): Promise<void> {
    const rows = await this.ports.outbox.setAside(this.options.database.knex, owner, { row, reason });
    if (rows === 0) return this.leases.renew();
    const { tenantId, topic, type, eventId } = row;
    this.options.log.error({ tenant_id: tenantId, topic, event_type: type, event_id: eventId, reason, rows }, 'events set aside as poison');
  }

  private async measure(): Promise<void> {
    const backlog = await this.ports.outbox.measureBacklog(this.options.database.knex);
    this.meters.oldestSeconds.set(backlog.oldestSeconds);
    this.meters.rows.set(backlog.rows);
    this.meters.poisoned.set(backlog.poisoned);
  }

  private every(milliseconds: number, work: () => Promise<void>, complaint: string): void {
    const onError = (err: unknown): void => this.options.log.warn({ err }, complaint);
    this.timers.push(repeat(this.ports.time, milliseconds, { work, onError }));
  }
}

interface Outgoing {
  readonly row: OutboxRow;
  readonly record: OutgoingRecord;
}

/** The record, or the reason why there can be none. */
function toRecord(row: OutboxRow, source: string): OutgoingRecord | string {
  if (row.isBehindPoison) return 'BEHIND_POISON';
  if (row.payload === null) return 'EVENT_TOO_LARGE';
  if (!isTextRecord(row.headers)) return 'HEADERS_MALFORMED';
  const { topic, key, payload, tenantId, aggregateId, version, type } = row;
  const headers = encodeHeaders(
    { id: row.eventId, source, type, tenantId, aggregateId, version, time: row.createdAt, traceparent: row.traceparent ?? undefined },
    row.headers,
  );
  return { topic, key, value: payload, headers };
}

function isTextRecord(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null && Object.values(value).every((text) => typeof text === 'string');
}

function createMeters(metrics: Metrics) {
  return {
    oldestSeconds: metrics.gauge('outbox_oldest_age_seconds', 'Age of the oldest event that is not published yet.'),
    rows: metrics.gauge('outbox_rows', 'Events that are not published yet, counted up to 100,000.'),
    poisoned: metrics.gauge('outbox_poison_rows', 'Events set aside because they cannot be published.'),
    published: metrics.counter('relay_published_total', 'Events acknowledged by the broker.'),
    failures: metrics.counter('relay_failures_total', 'Rounds of the relay that failed and were repeated.'),
    laneChanges: metrics.counter('relay_lane_changes_total', 'Lanes claimed, released or lost.', ['change']),
    produceSeconds: metrics.histogram('relay_produce_seconds', 'From sending a batch to its acknowledgement.'),
  };
}
