import type { Tx } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { createMetrics } from '@linli/telemetry';
import { seededChance, silentLogger, SimulatedProcess, simulatedSystem, Simulation, type CrashPoint } from '@linli/testing';
import { alarmSchedule } from '../../src/alarms';
import type { Limit } from '../../src/calendar';
import { scheduled } from '../../src/change-clock';
import { alarmLevels, computeDue, type Clock } from '../../src/clock';
import { loadCalendar } from '../../src/load-calendar';
import type { Alarm } from '../../src/raise-alarms';
import { createAlarmScanner, type AlarmScanner, type ScannerPorts } from '../../src/scanner';
import { ClockTables, placeOf } from './tables';

export interface PlannedClock {
  readonly tenantId: string;
  readonly limit: Limit;
  /** Hours after the beginning. */
  readonly startsAt: number;
  /** What an office does with it later on. */
  readonly acts: readonly ('pause' | 'resume' | 'extend' | 'satisfy')[];
  /** How the handling of its alarms goes. */
  readonly handling: 'good' | 'fails' | 'fails late' | 'wants the subject' | 'ends the clock';
}

export type Spoil = (ports: ScannerPorts, tables: ClockTables, process: SimulatedProcess) => ScannerPorts;

export interface Place {
  readonly name: string;
  life: { readonly process: SimulatedProcess; readonly scanner: AlarmScanner } | undefined;
  lives: number;
}

const calendar = loadCalendar();
const metrics = createMetrics('simulation');
const log = silentLogger();
const beginning = new Date('2026-03-09T15:00:00+08:00').getTime();
const hourMs = 3_600_000;

/** The real scanner on a simulated database and time, and offices that start, pause, resume, extend and end clocks. */
export class World {
  readonly simulation: Simulation;
  readonly tables: ClockTables;
  readonly places: readonly Place[];
  readonly violations: string[] = [];
  /** Handlers that failed so far succeed from now on. */
  isMended = false;
  /** By process: what its wall clock is ahead by. */
  private readonly skew = new Map<string, number>();
  private readonly handling = new Map<string, PlannedClock['handling']>();
  private readonly working = new Set<SimulatedProcess>();
  private alarms = 0;

  constructor(
    seed: number,
    scanners: number,
    private readonly spoil: Spoil = (ports) => ports,
  ) {
    this.simulation = new Simulation(seededChance(seed));
    this.tables = new ClockTables(this.simulation);
    this.places = Array.from({ length: scanners }, (_, index) => ({ name: `scanner-${index + 1}`, life: undefined, lives: 0 }));
  }

  get officesAreDone(): boolean {
    return [...this.working].every((office) => office.isDead);
  }

  start(place: Place, crashPoint?: CrashPoint): void {
    place.lives += 1;
    const process = new SimulatedProcess(this.simulation, `${place.name}.${place.lives}`, crashPoint);
    // What the scanner was told last and the time before: its clock may jump while an alarm is under way.
    let told = [0, 0];
    const now = (): Date => {
      const at = beginning + this.simulation.now + (this.skew.get(place.name) ?? 0);
      told = [at, told[0] ?? 0];
      return new Date(at);
    };
    const latest = (): Date => new Date(Math.max(...told));
    const ports = this.spoil({ store: this.tables.store, rest: (milliseconds, signal) => process.rest(milliseconds, signal) }, this.tables, process);
    const options = { database: this.tables.database.connect(process), system: simulatedSystem(process), calendar, now, log, metrics, intervalMs: hourMs / 2 };
    const scanner = createAlarmScanner({ ...options, onAlarms: (tx, alarms) => this.handleAll(tx, alarms, latest()) }, ports);
    place.life = { process, scanner };
    void scanner.start();
  }

  /** A scanner's wall clock jumps. */
  jump(place: Place, milliseconds: number): void {
    this.simulation.note(place.name, `*** its clock jumps by ${milliseconds / 1000} s`);
    this.skew.set(place.name, milliseconds);
  }

  /** One office for each clock. */
  open(index: number, planned: PlannedClock): SimulatedProcess {
    const process = new SimulatedProcess(this.simulation, `office-${index}`);
    this.working.add(process);
    void this.work(process, index, planned).finally(() => this.working.delete(process));
    return process;
  }

  private async work(process: SimulatedProcess, index: number, planned: PlannedClock): Promise<void> {
    const id = `00000000-0000-7000-8000-${String(index + 1).padStart(12, '0')}`;
    this.handling.set(id, planned.handling);
    await process.rest(planned.startsAt * hourMs);
    const database = this.tables.database.connect(process);
    await database.withTenant(planned, (tx) => this.tables.insert(tx, this.newClock(id, planned))).catch(() => undefined);
    for (const act of planned.acts) {
      await process.rest(this.simulation.chance.upTo(6 * hourMs));
      await database.withTenant(planned, (tx) => this.act(tx, id, act)).catch(() => undefined);
    }
  }

  private newClock(id: string, { tenantId, limit }: PlannedClock): Clock {
    const facts = { startedAt: this.now(), limit, pauses: [], extensions: [] };
    const common = { tenantId, id, kind: 'requests.handle', subjectType: 'case', subjectId: id, ruleSet: undefined, citation: 'x', state: 'running' as const };
    const state = { corrections: [], alarms: alarmLevels, lastAlarm: undefined, alarmFailures: 0, nextAlarmAt: undefined, endedAt: undefined, version: 1 };
    return scheduled(calendar, { ...facts, ...computeDue(calendar, facts), ...common, ...state });
  }

  /** As the use cases do: the subject first, then its clock. */
  private async act(tx: Tx, id: string, act: PlannedClock['acts'][number]): Promise<void> {
    await this.tables.database.within(tx, `lock subject of ${id.slice(-2)}`, (session) => session.lock(this.tables.subjects, id));
    const clock = await this.tables.store.lockClock(tx, { clockId: id });
    const changed = this.changed(clock, act);
    if (changed !== undefined) await this.tables.store.saveClock(tx, changed);
  }

  private changed(clock: Clock, act: PlannedClock['acts'][number]): Clock | undefined {
    const at = this.now();
    if (clock.endedAt !== undefined) return undefined;
    if (act === 'satisfy') return { ...clock, state: 'satisfied', endedAt: at, nextAlarmAt: undefined };
    if (act === 'resume' && clock.state === 'paused') {
      const facts = { ...clock, pauses: clock.pauses.map((pause) => ({ ...pause, to: pause.to ?? at })) };
      return scheduled(calendar, { ...facts, ...computeDue(calendar, facts), state: 'running' });
    }
    if (clock.state !== 'running') return undefined;
    if (act === 'pause') return scheduled(calendar, { ...clock, state: 'paused', pauses: [...clock.pauses, { from: at, to: undefined, cause: 'survey' }] });
    if (act !== 'extend' || at > clock.dueAt) return undefined;
    const facts = { ...clock, extensions: [...clock.extensions, { at, reason: 'hard', by: 'x', limit: clock.limit }] };
    return scheduled(calendar, { ...facts, ...computeDue(calendar, facts), lastAlarm: undefined });
  }

  private async handleAll(tx: Tx, alarms: readonly Alarm[], raisedAt: Date): Promise<void> {
    for (const alarm of alarms) await this.handle(tx, alarm, raisedAt);
  }

  private async handle(tx: Tx, { clock, level, at }: Alarm, raisedAt: Date): Promise<void> {
    const handling = this.handling.get(clock.id);
    const isFailing = !this.isMended && this.simulation.chance.isLucky(0.5);
    if (isFailing && handling === 'fails') throw failedPrecondition('CASE_GONE', 'the case is gone');
    if (handling === 'wants the subject') {
      await this.tables.database.within(tx, 'lock subject', (session) => session.lock(this.tables.subjects, clock.id));
    }
    if (at > raisedAt) this.violations.push(`early: ${level} of ${clock.id} by ${at.getTime() - raisedAt.getTime()} ms`);
    await this.tables.database.within(tx, `raise ${level} of ${clock.id.slice(-2)}`, (session) => {
      this.alarms += 1;
      session.put(this.tables.alarms, String(this.alarms), { clock, level, at, raisedAt, tenantId: session.tenantId });
    });
    if (isFailing && handling === 'fails late') throw failedPrecondition('CASE_GONE', 'the case is gone');
    if (handling === 'ends the clock' && level === 'due') await this.tables.store.saveClock(tx, { ...clock, state: 'cancelled', endedAt: raisedAt, nextAlarmAt: undefined });
  }

  /** Each level once, in order of time, under the clock's tenant; an extension begins anew, an ended or standing clock is silent. */
  checkAlarms(): void {
    const last = new Map<string, { level: number; at: Date }>();
    for (const { clock, level, at, tenantId } of this.tables.alarms.committed.values()) {
      const name = `${level} of ${clock.id}`;
      const round = `${clock.id} ${clock.extensions.length}`;
      const before = last.get(round);
      const gravity = alarmLevels.indexOf(level);
      if (before !== undefined && before.level === gravity) this.violations.push(`doubled: ${name}`);
      if (before !== undefined && before.level > gravity) this.violations.push(`order: ${name} after ${alarmLevels[before.level]}`);
      if (before !== undefined && before.at > at) this.violations.push(`order of time: ${name}`);
      if (tenantId !== clock.tenantId) this.violations.push(`tenants mixed: ${name}`);
      if (clock.endedAt !== undefined) this.violations.push(`after the end: ${name}`);
      last.set(round, { level: gravity, at });
    }
  }

  /** Levels that were reached a good while ago and are not raised. */
  missing(): string[] {
    const now = new Date(beginning + this.simulation.now - 2 * hourMs);
    const alarms = [...this.tables.alarms.committed.values()];
    return [...this.tables.clocks.committed.values()].flatMap((clock) => {
      if (clock.state !== 'running') return [];
      const isUntouched = clock.pauses.length === 0;
      // A pause may move an early level past: `due` and `breached` never go missing.
      const owed = alarmSchedule(calendar, clock).filter(({ level, at }) => at <= now && (isUntouched || level === 'due' || level === 'breached'));
      const raised = alarms.filter((alarm) => placeOf(alarm.clock) === placeOf(clock) && alarm.clock.extensions.length === clock.extensions.length);
      return owed.filter(({ level }) => !raised.some((alarm) => alarm.level === level)).map(({ level }) => `${level} of ${clock.id}`);
    });
  }

  private now(): Date {
    return new Date(beginning + this.simulation.now);
  }
}
