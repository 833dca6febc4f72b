import type { Random } from './random';

/** One thing that the nemesis does. Times in milliseconds. */
export interface Step {
  readonly fault: Fault;
  /** How long it lasts before it is undone. */
  readonly ms: number;
  /** Calm before it. */
  readonly after: number;
  /** The part or link it strikes, where there is a choice. */
  readonly target: string;
}

const processFaults = ['kill', 'kill relay between ack and delete', 'kill consumer between effect and commit'] as const;
const recordFaults = ['freeze', 'rebalance storm', 'duplicates', 'garbage in a busy key', 'refusal in a busy key', 'clock jump'] as const;
const serverFaults = ['PostgreSQL immediate stop', 'Kafka kill', 'Kafka long stop', 'disk full', 'slow link', 'reset link', 'silent link', 'lost link'] as const;
export const faultKinds = [...processFaults, ...recordFaults, ...serverFaults] as const;
export type Fault = (typeof faultKinds)[number];

/** The lanes run side by side: processes die while owners sleep, records come twice, servers and connections fail. */
export interface FaultPlan {
  readonly processes: readonly Step[];
  readonly records: readonly Step[];
  readonly servers: readonly Step[];
}

const databaseLinks = ['organization-database', 'residents-database', 'requests-database', 'gateway-database'] as const;
const serviceLinks = ['organization', 'residents', 'requests'] as const;

/**
 * What will be done, from the seed alone. Every kind comes once in each round, in another order; rounds follow until
 * `ms` is filled, and the first is whole and dense however short the run.
 */
export function planFaults(random: Random, ms: number, options: { readonly smallDisk: boolean }): FaultPlan {
  return {
    processes: fill(random.fork(), ms, processRound),
    records: fill(random.fork(), ms, recordRound),
    servers: fill(random.fork(), ms, (choices, isFirst) => serverRound(choices, { isFirst, smallDisk: options.smallDisk })),
  };
}

function processRound(random: Random): Step[] {
  const step = (fault: (typeof processFaults)[number], target: string, ms: number): Step => ({ fault, target, ms, after: random.between(500, 3_000) });
  const kills = ['organization', 'residents', 'requests', 'requests-b', 'gateway', 'ledger'].map((target) => step('kill', target, random.between(200, 1_500)));
  return random.shuffle([
    ...kills,
    step('kill relay between ack and delete', 'requests', 500),
    step('kill consumer between effect and commit', 'ledger', 500),
  ]);
}

function recordRound(random: Random): Step[] {
  const step = (fault: (typeof recordFaults)[number], target: string, ms: number): Step => ({ fault, target, ms, after: random.between(300, 1_000) });
  return random.shuffle([
    step('freeze', 'requests', 20_000),
    step('rebalance storm', 'ledger-b', 8_000),
    step('duplicates', 'case', 0),
    step('duplicates', 'staff', 0),
    step('garbage in a busy key', 'case', 0),
    step('refusal in a busy key', 'case', 10_000),
    step('clock jump', 'all', random.between(-2, 36) * 3_600_000),
  ]);
}

function serverRound(random: Random, { isFirst, smallDisk }: { isFirst: boolean; smallDisk: boolean }): Step[] {
  const step = (fault: (typeof serverFaults)[number], target: string, ms: number): Step => ({ fault, target, ms, after: random.between(500, 1_500) });
  const [slow, reset, silent] = random.shuffle(['broker', random.pick(databaseLinks), random.pick(serviceLinks)]);
  return random.shuffle([
    step('PostgreSQL immediate stop', 'postgres', random.between(500, 2_000)),
    step('Kafka kill', 'kafka', random.between(200, 1_000)),
    // The producer gives up on a batch well within this; the short run must still end.
    step('Kafka long stop', 'kafka', isFirst ? 12_000 : 45_000),
    ...(smallDisk ? [step('disk full', 'postgres', 4_000)] : []),
    step('slow link', slow ?? 'broker', 3_000),
    step('reset link', reset ?? 'broker', 1_000),
    step('silent link', silent ?? 'broker', isFirst ? 3_000 : 15_000),
    step('lost link', random.pick(['broker', ...databaseLinks, ...serviceLinks]), isFirst ? 2_000 : 10_000),
  ]);
}

function fill(random: Random, ms: number, round: (random: Random, isFirst: boolean) => Step[]): Step[] {
  const steps = round(random, true);
  for (let length = lengthOf(steps); length < ms; ) {
    // From the second round on there is time between faults to come back in, so that a long run does not only starve.
    const more = round(random, false).map((step) => ({ ...step, after: step.after + random.between(5_000, 15_000) }));
    steps.push(...more);
    length += lengthOf(more);
  }
  return steps;
}

function lengthOf(steps: readonly Step[]): number {
  // A clock jump lasts no time; recovery takes about two seconds a fault.
  return steps.reduce((sum, { fault, ms, after }) => sum + after + 2_000 + (fault === 'clock jump' ? 0 : ms), 0);
}
