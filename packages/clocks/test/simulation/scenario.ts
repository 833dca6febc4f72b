import type { CrashPoint, SimulatedProcess } from '@linli/testing';
import fc from 'fast-check';
import { World, type Place, type PlannedClock, type Spoil } from './world';

export interface Scenario {
  /** Decides every choice of the run. */
  readonly schedule: number;
  readonly scanners: number;
  readonly clocks: readonly PlannedClock[];
  readonly faults: Faults;
}

interface Faults {
  readonly crashes: boolean;
  readonly freezes: boolean;
  readonly restarts: boolean;
  readonly network: boolean;
  readonly databaseStops: boolean;
  readonly clockJumps: boolean;
}

const hourMs = 3_600_000;
const limits = fc.oneof(
  fc.record({ amount: fc.integer({ min: 1, max: 12 }), unit: fc.constant('hours' as const), roll: fc.constant('none' as const) }),
  fc.constant({ amount: 1, unit: 'working_days' as const, roll: 'none' as const }),
);

export const scenarios: fc.Arbitrary<Scenario> = fc.record({
  schedule: fc.noShrink(fc.integer()),
  scanners: fc.integer({ min: 1, max: 3 }),
  clocks: fc.array(
    fc.record({
      tenantId: fc.constantFrom('xingsheng', 'yunhe'),
      limit: limits,
      startsAt: fc.integer({ min: 0, max: 6 }),
      acts: fc.array(fc.constantFrom('pause' as const, 'resume' as const, 'resume' as const, 'extend' as const, 'satisfy' as const), { maxLength: 4 }),
      handling: fc.constantFrom('good' as const, 'good' as const, 'fails' as const, 'fails late' as const, 'wants the subject' as const, 'ends the clock' as const),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  faults: fc.record({ crashes: fc.boolean(), freezes: fc.boolean(), restarts: fc.boolean(), network: fc.boolean(), databaseStops: fc.boolean(), clockJumps: fc.boolean() }),
});

const troubleMs = 20 * hourMs;
const peaceMs = 60 * hourMs;
const mostSteps = 30_000;

/** Faults while offices work (safety), then none until every limit is over (liveness). @throws Error with the run's story. */
export async function play({ schedule, scanners, clocks, faults }: Scenario, spoil?: Spoil): Promise<World> {
  const world = new World(schedule, scanners, spoil);
  const { simulation, violations } = world;
  const isBroken = (): boolean => violations.length > 0;
  for (const place of world.places) world.start(place);
  const nemesis = new Nemesis(world, faults, clocks.map((planned, index) => world.open(index, planned)));
  nemesis.begin();
  await simulation.play(() => isBroken() || (simulation.now > troubleMs && world.officesAreDone), mostSteps);
  nemesis.end();
  world.isMended = true;
  // Sixty hours on, every limit of every clock is over.
  const rest = simulation.now + peaceMs;
  if (!(await simulation.play(() => isBroken() || simulation.now > rest, mostSteps))) violations.push('no end of it');
  const missing = world.missing();
  if (missing.length > 0) violations.push(`never raised: ${missing.join(', ')}`);
  let stopped = 0;
  for (const { life } of world.places) void life?.scanner.stop().then(() => (stopped += 1));
  if (!(await simulation.play(() => stopped === world.places.length, mostSteps))) violations.push('a scanner does not stop');
  world.checkAlarms();
  if (isBroken()) throw new Error(`${violations.slice(0, 5).join('\n')}\n${simulation.history.slice(-300).join('\n')}`);
  return world;
}

/** The first scanner dies at the point and the next one begins a while later. Returns how many points the first one reached. */
export async function playCrash(crashPoint?: CrashPoint): Promise<number> {
  const world = new World(4, 1);
  const { simulation, violations } = world;
  const [place] = world.places;
  if (place === undefined) throw new Error('no scanner');
  const clock = { tenantId: 'xingsheng', limit: { amount: 4, unit: 'hours', roll: 'none' } as const, startsAt: 0, acts: [] };
  for (const [index, handling] of (['good', 'fails late', 'ends the clock'] as const).entries()) world.open(index, { ...clock, handling });
  world.start(place, crashPoint);
  const first = place.life?.process;
  if (first === undefined) throw new Error('no scanner');
  const restart = (): void => void simulation.after(simulation.chance.upTo(hourMs), 'restart', () => world.start(place));
  if (first.isDead) restart();
  else first.onDeath(restart);
  await simulation.play(() => simulation.now > 6 * hourMs, mostSteps);
  world.isMended = true;
  await simulation.play(() => simulation.now > 12 * hourMs, mostSteps);
  world.checkAlarms();
  const missing = world.missing();
  if (missing.length > 0) violations.push(`never raised: ${missing.join(', ')}`);
  if (violations.length > 0) throw new Error(`${violations.slice(0, 5).join('\n')}\n${simulation.history.join('\n')}`);
  return first.awaits;
}

/** Makes trouble at random moments until told to stop, and then puts everything right. */
class Nemesis {
  private isOver = false;

  constructor(
    private readonly world: World,
    private readonly faults: Faults,
    private readonly offices: readonly SimulatedProcess[],
  ) {}

  begin(): void {
    if (this.faults.network) {
      Object.assign(this.world.tables.database.faults, { lostRequest: 0.02, lostAnswer: 0.03 });
      this.world.simulation.slowness = { share: 0.05, mostMs: 60_000 };
    }
    this.arm();
  }

  end(): void {
    const { simulation, tables, places } = this.world;
    this.isOver = true;
    Object.assign(tables.database.faults, { lostRequest: 0, lostAnswer: 0 });
    simulation.slowness = { share: 0, mostMs: 0 };
    tables.database.start();
    for (const office of this.offices) office.thaw();
    for (const place of places) {
      this.world.jump(place, 0);
      place.life?.process.thaw();
      if (place.life !== undefined) delete place.life.process.crashPoint;
      else this.world.start(place);
    }
  }

  private arm(): void {
    const { simulation } = this.world;
    simulation.after(simulation.chance.upTo(hourMs / 2), 'nemesis', () => {
      if (this.isOver) return;
      this.strike();
      this.arm();
    });
  }

  private strike(): void {
    const { chance } = this.world.simulation;
    const { places, tables } = this.world;
    const tricks: (() => void)[] = [];
    if (this.faults.crashes) tricks.push(() => this.crash(chance.pick(places)), () => this.crashWhileScanning(), () => chance.pick(this.offices).crash());
    if (this.faults.freezes) tricks.push(() => this.freeze(chance.pick(places).life?.process), () => this.freeze(chance.pick(this.offices)));
    if (this.faults.restarts) tricks.push(() => this.restart(chance.pick(places)));
    if (this.faults.databaseStops) {
      tricks.push(() => {
        tables.database.stop();
        this.later(hourMs / 4, () => tables.database.start());
      });
    }
    // A clock that is ahead raises early by all others' clocks: what we promise is by the scanner's own.
    if (this.faults.clockJumps) tricks.push(() => this.world.jump(chance.pick(places), chance.pick([-2 * hourMs, -60_000, 60_000, 2 * hourMs])));
    if (tricks.length > 0) chance.pick(tricks)();
  }

  private crash(place: Place): void {
    if (place.life === undefined) return;
    place.life.process.crash();
    place.life = undefined;
    // Planned while there was trouble, come true after it.
    if (this.isOver) return this.world.start(place);
    this.later(hourMs / 2, () => this.world.start(place), () => place.life === undefined);
  }

  /** Most of the time a scanner rests: this one dies within its next scan or the one after. */
  private crashWhileScanning(): void {
    const { chance } = this.world.simulation;
    const place = chance.pick(this.world.places);
    const process = place.life?.process;
    if (process === undefined || process.crashPoint !== undefined) return;
    process.crashPoint = { await: process.awaits + 1 + chance.below(25), when: chance.pick(['before', 'after']) };
    process.onDeath(() => {
      if (place.life?.process === process) this.crash(place);
    });
  }

  private freeze(victim: SimulatedProcess | undefined): void {
    if (victim === undefined || victim.isDead) return;
    victim.freeze();
    this.later(2 * hourMs, () => victim.thaw());
  }

  private restart(place: Place): void {
    const { life } = place;
    if (life === undefined) return;
    place.life = undefined;
    void life.scanner.stop();
    this.later(hourMs / 2, () => {
      life.process.crash();
      this.world.start(place);
    }, () => place.life === undefined);
  }

  private later(mostMs: number, undo: () => void, isNeeded = () => true): void {
    const { simulation } = this.world;
    simulation.after(simulation.chance.upTo(mostMs), 'nemesis relents', () => {
      if (!this.isOver && isNeeded()) undo();
    });
  }
}
