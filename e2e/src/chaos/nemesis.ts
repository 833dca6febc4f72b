import { randomUUID } from 'node:crypto';
import { rmSync, statfsSync, writeFileSync, openSync, writeSync, closeSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { newId, openDatabase } from '@linli/db';
import { redriveParked } from '@linli/messaging';
import { readClock, setClock } from '@linli/runtime';
import { createLogger } from '@linli/telemetry';
import type { Fault, FaultPlan, Step } from './faults';
import type { History } from './history';
import { caseTopic, ledgerGroup, ledgerHandlers } from './ledger';
import type { Link, Trap } from './link';
import { staffTopic, type Observer } from './observer';
import type { Plan, Stage } from './stage';
import type { Store } from './store';

export interface World {
  readonly stage: Stage;
  readonly plan: Plan;
  readonly links: ReadonlyMap<string, Link>;
  readonly observer: Observer;
  readonly store: Store;
  readonly history: History;
  readonly say: (line: string) => void;
}

const trapMs = 10_000;
const missed = 'found nothing to strike';

/** Does what the plan says and undoes it again. */
export class Nemesis {
  /** Parts that are down on purpose: nobody else starts them. */
  private readonly down = new Set<string>();
  /** Asleep on purpose: they are not killed, or nobody would see them wake. */
  private readonly asleep = new Set<string>();
  /** The kinds of fault that were there. */
  readonly done = new Set<Fault>();
  /** A part of ours that ended although nobody killed it. */
  unplannedEnds = 0;
  private watch: NodeJS.Timeout | undefined;
  private isResting = false;

  constructor(private readonly world: World) {}

  /** Starts what ended by itself, as a cluster would. */
  watchOver(parts: readonly string[]): void {
    this.watch = setInterval(() => {
      for (const part of parts.filter((one) => !this.down.has(one) && !this.world.stage.isAlive(one))) {
        this.unplannedEnds += 1;
        this.world.say(`${part} ended by itself and is started again`);
        void this.restart(part);
      }
    }, 500);
  }

  rest(): void {
    this.isResting = true;
    clearInterval(this.watch);
  }

  /** All lanes, side by side, until `until` (milliseconds since 1970); the step under way is finished. */
  async work(plan: FaultPlan, until: number): Promise<void> {
    await Promise.all([plan.processes, plan.records, plan.servers].map((lane) => this.walk(lane, until)));
  }

  private async walk(steps: readonly Step[], until: number): Promise<void> {
    const queue = [...steps];
    for (let step = queue.shift(); step !== undefined; step = queue.shift()) {
      await pause(step.after);
      if (Date.now() > until) return;
      // What would last into the calm comes only if it has not been there yet.
      if (this.done.has(step.fault) && step.fault !== 'clock jump' && Date.now() + step.ms > until) continue;
      const { history, say } = this.world;
      history.write({ kind: 'fault', at: Date.now(), name: `${step.fault} (${step.target})`, phase: 'begin', note: '' });
      const note = await this.strike(step);
      // A trap that nobody stepped into is set again a little later.
      if (note === missed) queue.splice(2, 0, step);
      else this.done.add(step.fault);
      say(`${step.fault}, ${step.target}${note === '' ? '' : `: ${note}`}`);
      history.write({ kind: 'fault', at: Date.now(), name: `${step.fault} (${step.target})`, phase: 'end', note });
    }
  }

  /** Returns what is worth telling about how it went. */
  private async strike({ fault, target, ms }: Step): Promise<string> {
    switch (fault) {
      case 'kill':
        return this.kill(target, ms);
      case 'kill relay between ack and delete':
        return this.killAtRelay(ms);
      case 'kill consumer between effect and commit':
        return this.killAtCommit(target, ms);
      case 'freeze':
        return this.freeze(target, ms);
      case 'rebalance storm':
        return this.storm(target, ms);
      case 'duplicates':
        return this.sendAgain(target === 'staff' ? staffTopic : caseTopic);
      case 'garbage in a busy key':
        return this.sendGarbage();
      case 'refusal in a busy key':
        return this.refuse(ms);
      case 'clock jump':
        setClock(this.world.plan.clock, readClock(this.world.plan.clock) + ms);
        return `${Math.round(ms / 3_600_000)} h`;
      case 'PostgreSQL immediate stop':
        return this.kill('postgres', ms, 'SIGQUIT');
      case 'Kafka kill':
        return this.kill('kafka', ms);
      case 'Kafka long stop':
        return this.kill('kafka', ms, 'SIGTERM');
      case 'disk full':
        return this.fillDisk(ms);
      case 'slow link':
      case 'reset link':
      case 'silent link':
      case 'lost link':
        return this.disturb(fault, target, ms);
    }
  }

  private async kill(target: string, ms: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<string> {
    while (this.asleep.has(target)) await pause(100);
    this.down.add(target);
    this.world.stage.signal(target, signal);
    while (this.world.stage.isAlive(target)) await pause(20);
    await pause(ms);
    await this.restart(target);
    return '';
  }

  private async restart(target: string): Promise<void> {
    this.down.add(target);
    try {
      await this.world.stage.start(target);
    } finally {
      this.down.delete(target);
    }
  }

  /** The broker has the batch; the deletion never reaches the database. Whichever replica speaks first dies. */
  private async killAtRelay(ms: number): Promise<string> {
    const victims = ['requests', 'requests-b'].filter((one) => !this.asleep.has(one));
    // A prepared statement's text travels once, so its values tell: nothing else that is said has three lists of numbers.
    const deletes: Trap = (bytes) => (bytes.toString('latin1').match(/\{"\d+"[,}]/g) ?? []).length >= 3;
    const struck = await Promise.all(victims.map((victim) => this.spring(victim, deletes, ms)));
    return struck.includes(true) ? '' : missed;
  }

  private async killAtCommit(victim: string, ms: number): Promise<string> {
    const commits: Trap = (bytes, { memory }) => {
      // The mark that goes with the effect names the consumer, however the statement itself travels.
      if (bytes.includes(ledgerGroup)) memory.add('effect');
      const isCommit = /commit/i.test(bytes.toString('latin1'));
      if (isCommit && memory.delete('effect')) return true;
      return false;
    };
    return (await this.spring(victim, commits, ms)) ? '' : missed;
  }

  private async spring(victim: string, trap: Trap, ms: number): Promise<boolean> {
    const { stage } = this.world;
    const act = (): void => {
      this.down.add(victim);
      stage.signal(victim, 'SIGKILL');
    };
    const isStruck = await this.link(`${victim}-database`).spring(trap, act, trapMs);
    if (!isStruck) return false;
    while (stage.isAlive(victim)) await pause(20);
    await pause(ms);
    await this.restart(victim);
    return true;
  }

  /** Longer than any lease: when it wakes, another owns its lanes and its partitions, and it does not know. */
  private async freeze(target: string, ms: number): Promise<string> {
    while (!this.world.stage.isAlive(target)) await pause(100);
    this.asleep.add(target);
    this.world.stage.signal(target, 'SIGSTOP');
    await pause(ms);
    this.world.stage.signal(target, 'SIGCONT');
    // Time to find out what it has lost.
    await pause(1_000);
    this.asleep.delete(target);
    return '';
  }

  /** A second member of the group that comes and goes, asked or killed, so that partitions move under work. */
  private async storm(member: string, ms: number): Promise<string> {
    const { stage } = this.world;
    let moves = 0;
    for (const until = Date.now() + ms; Date.now() < until; moves += 1) {
      await stage.start(member);
      await pause(1_500);
      stage.signal(member, moves % 2 === 0 ? 'SIGTERM' : 'SIGKILL');
      while (stage.isAlive(member)) await pause(20);
    }
    return `a member came and went ${moves} times`;
  }

  /** Sends records again as they were: same key, value and headers. */
  private async sendAgain(topic: string): Promise<string> {
    const again = this.world.observer.recent.filter((one) => one.topic === topic).slice(0, 30);
    await this.produce(topic, again.map(({ message }) => message).filter(({ value }) => value !== null));
    for (const { message } of again) this.world.history.write({ kind: 'injected', at: Date.now(), what: 'duplicate', eventId: message.headers?.['ce_id']?.toString() ?? '' });
    return `${again.length} records`;
  }

  /** A record that no event of ours can be, between two that are. */
  private async sendGarbage(): Promise<string> {
    const [busy] = this.world.observer.recent.filter((one) => one.topic === caseTopic);
    if (busy === undefined) return missed;
    const eventId = newId();
    await this.produce(caseTopic, [{ ...busy.message, headers: { ...busy.message.headers, ce_id: Buffer.from(eventId) }, value: Buffer.from([0xff, 0x00, 0x7b]) }]);
    this.world.history.write({ kind: 'injected', at: Date.now(), what: 'garbage', eventId });
    return '';
  }

  private async produce(topic: string, messages: readonly { key: Buffer | null; value: Buffer | null; headers?: object }[]): Promise<void> {
    const producer = this.world.observer.producer();
    await producer.connect();
    try {
      await producer.send({ topic, messages: messages.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })) });
    } finally {
      await producer.disconnect();
    }
  }

  /** A case whose events fail, as by a bug: it is parked, the others go on; then the bug is mended and the operator re-drives it. */
  private async refuse(ms: number): Promise<string> {
    const { store, observer } = this.world;
    // One that has most of its way before it.
    const [busy] = observer.recent.filter(({ message }) => message.headers?.['ce_type']?.toString().endsWith('.CaseSubmitted') === true);
    const key = busy?.message.key?.toString() ?? '';
    const [tenantId = '', caseId = ''] = key.split(':');
    if (caseId === '') return missed;
    await store.patiently((ledger) => ledger.query('insert into refusals (tenant_id, case_id) values ($1, $2) on conflict do nothing', [tenantId, caseId]));
    const isParked = await store.becomesParked(key, ms);
    await store.patiently((ledger) => ledger.query('delete from refusals'));
    const applied = isParked ? await this.redrive(tenantId, key) : 0;
    void this.keepDriven(tenantId, key);
    return isParked ? `${applied} events applied by the re-drive` : missed;
  }

  /** An attempt that began before the bug was mended parks the key after the operator looked, so the operator looks again. */
  private async keepDriven(tenantId: string, key: string): Promise<void> {
    while (!this.isResting) {
      if (await this.world.store.becomesParked(key, 1_000)) await this.redrive(tenantId, key);
    }
  }

  private async redrive(tenantId: string, key: string): Promise<number> {
    const database = openDatabase({ url: this.world.store.ledgerAppUrl, name: 'chaos-redrive', log: createLogger('chaos', { level: 'silent' }), poolSize: 1 });
    try {
      for (;;) {
        try {
          const { applied } = await redriveParked(database, { consumer: ledgerGroup, tenantId, topic: caseTopic, key }, { handlers: ledgerHandlers() });
          return applied;
        } catch {
          await pause(200); // the database may be down at the same time
        }
      }
    } finally {
      await database.close();
    }
  }

  private async fillDisk(ms: number): Promise<string> {
    const { smallDisk } = this.world.plan;
    if (smallDisk === undefined) return 'left out: no file system that may be filled';
    const filler = path.join(smallDisk, `filler-${randomUUID()}`);
    fillUp(filler, smallDisk);
    await pause(ms);
    rmSync(filler, { force: true });
    // PostgreSQL gives up where its log cannot grow.
    if (!this.world.stage.isAlive('postgres')) {
      await this.restart('postgres');
      return 'PostgreSQL had stopped';
    }
    return '';
  }

  private async disturb(fault: 'slow link' | 'reset link' | 'silent link' | 'lost link', target: string, ms: number): Promise<string> {
    const link = this.link(target);
    if (fault === 'slow link') link.slow(200);
    else if (fault === 'reset link') link.reset();
    else link.silent();
    await pause(ms);
    link.heal({ lost: fault === 'lost link' });
    return '';
  }

  private link(name: string): Link {
    const link = this.world.links.get(name);
    if (link === undefined) throw new Error(`there is no link ${name}`);
    return link;
  }
}

function fillUp(file: string, disk: string): void {
  writeFileSync(file, '');
  const handle = openSync(file, 'a');
  const block = Buffer.alloc(1 << 20);
  try {
    for (;;) {
      const { bavail, bsize } = statfsSync(disk);
      const left = bavail * bsize;
      writeSync(handle, left > block.length ? block : block.subarray(0, Math.max(1, left)));
    }
  } catch {
    // ENOSPC is what was wanted.
  } finally {
    closeSync(handle);
  }
}
