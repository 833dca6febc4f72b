import { SimulatedProcess, SimulatedTable, type Session, type Simulation } from '@linli/testing';
import { laneOf } from '../../src/lane';
import type { Checker } from './checker';
import { insertEvent, type MessagingTables } from './tables';

export const counted = 'linli.test.v1.Counted';
export const topic = 'internal.test.counter.v1';

/** What is wrong with a change's event, if anything. */
export type Flaw = 'none' | 'too large' | 'bad headers' | 'refused' | 'failing' | 'flaky' | 'contended' | 'rolled back';

export interface PlannedChange {
  readonly tenantId: string;
  readonly aggregateId: string;
  readonly flaw: Flaw;
}

/** Services that change aggregates and write the events in the same transactions. */
export class Writers {
  private readonly versions = new SimulatedTable<number>('counters');
  private ids = 0;
  private readonly busy = new Set<SimulatedProcess>();

  constructor(
    private readonly simulation: Simulation,
    private readonly tables: MessagingTables,
    private readonly checker: Checker,
  ) {}

  get areDone(): boolean {
    return this.busy.size === 0;
  }

  /** One process makes these changes one after another. It tries each once: a failure or an unknown outcome is the user's to repeat. */
  start(name: string, changes: readonly PlannedChange[]): SimulatedProcess {
    const process = new SimulatedProcess(this.simulation, name);
    const done = (): void => void this.busy.delete(process);
    this.busy.add(process);
    process.onDeath(done);
    void this.makeAll(process, changes).then(done);
    return process;
  }

  private async makeAll(process: SimulatedProcess, changes: readonly PlannedChange[]): Promise<void> {
    for (const change of changes) {
      await process.rest(this.simulation.chance.upTo(600));
      await this.make(process, change).catch(() => undefined);
    }
  }

  private async make(process: SimulatedProcess, change: PlannedChange): Promise<void> {
    const { database } = this.tables;
    const key = `${change.tenantId}:${change.aggregateId}`;
    await database.connect(process).withTenant(change, async (tx) => {
      await database.within(tx, `lock ${key}`, (session) => session.lock(this.versions, key));
      await database.within(tx, `change ${key}`, (session) => this.write(session, change, key));
      // Other work of the transaction: the row is there but not committed yet.
      if (this.simulation.chance.isLucky(0.2)) await process.rest(this.simulation.chance.upTo(800));
      if (change.flaw === 'rolled back') throw new Error('the use case failed');
    });
  }

  private write(session: Session, { tenantId, aggregateId, flaw }: PlannedChange, key: string): void {
    const { tables, checker } = this;
    const version = (session.get(this.versions, key) ?? 0) + 1;
    session.put(this.versions, key, version);
    this.ids += 1;
    const eventId = `00000000-0000-7000-8000-${String(this.ids).padStart(12, '0')}`;
    const payload = Buffer.from(JSON.stringify({ note: flaw }));
    insertEvent(session, tables, {
      ...{ id: this.ids, lane: laneOf(key), topic, key, eventId, tenantId, aggregateId, version, type: counted, payload },
      payloadBytes: flaw === 'too large' ? 950_000 : payload.length,
      headers: flaw === 'bad headers' ? { ce_bad: { nested: true } } : {},
      traceparent: null,
      createdAt: new Date(0),
    });
    session.put(checker.changes, eventId, { tenantId, key, version });
  }
}
