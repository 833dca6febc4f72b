import type { Logger } from '@linli/telemetry';
import type { Consumer, ConsumerConfig, EachBatchPayload, KafkaMessage } from 'kafkajs';
import type { KafkaRecord, RecordHeader } from './envelope';
import { patience } from './kafka';
import { Pace, type Time } from './pace';

/** What is used of a kafkajs consumer. */
export type GroupMember = Pick<Consumer, 'events' | 'on' | 'connect' | 'subscribe' | 'run' | 'seek' | 'disconnect'>;

/** What is used of a kafkajs client. */
export interface GroupClient {
  consumer(config: ConsumerConfig): GroupMember;
}

export interface GroupReaderOptions {
  readonly kafka: GroupClient;
  readonly time: Time;
  readonly group: string;
  readonly topics: readonly string[];
  /** Where a group without committed offsets begins. */
  readonly fromBeginning: boolean;
  /** Remember positions in the broker. */
  readonly commits: boolean;
  readonly log: Logger;
  /** Handles some of these records of a partition, from the first on. Gives how many; 0: none could be finished before the reader stops. */
  readonly onRecords: (records: readonly KafkaRecord[], session: Session) => Promise<number>;
  /** Records that follow this position in the partition. */
  readonly onLag?: (place: { topic: string; partition: number }, lag: number) => void;
  /** Connected for the first time, before anything is read. */
  readonly beforeRun?: () => Promise<void>;
  /** Joined, with a new set of partitions. */
  readonly onJoin?: (seek: Consumer['seek']) => void;
  /** kafkajs gave up for good. */
  readonly onFatal: (error: Error) => void;
}

export interface Session {
  /** Tells the group that this member lives. Throws when the partitions are about to move: let it. */
  heartbeat(): Promise<void>;
  /** False once the reader stops or its partitions may belong to another member. */
  isActive(): boolean;
  /** Waits after so many failures in a row; a stop ends the wait. */
  backOff(failures: number): Promise<void>;
}

/** One kafkajs consumer of a group, with manual offsets: a record's offset moves only after `onRecords`. */
export class GroupReader {
  private readonly pace: Pace;
  private readonly consumer: GroupMember;
  private opening: Promise<void> | undefined;
  private generation = 0;
  private assigned: Readonly<Record<string, readonly number[]>> = {};
  private isJoined = false;

  constructor(private readonly options: GroupReaderOptions) {
    const { kafka, group, log } = options;
    this.pace = new Pace(options.time);
    this.consumer = kafka.consumer({
      groupId: group,
      // A killed member keeps its partitions this long. Between two heartbeats lies one short transaction, so ten seconds of silence mean death.
      sessionTimeout: 10_000,
      // Nor does the group wait longer for a member that is gone before it goes on without it.
      rebalanceTimeout: 10_000,
      heartbeatInterval: 3_000,
      maxBytesPerPartition: 262_144,
      // The broker answers as soon as there is a record. An idle consumer asks once a second, and stops that late at worst.
      maxWaitTimeInMs: 1_000,
      allowAutoTopicCreation: false,
      retry: { ...patience, restartOnFailure: async () => !this.pace.isStopped },
    });
    const { GROUP_JOIN, REBALANCING, CRASH } = this.consumer.events;
    this.consumer.on(REBALANCING, () => this.forgetPartitions());
    this.consumer.on(GROUP_JOIN, ({ payload: { memberAssignment } }) => {
      this.forgetPartitions();
      this.assigned = memberAssignment;
      this.isJoined = true;
      log.info({ group }, 'consumer joined its group');
      options.onJoin?.((place) => this.consumer.seek(place));
    });
    this.consumer.on(CRASH, ({ payload: { error, restart } }) => {
      this.forgetPartitions();
      if (this.isJoined || !restart) log.warn({ err: error, group, restart }, 'consumer lost its group');
      this.isJoined = false;
      if (restart || this.pace.isStopped) return;
      // A broker that has just begun has no coordinator for any group yet; kafkajs gives up on that for good.
      if (lacksCoordinator(error)) this.opening = this.pace.backOff(1).then(() => this.open());
      else options.onFatal(error);
    });
  }

  /** Begins in the background; the broker and the topics may come later. */
  start(): void {
    this.opening ??= this.open();
  }

  async stop(): Promise<void> {
    this.pace.stop();
    await this.opening;
    await this.consumer.disconnect();
    this.isJoined = false;
  }

  /** Joined its group, and not crashed since. */
  ready(): boolean {
    return this.isJoined;
  }

  private async open(): Promise<void> {
    const { topics, fromBeginning, group, log } = this.options;
    for (let failures = 1; !this.pace.isStopped; failures += 1) {
      try {
        await this.consumer.connect();
        await this.consumer.subscribe({ topics: [...topics], fromBeginning });
        await this.options.beforeRun?.();
        await this.consumer.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: 4,
          eachBatch: (payload) => this.readBatch(payload),
        });
        return;
      } catch (err) {
        log.warn({ err, group, failures }, 'consumer could not start yet');
        await this.consumer.disconnect().catch(() => undefined);
        await this.pace.backOff(failures);
      }
    }
  }

  private async readBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { topic, partition } = batch;
    // kafkajs hands over what it fetched before a rebalance though the partition is another member's by now.
    if (this.assigned[topic]?.includes(partition) !== true) return;
    const generation = this.generation;
    // After a rebalance kafkajs may still run a batch of before: its offsets are not ours to move any more.
    const isActive = (): boolean => payload.isRunning() && !payload.isStale() && generation === this.generation;
    const session: Session = { heartbeat: () => payload.heartbeat(), isActive, backOff: (failures) => this.pace.backOff(failures) };
    let next: string | undefined;
    this.options.onLag?.({ topic, partition }, behind(batch.highWatermark, batch.firstOffset() ?? '0'));
    let left = batch.messages.map((message) => toRecord(batch, message));
    while (left.length > 0 && isActive()) {
      const done = await this.options.onRecords(left, session);
      const last = left[done - 1];
      if (last === undefined || generation !== this.generation) break;
      payload.resolveOffset(last.offset);
      next = String(BigInt(last.offset) + 1n);
      left = left.slice(done);
      await payload.heartbeat();
    }
    if (next === undefined || generation !== this.generation) return;
    this.options.onLag?.({ topic, partition }, behind(batch.highWatermark, next));
    if (!this.options.commits) return;
    await payload.commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: next }] }] });
  }

  private forgetPartitions(): void {
    this.generation += 1;
  }
}

/** kafkajs throws it as it is or, after a rebalance, as the cause of an error of another name. */
function lacksCoordinator(error: Error): boolean {
  return [error, error.cause].some((one) => one instanceof Error && one.name === 'KafkaJSGroupCoordinatorNotFound');
}

function behind(highWatermark: string, next: string): number {
  return Math.max(0, Number(BigInt(highWatermark) - BigInt(next)));
}

function toRecord({ topic, partition }: { topic: string; partition: number }, message: KafkaMessage): KafkaRecord {
  // kafkajs gathers headers in a plain object, so one named like a built-in property (`constructor`) drags that in: bytes only.
  const headers = Object.entries(message.headers ?? {}).flatMap(([name, value]) =>
    [value].flat().flatMap((one): RecordHeader[] => (Buffer.isBuffer(one) ? [[name, one]] : one === null ? [[name, null]] : [])),
  );
  return { topic, partition, offset: message.offset, key: message.key, value: message.value, headers };
}
