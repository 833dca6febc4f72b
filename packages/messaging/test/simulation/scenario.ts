import { SimulatedProcess, type CrashPoint } from '@linli/testing';
import fc from 'fast-check';
import { World, type Place, type Spoil } from './world';
import type { Flaw, PlannedChange } from './writers';

export interface Scenario {
  /** Decides every choice of the run. */
  readonly schedule: number;
  readonly relays: number;
  readonly consumers: number;
  readonly changes: readonly PlannedChange[];
  readonly faults: Faults;
}

interface Faults {
  readonly crashes: boolean;
  readonly freezes: boolean;
  readonly restarts: boolean;
  readonly network: boolean;
  readonly databaseStops: boolean;
  readonly brokerStops: boolean;
  readonly clockJumps: boolean;
  readonly rebalances: boolean;
  readonly strangers: boolean;
  readonly operator: boolean;
  readonly giveUp: boolean;
}

const flaws = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Flaw>('none') },
  { weight: 5, arbitrary: fc.constantFrom<Flaw>('too large', 'bad headers', 'refused', 'failing', 'failing', 'failing', 'flaky', 'contended', 'rolled back') },
);

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  schedule: fc.noShrink(fc.integer()),
  relays: fc.integer({ min: 1, max: 3 }),
  consumers: fc.integer({ min: 1, max: 3 }),
  changes: fc.array(fc.record({ tenantId: fc.constantFrom('xingsheng', 'yunhe'), aggregateId: fc.constantFrom('a', 'b', 'c'), flaw: flaws }), { minLength: 1, maxLength: 40 }),
  faults: fc.record({
    crashes: fc.boolean(),
    freezes: fc.boolean(),
    restarts: fc.boolean(),
    network: fc.boolean(),
    databaseStops: fc.boolean(),
    brokerStops: fc.boolean(),
    clockJumps: fc.boolean(),
    rebalances: fc.boolean(),
    strangers: fc.boolean(),
    operator: fc.boolean(),
    giveUp: fc.boolean(),
  }),
});

const troubleMs = 15_000;
const mostSteps = 20_000;

/** Faults while changes are made (safety), then none (liveness). @throws Violation */
export async function play(scenario: Scenario, spoil?: Spoil): Promise<World> {
  const world = new World({ seed: scenario.schedule, relays: scenario.relays, consumers: scenario.consumers, spoil });
  try {
    await playAll(world, scenario);
  } catch (error) {
    throw retold(world, error);
  }
  return world;
}

/** The error with the run's story. */
function retold({ simulation }: World, error: unknown): Error {
  return new Error(`${error instanceof Error ? error.message : String(error)}\n${simulation.history.slice(-400).join('\n')}`, { cause: error });
}

async function playAll(world: World, { changes, faults }: Scenario): Promise<void> {
  const { simulation, checker } = world;
  for (const place of world.places) world.start(place);
  const nemesis = new Nemesis(world, faults);
  nemesis.begin();
  for (const writer of [0, 1, 2]) nemesis.victims.push(world.writers.start(`writer-${writer}`, changes.filter((_, index) => index % 3 === writer)));
  await simulation.play(() => checker.violations.length > 0 || (simulation.now > troubleMs && world.writers.areDone), mostSteps);
  nemesis.end();
  check(world);
  await drain(world);
  await stopAll(world);
}

/** The place's first life dies at the point, its next one begins a while later. Returns how many points the first life reached. */
export async function playCrash(victim: string, crashPoint?: CrashPoint): Promise<number> {
  const world = new World({ seed: 4, relays: 1, consumers: 1 });
  const flawed: readonly Flaw[] = ['none', 'failing', 'none', 'too large', 'none', 'refused'];
  const changes = flawed.flatMap((flaw, index) => ['a', 'b'].map((aggregateId) => ({ tenantId: 'xingsheng', aggregateId, flaw: index % 2 === 0 || aggregateId === 'a' ? flaw : 'none' })));
  for (const place of world.places) world.start(place, place.name === victim ? crashPoint : undefined);
  const place = world.places.find(({ name }) => name === victim);
  const first = place?.life?.process;
  if (place === undefined || first === undefined) throw new Error('no such place');
  const restart = (): void => void world.simulation.after(world.simulation.chance.upTo(3_000), 'restart', () => world.start(place));
  if (first.isDead) restart();
  else first.onDeath(restart);
  world.writers.start('writer', changes);
  try {
    await until(world, 'the changes are made', () => world.writers.areDone);
    await drain(world);
    const points = first.awaits;
    await until(world, 'nobody is dead', () => place.life?.process.isDead === false);
    await stopAll(world);
    return points;
  } catch (error) {
    throw retold(world, error);
  }
}

/** Nobody is in trouble any more: what can flow must flow, then with the operator's help all of it. */
async function drain(world: World): Promise<void> {
  const { simulation, checker, tables } = world;
  const isHeldBack = (key: string): boolean =>
    [...tables.parked.committed.values()].some((row) => row.key.key === key) || [...tables.poison.committed.values()].some((event) => event.key === key);
  await until(world, 'keys without an obstacle flow', () => tables.outbox.committed.size === 0 && checker.outstanding().every(({ key }) => isHeldBack(key)));
  world.isMended = true;
  for (const [id, event] of tables.poison.committed) {
    tables.poison.committed.set(id, { ...event, payloadBytes: event.payload.length, headers: {} });
  }
  const operator = new SimulatedProcess(simulation, 'operator');
  const all = (): boolean => checker.outstanding().length === 0 && [tables.outbox, tables.poison, tables.parked].every((table) => table.committed.size === 0);
  for (let round = 0; round < 20 && !all(); round += 1) {
    let isDone = false;
    void world.requeue(operator).then(() => world.redrive(operator)).finally(() => (isDone = true));
    await until(world, 'the operator is served', () => isDone);
    const enough = simulation.now + 500;
    await until(world, 'time passes', () => simulation.now > enough);
  }
  await until(world, 'everything drains', all);
}

async function stopAll(world: World): Promise<void> {
  const stopped = new Set<SimulatedProcess>();
  const lives = world.places.flatMap(({ life }) => (life === undefined ? [] : [life]));
  for (const { process, stop } of lives) void stop().then(() => stopped.add(process));
  await until(world, 'everything stops', () => lives.every(({ process }) => process.isDead || stopped.has(process)));
}

async function until(world: World, what: string, condition: () => boolean): Promise<void> {
  const isOver = await world.simulation.play(() => world.checker.violations.length > 0 || condition(), mostSteps);
  if (!isOver) world.checker.violations.push(`stuck: ${what} did not come true; ${world.tables.outbox.committed.size} rows in the outbox, ${world.checker.outstanding().length} without effect`);
  check(world);
}

function check(world: World): void {
  world.checker.checkNothingLost();
  world.checker.checkEffects();
  world.checker.assertNone();
}

/** Makes trouble at random moments until told to stop, and then puts everything right. */
class Nemesis {
  /** Processes besides those of the places that may die or freeze. */
  readonly victims: SimulatedProcess[] = [];
  /** Told to stop, and killed when they take too long. */
  private readonly leaving = new Set<SimulatedProcess>();
  private isOver = false;
  private operators = 0;

  constructor(
    private readonly world: World,
    private readonly faults: Faults,
  ) {}

  begin(): void {
    const { broker, tables, simulation } = this.world;
    if (this.faults.network) {
      Object.assign(tables.database.faults, { lostRequest: 0.01, lostAnswer: 0.02 });
      Object.assign(broker.faults, { lostRequest: 0.02, lostAck: 0.1, lateAppend: 0.1 });
      simulation.slowness = { share: 0.03, mostMs: 6_000 };
    }
    if (this.faults.rebalances) broker.faults.movedLeader = 0.1;
    this.arm();
  }

  end(): void {
    const { broker, tables, simulation, places } = this.world;
    this.isOver = true;
    Object.assign(tables.database.faults, { lostRequest: 0, lostAnswer: 0 });
    Object.assign(broker.faults, { lostRequest: 0, lostAck: 0, lateAppend: 0, movedLeader: 0 });
    simulation.slowness = { share: 0, mostMs: 0 };
    tables.database.start();
    broker.start();
    for (const process of this.leaving) process.crash();
    for (const victim of this.victims) victim.thaw();
    for (const place of places) {
      place.life?.process.thaw();
      if (place.life === undefined || place.life.process.isDead) this.world.start(place);
    }
  }

  private arm(): void {
    const { simulation } = this.world;
    simulation.after(simulation.chance.upTo(1_500), 'nemesis', () => {
      if (this.isOver) return;
      this.strike();
      this.arm();
    });
  }

  private strike(): void {
    const { chance } = this.world.simulation;
    const { crashes, freezes, restarts, databaseStops, brokerStops, clockJumps, rebalances, strangers, operator, giveUp } = this.faults;
    const tricks: (() => void)[] = [];
    if (crashes) tricks.push(() => this.crash(chance.pick(this.world.places)), () => this.crash(chance.pick(this.world.places)), () => chance.pick(this.victims).crash());
    if (freezes) tricks.push(() => this.freeze(this.world.places.map(({ life }) => life?.process)), () => this.freeze(this.victims));
    if (restarts) tricks.push(() => this.restart(chance.pick(this.world.places)));
    if (databaseStops) tricks.push(() => this.outage(this.world.tables.database));
    if (brokerStops) tricks.push(() => this.outage(this.world.broker));
    if (clockJumps) tricks.push(() => void (this.world.tables.database.clockOffsetMs += chance.pick([-20_000, -3_000, 3_000, 20_000])));
    if (rebalances) tricks.push(() => this.world.broker.group.disturb());
    if (strangers) tricks.push(() => this.world.broker.append(chance.below(3), [{ key: 'junk', value: Buffer.from('{'), headers: { ce_source: 'linli/stranger' } }]));
    if (operator) tricks.push(() => this.operate());
    if (operator && giveUp) tricks.push(() => this.giveUp());
    if (tricks.length > 0) chance.pick(tricks)();
  }

  private crash(place: Place): void {
    if (place.life === undefined) return;
    place.life.process.crash();
    place.life = undefined;
    this.later(6_000, () => this.world.start(place), () => place.life === undefined);
  }

  private freeze(processes: readonly (SimulatedProcess | undefined)[]): void {
    const victim = this.world.simulation.chance.pick(processes);
    if (victim === undefined || victim.isDead) return;
    victim.freeze();
    this.later(20_000, () => victim.thaw());
  }

  private restart(place: Place): void {
    const { life } = place;
    if (life === undefined) return;
    place.life = undefined;
    this.leaving.add(life.process);
    const next = (): void => {
      if (!this.leaving.delete(life.process)) return;
      life.process.crash();
      if (!this.isOver) this.world.start(place);
    };
    this.later(20_000, next);
    void life.stop().then(next);
  }

  private outage(server: { stop(): void; start(): void }): void {
    server.stop();
    this.later(5_000, () => server.start());
  }

  private operate(): void {
    this.operators += 1;
    const process = new SimulatedProcess(this.world.simulation, `operator-${this.operators}`);
    this.victims.push(process);
    void this.world.redrive(process).then(() => this.world.requeue(process)).catch(() => undefined);
  }

  private giveUp(): void {
    this.operators += 1;
    const process = new SimulatedProcess(this.world.simulation, `operator-${this.operators}`);
    void this.world.discard(process).catch(() => undefined);
  }

  private later(mostMs: number, undo: () => void, isNeeded = () => true): void {
    const { simulation } = this.world;
    simulation.after(simulation.chance.upTo(mostMs), 'nemesis relents', () => {
      if (!this.isOver && isNeeded()) undo();
    });
  }
}
