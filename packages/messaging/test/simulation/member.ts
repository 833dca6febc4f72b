import type { SimulatedProcess } from '@linli/testing';
import { Kafka, logLevel, type Consumer, type ConsumerConfig, type ConsumerRunConfig, type EachBatchPayload } from 'kafkajs';
import type { GroupMember } from '../../src/group-reader';
import type { SimulatedBroker, StoredRecord } from './broker';
import type { Assignment } from './coordinator';
import { KafkaFault } from './kafka-fault';

const { events } = new Kafka({ brokers: ['nowhere:1'], logLevel: logLevel.NOTHING }).consumer({ groupId: 'none' });
const heartbeatEveryMs = 3_000;
const nodes = [0, 1];
const rejoins = new Set(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'NOT_COORDINATOR_FOR_GROUP']);

type EachBatch = (payload: EachBatchPayload) => Promise<void>;

/**
 * A kafkajs 2.2.4 consumer as far as our reader can tell: one fetcher a broker node, batches of one fetch side by side,
 * a rebalance waits for batches under way, except when a fetcher finds moved leaders: then it joins anew beside them,
 * and what they resolve or commit afterwards counts for the new generation (`consumerGroup.js`, `recoverFromFetch`).
 */
export class SimulatedMember implements GroupMember {
  readonly events = events;
  private readonly listeners = new Map<string, ((event: never) => void)[]>();
  private eachBatch: EachBatch = () => Promise.resolve();
  private assignment: Assignment = { memberId: '', generation: 0, partitions: [] };
  /** The next offset by partition, as far as this generation knows it. */
  private positions = new Map<number, number>();
  private memberId: string | undefined;
  private heartbeatAt = 0;
  private beating: Promise<void> | undefined;
  private isRunning = false;
  private isStopped = false;
  private isFetching = false;
  private consuming: Promise<void> = Promise.resolve();

  constructor(
    private readonly broker: SimulatedBroker,
    private readonly process: SimulatedProcess,
    private readonly config: ConsumerConfig,
  ) {}

  readonly on: Consumer['on'] = (event: string, listener: (event: never) => void) => {
    this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]);
    return () => undefined;
  };

  connect(): Promise<void> {
    this.isStopped = false;
    return this.broker.call(this.process, 'consumer connects', (answer) => answer.value(undefined));
  }

  subscribe(): Promise<void> {
    return this.broker.call(this.process, 'consumer subscribes', (answer) => answer.value(undefined));
  }

  seek(): void {
    throw new Error('the consumer never seeks');
  }

  async run(config: ConsumerRunConfig = {}): Promise<void> {
    if (config.eachBatch !== undefined) this.eachBatch = config.eachBatch;
    await this.start();
  }

  async disconnect(): Promise<void> {
    this.isStopped = true;
    await this.halt();
  }

  private async start(): Promise<void> {
    if (this.isStopped) return;
    try {
      await this.join();
    } catch (error) {
      return this.crash(error);
    }
    this.isRunning = true;
    this.consuming = this.consume();
  }

  private async halt(): Promise<void> {
    this.isRunning = false;
    this.isFetching = false;
    await this.consuming;
    const { memberId } = this;
    this.memberId = undefined;
    if (memberId === undefined) return;
    await this.broker
      .call<void>(this.process, 'leaves the group', (answer) => {
        this.broker.group.leave(memberId);
        answer.value(undefined);
      })
      .catch(() => undefined);
  }

  private async crash(error: unknown): Promise<void> {
    await this.halt();
    const restart = !this.isStopped && (await this.config.retry?.restartOnFailure?.(error as Error)) !== false;
    this.emit(events.CRASH, { payload: { error, restart } });
    if (restart) void this.process.rest(300).then(() => this.start());
  }

  private async consume(): Promise<void> {
    for (let failures = 0; this.isRunning; ) {
      try {
        await this.fetchFromAllNodes();
      } catch (error) {
        if (!this.isRunning) return;
        const type = error instanceof KafkaFault ? error.type : '';
        failures = rejoins.has(type) || type === 'UNKNOWN_MEMBER_ID' ? 0 : failures + 1;
        if (rejoins.has(type)) this.emit(events.REBALANCING, { payload: {} });
        if (type === 'UNKNOWN_MEMBER_ID') this.memberId = undefined;
        try {
          if (failures === 0) await this.join();
          else if (failures <= (this.config.retry?.retries ?? 8)) await this.process.rest(Math.min(100 * 2 ** failures, 2_000));
          else throw error;
        } catch (fatal) {
          // As kafkajs: this loop ends first, or the crash would wait for itself.
          void this.process.rest(0).then(() => this.crash(fatal));
          return;
        }
      }
    }
  }

  /** Until one node's fetcher fails; then the others end first. */
  private async fetchFromAllNodes(): Promise<void> {
    this.isFetching = true;
    const fetchers = nodes.map(async (node) => {
      try {
        while (this.isFetching && this.isRunning) await this.fetchFrom(node);
      } finally {
        this.isFetching = false;
      }
    });
    const ends = await Promise.allSettled(fetchers);
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  private async fetchFrom(node: number): Promise<void> {
    const places = await this.placesOf(node);
    if (places.size === 0) {
      await this.process.rest(1_000);
      return this.heartbeat();
    }
    if (this.broker.simulation.chance.isLucky(this.broker.faults.movedLeader)) {
      this.broker.simulation.note(this.process.name, 'finds a moved leader');
      return this.join();
    }
    const found = await this.broker.fetch(this.process, places);
    if (!this.isFetching || !this.isRunning) return;
    if (found.size === 0) return this.heartbeat();
    const work = [...found].map(async ([partition, records]) => {
      await this.eachBatch(this.payloadOf(partition, places.get(partition) ?? 0, records));
      await this.heartbeat();
    });
    const failed = (await Promise.allSettled(work)).find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  private async placesOf(node: number): Promise<Map<number, number>> {
    const { positions } = this;
    const mine = this.assignment.partitions.filter((partition) => partition % nodes.length === node);
    const unknown = mine.filter((partition) => !positions.has(partition));
    if (unknown.length > 0) {
      const committed = await this.broker.call<number[]>(this.process, `offsets of ${unknown.join(' ')}`, (answer) =>
        answer.value(unknown.map((partition) => this.broker.group.committed.get(partition) ?? 0)),
      );
      unknown.forEach((partition, index) => positions.has(partition) || positions.set(partition, committed[index] ?? 0));
    }
    return new Map(mine.map((partition) => [partition, positions.get(partition) ?? 0]));
  }

  private async join(): Promise<void> {
    for (;;) {
      try {
        this.assignment = await this.broker.call<Assignment>(this.process, 'joins the group', (answer) => this.broker.group.join(this.memberId, answer));
        break;
      } catch (error) {
        if (!(error instanceof KafkaFault) || error.type !== 'UNKNOWN_MEMBER_ID') throw error;
        this.memberId = undefined;
      }
    }
    this.memberId = this.assignment.memberId;
    this.positions = new Map();
    this.heartbeatAt = this.broker.simulation.now;
    this.emit(events.GROUP_JOIN, { payload: { memberAssignment: { [this.broker.topic]: this.assignment.partitions } } });
  }

  /** One at a time, and not before the interval is over. */
  private heartbeat(): Promise<void> {
    const { simulation, group } = this.broker;
    const { memberId } = this;
    if (memberId === undefined || simulation.now < this.heartbeatAt + heartbeatEveryMs) return Promise.resolve();
    const { generation } = this.assignment;
    this.beating ??= this.broker
      .call<void>(this.process, 'heartbeat', (answer) => answerWith(answer, () => group.heartbeat(memberId, generation)))
      .then(() => void (this.heartbeatAt = simulation.now))
      .finally(() => (this.beating = undefined));
    return this.beating;
  }

  private commit(offsets: { partition: number; offset: string }[]): Promise<void> {
    const member = { id: this.memberId ?? '', generation: this.assignment.generation };
    const label = `commits ${offsets.map(({ partition, offset }) => `${partition}@${offset}`).join(' ')}`;
    return this.broker.call(this.process, label, (answer) =>
      answerWith(answer, () => {
        for (const { partition, offset } of offsets) this.broker.group.commit(member, partition, Number(offset));
      }),
    );
  }

  private payloadOf(partition: number, first: number, records: readonly StoredRecord[]): EachBatchPayload {
    const { topic } = this.broker;
    const messages = records.map(({ key, value, headers }, index) => ({
      ...{ key: Buffer.from(key), value, offset: String(first + index), timestamp: '0', attributes: 0 },
      headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
    }));
    const highWatermark = String(this.broker.log[partition]?.length ?? 0);
    const text = (index: number): string => messages.at(index)?.offset ?? '0';
    return {
      batch: { topic, partition, highWatermark, messages, isEmpty: () => false, firstOffset: () => text(0), lastOffset: () => text(-1), offsetLag: () => '0', offsetLagLow: () => '0' },
      resolveOffset: (offset) => void this.positions.set(partition, Number(offset) + 1),
      heartbeat: () => this.heartbeat(),
      pause: () => () => undefined,
      commitOffsetsIfNecessary: (offsets) => this.commit(offsets?.topics.flatMap((one) => one.partitions) ?? []),
      uncommittedOffsets: () => ({ topics: [] }),
      isRunning: () => this.isRunning,
      isStale: () => false,
    };
  }

  private emit(event: string, payload: { payload: object }): void {
    for (const listener of this.listeners.get(event) ?? []) listener(payload as never);
  }
}

function answerWith(answer: { value(value: undefined): void; error(error: Error): void }, work: () => void): void {
  try {
    work();
    answer.value(undefined);
  } catch (error) {
    answer.error(error as Error);
  }
}
