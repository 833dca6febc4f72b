import { setTimeout as pause } from 'node:timers/promises';
import { judge, type Verdict } from './check';
import { faultKinds, planFaults } from './faults';
import { History, readHistory, type Entry } from './history';
import { measure, type Timing } from './latency';
import { Link } from './link';
import { Nemesis } from './nemesis';
import { Observer, sparedClient } from './observer';
import { openOffices } from './office';
import { Random } from './random';
import { Stage, type Plan } from './stage';
import { Store } from './store';
import { Writers } from './writers';

export interface RunOptions {
  readonly plan: Plan;
  readonly seconds: number;
  readonly seed: number;
  readonly rate: number;
  readonly writers: number;
  readonly json: boolean;
}

export interface Report {
  readonly verdicts: readonly Verdict[];
  readonly timing: Timing;
  readonly counts: Readonly<Record<string, number>>;
  /** Everything reached its end within the limit once nobody wrote any more. */
  readonly isDrained: boolean;
  /** Parts of ours that ended though nobody killed them. */
  readonly unplannedEnds: number;
  readonly historyFile: string;
  /** Kinds of fault that did not come: the run was too short, or this machine has no file system that may be filled (root on Linux). */
  readonly leftOut: readonly string[];
}

const services = ['organization', 'residents', 'requests', 'requests-b', 'gateway', 'ledger'] as const;
const calmMs = 20_000;
const drainLimitMs = 60_000;
/** After the faults' end, at the load that goes on. */
export const drainPromiseMs = 30_000;

/** Brings the platform up behind links, loads it, disturbs it, lets it drain, and judges what was seen. */
export async function playRun(options: RunOptions): Promise<Report> {
  const { plan, seed, seconds } = options;
  const say = (line: string): void => void (options.json || process.stdout.write(`  ${new Date().toISOString().slice(11, 19)} ${line}\n`));
  say(`seed ${seed}, ${seconds} s, history in ${plan.historyFile}`);
  const random = new Random(seed);
  const faults = planFaults(random.fork(), seconds * 1_000 - calmMs, { smallDisk: plan.smallDisk !== undefined });
  const history = new History(plan.historyFile);
  const stage = new Stage();
  const links = new Map(await Promise.all(plan.links.map(async (address) => [address.name, await Link.open(address, (label) => label.startsWith(sparedClient))] as const)));

  const store = await raise(stage, plan);
  const observer = new Observer(plan.brokers, history);
  await observer.start();
  const offices = await openOffices(plan.gateway);
  const nemesis = new Nemesis({ stage, plan, links, observer, store, history, say });
  nemesis.watchOver(services);
  const writers = new Writers(offices, { history, random: random.fork(), rate: options.rate, writers: options.writers });

  const mark = (name: 'load-begin' | 'faults-end' | 'load-end' | 'drained'): void => history.write({ kind: 'phase', at: Date.now(), name });
  mark('load-begin');
  say('the load begins');
  const began = Date.now();
  writers.start();
  await nemesis.work(faults, began + seconds * 1_000 - calmMs);
  mark('faults-end');
  say('nothing is disturbed any more');
  await pause(Math.max(calmMs, began + seconds * 1_000 - Date.now()));
  await writers.stop();
  mark('load-end');
  const isDrained = await drain(store);
  mark('drained');
  nemesis.rest();
  say(isDrained ? 'everything has arrived' : 'NOT everything has arrived');
  await store.tell(history);
  await tellAudit(stage, history);
  await observer.stop();
  await history.close();
  for (const link of links.values()) void link.stop();
  const entries = await readHistory(plan.historyFile);
  return { verdicts: judge(entries), timing: measure(entries), counts: count(entries), isDrained, unplannedEnds: nemesis.unplannedEnds, historyFile: plan.historyFile, leftOut: faultKinds.filter((fault) => !nemesis.done.has(fault)) };
}

async function raise(stage: Stage, plan: Plan): Promise<Store> {
  await Promise.all([stage.start('postgres'), stage.start('kafka')]);
  await stage.operate('migrate');
  const store = await Store.open(plan.adminUrl);
  const ledgerUrls = { DATABASE_URL: store.ledgerAppUrl, DATABASE_RELAY_URL: store.ledgerRelayUrl };
  stage.remember('ledger', ledgerUrls);
  stage.remember('ledger-b', ledgerUrls);
  for (const part of ['issuer', ...services]) await stage.start(part);
  await Promise.all(Object.entries(plan.readyUrls).map(([part, url]) => untilReady(part, url)));
  await stage.operate('import', ...plan.imports);
  return store;
}

async function untilReady(part: string, url: string): Promise<void> {
  for (const until = Date.now() + 60_000; Date.now() < until; await pause(100)) {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (response !== undefined && response.status < 400) return;
  }
  throw new Error(`${part} was not ready in 60 s`);
}

async function drain(store: Store): Promise<boolean> {
  for (const until = Date.now() + drainLimitMs; Date.now() < until; await pause(200)) {
    const left = Object.values(await store.backlog());
    if (left.every((count) => count === 0)) return true;
  }
  return false;
}

async function tellAudit(stage: Stage, history: History): Promise<void> {
  await stage.operate('audit', 'verify').catch((error: unknown) => history.write({ kind: 'mismatch', what: `audit: ${error instanceof Error ? error.message : String(error)}` }));
}

function count(entries: readonly Entry[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
