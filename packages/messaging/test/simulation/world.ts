import type { Tx } from '@linli/db';
import { aborted, failedPrecondition } from '@linli/errors';
import { createMetrics, type Metrics } from '@linli/telemetry';
import { seededChance, silentLogger, SimulatedProcess, simulatedSystem, Simulation, type CrashPoint } from '@linli/testing';
import type { EventCatalogue } from '../../src';
import { createConsumer, type ConsumerPorts } from '../../src/consumer';
import type { EventHandlers, IncomingEvent } from '../../src/event-handlers';
import type { Time } from '../../src/pace';
import { redriveParked } from '../../src/parked';
import { createRelay, type RelayPorts } from '../../src/relay';
import { SimulatedBroker } from './broker';
import { Checker } from './checker';
import { SimulatedMember } from './member';
import { MessagingTables } from './tables';
import { counted, topic, Writers } from './writers';

const group = 'readers';

/** Ports of one process, after a test has spoiled some of them. */
export interface Ports {
  readonly relay: RelayPorts;
  readonly consumer: ConsumerPorts;
}
export type Spoil = (ports: Ports, world: World, process: SimulatedProcess) => Ports;

export interface WorldOptions {
  readonly seed: number;
  readonly relays: number;
  readonly consumers: number;
  readonly spoil?: Spoil | undefined;
}

/** What runs in one place: after a crash or a stop, its next life. */
export interface Place {
  readonly name: string;
  life: { readonly process: SimulatedProcess; stop(): Promise<void> } | undefined;
  lives: number;
}

const log = silentLogger();
const metrics: Metrics = createMetrics('simulation');
const codec = { toJSON: (message: object) => message, fromJSON: (object: unknown) => object };
const catalogue: EventCatalogue = { [counted]: { topic, aggregateType: 'counter', codec } };

/** The real relay, consumer and operator's tool on simulated databases, brokers and time. */
export class World {
  readonly simulation: Simulation;
  readonly tables: MessagingTables;
  readonly broker: SimulatedBroker;
  readonly checker: Checker;
  readonly writers: Writers;
  readonly places: readonly Place[];
  /** Handlers that failed so far succeed from now on. */
  isMended = false;
  private effects = 0;
  private readonly attempts = new Map<string, number>();

  constructor(private readonly options: WorldOptions) {
    this.simulation = new Simulation(seededChance(options.seed));
    this.tables = new MessagingTables(this.simulation);
    this.broker = new SimulatedBroker(this.simulation, topic);
    this.checker = new Checker(this.tables, this.broker, group);
    this.writers = new Writers(this.simulation, this.tables, this.checker);
    this.broker.isRefused = ({ value }) => !this.isMended && value.includes('refused');
    const named = (kind: string, count: number): Place[] => Array.from({ length: count }, (_, index) => ({ name: `${kind}-${index + 1}`, life: undefined, lives: 0 }));
    this.places = [...named('relay', options.relays), ...named('consumer', options.consumers)];
  }

  start(place: Place, crashPoint?: CrashPoint): void {
    place.lives += 1;
    const process = new SimulatedProcess(this.simulation, `${place.name}.${place.lives}`, crashPoint);
    const ports = (this.options.spoil ?? ((same: Ports) => same))(this.portsOf(process), this, process);
    const life = place.name.startsWith('relay') ? this.relay(process, ports.relay) : this.consumer(process, ports.consumer);
    place.life = { process, stop: () => life.stop() };
    void life.start();
  }

  /** Applies parked events of all keys again, as the operator's tool does. */
  async redrive(process: SimulatedProcess): Promise<void> {
    const keys = new Map([...this.tables.parked.committed.values()].map(({ key }) => [key.key, key]));
    const database = this.tables.database.connect(process);
    const how = { handlers: this.handlers(), catalogue, inbox: this.portsOf(process).consumer.inbox };
    // One that the database or another change got in the way of is tried again later.
    for (const key of keys.values()) await redriveParked(database, key, how).catch(() => undefined);
  }

  async discard(process: SimulatedProcess): Promise<void> {
    const [parked] = this.tables.parked.committed.values();
    if (parked !== undefined) await this.tables.discardParked(simulatedSystem(process).knex, parked.key);
  }

  async requeue(process: SimulatedProcess): Promise<void> {
    const [poisoned] = this.tables.poison.committed.values();
    if (poisoned !== undefined) await this.tables.requeuePoisoned(simulatedSystem(process).knex, poisoned);
  }

  portsOf(process: SimulatedProcess): Ports {
    const time: Time = {
      monotonic: () => this.simulation.now,
      rest: (milliseconds, signal) => process.rest(milliseconds, signal),
      every: (milliseconds, tick) => process.every(milliseconds, tick),
      chance: () => this.simulation.chance.upTo(1),
    };
    return {
      relay: { outbox: this.tables.outboxStore, lanes: this.tables.laneStore, openProducer: () => this.broker.openProducer(process), time },
      consumer: { inbox: this.tables.inboxStore, openKafka: () => ({ consumer: (config) => new SimulatedMember(this.broker, process, config) }), time },
    };
  }

  private relay(process: SimulatedProcess, ports: RelayPorts) {
    const options = { database: simulatedSystem(process), brokers: [], clientId: process.name, source: 'linli/simulated', log, metrics };
    return createRelay(options, ports);
  }

  private consumer(process: SimulatedProcess, ports: ConsumerPorts) {
    const database = this.tables.database.connect(process);
    const onFatal = (error: Error): void => void this.checker.violations.push(`the consumer gave up: ${error.message}`);
    const options = { database, system: simulatedSystem(process), brokers: [], group, handlers: this.handlers(), log, metrics, catalogue, onFatal };
    return createConsumer(options, ports);
  }

  /** In half of the runs one by one, in the others several at a time. */
  private handlers(): EventHandlers {
    const one = (tx: Tx, event: IncomingEvent<{ note?: string }>): Promise<void> => this.apply(tx, event);
    if (this.options.seed % 2 === 0) return { [counted]: one };
    return {
      [counted]: {
        async all(tx: Tx, events: readonly IncomingEvent<{ note?: string }>[]) {
          for (const event of events) await one(tx, event);
        },
      },
    };
  }

  private async apply(tx: Tx, { id, tenantId, aggregateId, version, payload }: IncomingEvent<{ note?: string }>): Promise<void> {
    const attempt = (this.attempts.get(id) ?? 0) + 1;
    this.attempts.set(id, attempt);
    const { note = '' } = payload;
    const isFailing = !this.isMended && (note === 'failing' || (note === 'flaky' && attempt < 3));
    if (isFailing && version % 2 === 0) throw failedPrecondition('CASE_CLOSED', 'a rule that says no');
    await this.tables.database.within(tx, `effect of ${aggregateId} ${version}`, (session) => {
      this.effects += 1;
      session.put(this.checker.effects, String(this.effects), { tenantId, key: `${tenantId}:${aggregateId}`, version, eventId: id });
    });
    if (isFailing) throw failedPrecondition('CASE_CLOSED', 'a rule that says no');
    if (note === 'contended' && attempt < 3) throw aborted('CONCURRENT_CHANGE', 'another change came in between');
  }
}
