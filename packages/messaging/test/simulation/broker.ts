import type { Answer, SimulatedProcess, Simulation } from '@linli/testing';
import type { ProducerBatch } from 'kafkajs';
import { laneOf } from '../../src/lane';
import type { BatchProducer } from '../../src/publisher';
import { GroupCoordinator } from './coordinator';
import { KafkaFault, partitions } from './kafka-fault';

export interface StoredRecord {
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

export interface BrokerFaults {
  lostRequest: number;
  /** Appended, but the producer is told of a time-out. */
  lostAck: number;
  /** The producer gives up on a request that the broker appends a while later. */
  lateAppend: number;
  /** A fetch finds that a partition's leader has moved. */
  movedLeader: number;
}

/** One topic with its log, and one consumer group's coordinator. A batch for one partition is appended whole or not at all. */
export class SimulatedBroker {
  readonly log: StoredRecord[][] = Array.from({ length: partitions }, () => []);
  readonly faults: BrokerFaults = { lostRequest: 0, lostAck: 0, lateAppend: 0, movedLeader: 0 };
  readonly group: GroupCoordinator;
  /** Told of each record before it is there. */
  onAppend: (record: StoredRecord, partition: number) => void = () => undefined;
  isRefused: (record: StoredRecord) => boolean = () => false;
  private isAway = false;
  private readonly readers = new Set<() => void>();

  constructor(
    readonly simulation: Simulation,
    readonly topic: string,
  ) {
    this.group = new GroupCoordinator(simulation);
  }

  stop(): void {
    this.isAway = true;
    this.simulation.note('broker', '*** stops');
  }

  start(): void {
    this.isAway = false;
    this.simulation.note('broker', '*** starts');
  }

  /** A request to the broker by a client that is connected or connects anew. */
  call<T>(process: SimulatedProcess, label: string, serve: (answer: Answer<T>) => void): Promise<T> {
    const isLost = this.simulation.chance.isLucky(this.faults.lostRequest);
    return process.request<T>(label, (answer) => {
      if (this.isAway || isLost) answer.error(new KafkaFault('CONNECTION_CLOSED'));
      else serve(answer);
    });
  }

  append(partition: number, records: readonly StoredRecord[]): void {
    for (const record of records) {
      this.onAppend(record, partition);
      this.log[partition]?.push(record);
    }
    for (const wake of [...this.readers]) wake();
  }

  openProducer(process: SimulatedProcess): BatchProducer {
    return {
      connect: () => this.call<void>(process, 'producer connects', (answer) => answer.value(undefined)),
      disconnect: () => this.call<void>(process, 'producer disconnects', (answer) => answer.value(undefined)),
      sendBatch: async (batch) => {
        // As kafkajs does: all partitions at once; one that fails does not stop the others.
        await Promise.all([...byPartition(batch)].map(([partition, records]) => this.produce(process, partition, records)));
        return [];
      },
    };
  }

  private produce(process: SimulatedProcess, partition: number, records: readonly StoredRecord[]): Promise<void> {
    const { chance } = this.simulation;
    const { lostAck, lateAppend } = this.faults;
    const fate = chance.upTo(1);
    return this.call<void>(process, `produce ${records.map(({ key, headers }) => `${key} ${headers['ce_aggregateversion']}`).join(', ')}`, (answer) => {
      if (records.some(this.isRefused)) return answer.error(new KafkaFault('MESSAGE_TOO_LARGE'));
      const isLate = fate >= lostAck && fate < lostAck + lateAppend;
      if (isLate) this.simulation.after(chance.upTo(20_000), 'late append', () => this.append(partition, records));
      else this.append(partition, records);
      if (fate < lostAck + lateAppend) answer.error(new KafkaFault('REQUEST_TIMED_OUT'));
      else answer.value(undefined);
    });
  }

  /** Answers as soon as one of the places has more, or with nothing after a while. */
  fetch(process: SimulatedProcess, places: ReadonlyMap<number, number>): Promise<Map<number, StoredRecord[]>> {
    return this.call<Map<number, StoredRecord[]>>(process, `fetch ${[...places].map(([partition, offset]) => `${partition}@${offset}`).join(' ')}`, (answer) => {
      const most = 1 + this.simulation.chance.below(8);
      const found = (): Map<number, StoredRecord[]> =>
        new Map([...places].map(([partition, offset]) => [partition, this.log[partition]?.slice(offset, offset + most) ?? []] as const).filter(([, some]) => some.length > 0));
      const respond = (): void => {
        cancel();
        this.readers.delete(look);
        answer.value(found());
      };
      const look = (): void => {
        if (found().size > 0) respond();
      };
      const cancel = this.simulation.after(1_000, 'fetch waited enough', respond);
      this.readers.add(look);
      look();
    });
  }
}

function byPartition({ topicMessages = [] }: ProducerBatch): Map<number, StoredRecord[]> {
  const batches = new Map<number, StoredRecord[]>();
  for (const { key, value, headers } of topicMessages.flatMap(({ messages }) => messages)) {
    const text = String(key);
    const partition = partitionOf(text);
    const record = { key: text, value: Buffer.from(value ?? ''), headers: Object.fromEntries(Object.entries(headers ?? {}).map(([name, one]) => [name, String(one)])) };
    const batch = batches.get(partition);
    if (batch === undefined) batches.set(partition, [record]);
    else batch.push(record);
  }
  return batches;
}

export function partitionOf(key: string): number {
  return laneOf(key) % partitions;
}
