import { SimulatedTable } from '@linli/testing';
import type { SimulatedBroker, StoredRecord } from './broker';
import type { MessagingTables, StoredEvent } from './tables';

/** A committed change, as nobody ever deletes it. */
export interface ChangeRow {
  readonly tenantId: string;
  readonly key: string;
  readonly version: number;
}

export interface EffectRow extends ChangeRow {
  readonly eventId: string;
}

export class Violation extends Error {}

/** What must hold in every run. The checks look at the tables and the log, never at what the code under test believes. */
export class Checker {
  /** By event id, written with the change and never deleted. */
  readonly changes = new SimulatedTable<ChangeRow>('changes');
  /** In order of commit. */
  readonly effects = new SimulatedTable<EffectRow>('effects');
  /** Events that an operator gave up. */
  readonly discarded = new Set<string>();
  readonly violations: string[] = [];
  private readonly published = new Set<string>();
  private readonly newest = new Map<string, number>();

  constructor(
    private readonly tables: MessagingTables,
    private readonly broker: SimulatedBroker,
    private readonly group: string,
  ) {
    broker.onAppend = (record, partition) => this.onAppend(record, partition);
    broker.group.onCommit = (moved) => this.onOffset(moved);
    tables.onDelete = (event, isOwner) => this.onDelete(event, isOwner);
    tables.onDiscard = (eventId) => void this.discarded.add(eventId);
  }

  /** @throws Violation with all that was broken so far. */
  assertNone(): void {
    if (this.violations.length > 0) throw new Violation(this.violations.slice(0, 5).join('\n'));
  }

  /** Every committed change is in the log or still waits for it. */
  checkNothingLost(): void {
    const { outbox, poison } = this.tables;
    for (const [id, { key, version }] of this.changes.committed) {
      const waits = [outbox, poison].some((table) => [...table.committed.values()].some((event) => event.eventId === id));
      if (!waits && !this.published.has(id)) this.violations.push(`lost: ${key} ${version} is neither in the outbox nor in the log`);
    }
  }

  /** Each event has one effect at most, in the order of the key's versions, under its own tenant. */
  checkEffects(): void {
    const seen = new Set<string>();
    const last = new Map<string, number>();
    for (const { eventId, tenantId, key, version } of this.effects.committed.values()) {
      const change = this.changes.committed.get(eventId);
      if (change === undefined) this.violations.push(`phantom effect: ${key} ${version}`);
      else if (change.tenantId !== tenantId || change.key !== key) this.violations.push(`tenants mixed: ${key} ${version} for ${tenantId}`);
      if (seen.has(eventId)) this.violations.push(`doubled: the effect of ${key} ${version}`);
      seen.add(eventId);
      for (let missing = (last.get(key) ?? 0) + 1; missing < version; missing += 1) {
        if (!this.isDiscarded(key, missing)) this.violations.push(`gap: the effect of ${key} ${version} before that of ${missing}`);
      }
      if (version < (last.get(key) ?? 0)) this.violations.push(`reordered: the effect of ${key} ${version} after that of ${last.get(key)}`);
      last.set(key, Math.max(version, last.get(key) ?? 0));
      if (this.discarded.has(eventId)) this.violations.push(`raised from the dead: ${key} ${version} was given up`);
    }
  }

  /** What has no effect yet and was not given up. */
  outstanding(): ChangeRow[] {
    const done = new Set([...this.effects.committed.values()].map(({ eventId }) => eventId));
    return [...this.changes.committed].filter(([id]) => !done.has(id) && !this.discarded.has(id)).map(([, change]) => change);
  }

  private onAppend({ key, headers }: StoredRecord, partition: number): void {
    const id = headers['ce_id'] ?? '';
    if (headers['ce_source'] === 'linli/stranger') return;
    const version = Number(headers['ce_aggregateversion']);
    const change = this.changes.committed.get(id);
    if (change === undefined) this.violations.push(`phantom: ${key} ${version} in the log without a committed change`);
    else if (change.key !== key || change.version !== version || change.tenantId !== headers['ce_tenantid']) this.violations.push(`mixed up: ${key} ${version}`);
    if (this.published.has(id)) return;
    this.published.add(id);
    const before = this.newest.get(key) ?? 0;
    if (version !== before + 1) this.violations.push(`order: ${key} ${version} in partition ${partition} after ${before}`);
    this.newest.set(key, Math.max(before, version));
  }

  private onDelete({ eventId, key, version }: StoredEvent, isOwner: boolean): void {
    if (!this.published.has(eventId)) this.violations.push(`deleted before the acknowledgement: ${key} ${version}`);
    if (!isOwner) this.violations.push(`deleted by a relay that no longer owns the lane: ${key} ${version}`);
  }

  private onOffset({ partition, before, offset, isOwner }: { partition: number; before: number; offset: number; isOwner: boolean }): void {
    if (!isOwner) this.violations.push(`offset of partition ${partition} moved by a member that no longer owns it`);
    if (offset < before) this.violations.push(`offset of partition ${partition} moved back from ${before} to ${offset}`);
    for (let place = before; place < offset; place += 1) {
      const record = this.broker.log[partition]?.[place];
      if (record !== undefined && !this.isSettled(record, partition, place)) {
        this.violations.push(`offset moved past ${record.key} ${record.headers['ce_aggregateversion']} before it was settled`);
      }
    }
  }

  private isSettled({ headers }: StoredRecord, partition: number, offset: number): boolean {
    const { processed, parked, dead } = this.tables;
    const tenantId = headers['ce_tenantid'] ?? '';
    const place = `${this.group} ${this.broker.topic} ${partition} ${offset}`;
    // A parked record may have been re-driven by now: then it is marked.
    return (
      processed.committed.has(`${tenantId} ${this.group} ${headers['ce_id']}`) || parked.committed.has(`${tenantId} ${place}`) || dead.committed.has(place)
    );
  }

  private isDiscarded(key: string, version: number): boolean {
    return [...this.changes.committed].some(([id, change]) => change.key === key && change.version === version && this.discarded.has(id));
  }
}
