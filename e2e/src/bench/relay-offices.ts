import { organization } from '@linli/contracts';
import { newId, openDatabase, type Database } from '@linli/db';
import { enqueueAll, type OutgoingEvent } from '@linli/messaging';
import { createLogger } from '@linli/telemetry';
import { Client } from 'pg';
import type { OwnPlatform } from '../own-platform';
import { databaseOf } from './office-data';

/** Offices of their own, so that no other benchmark finds their units. */
const tenants = ['relay-east', 'relay-south', 'relay-west', 'relay-north'] as const;
const unitsPerOffice = 5_000;
const rowsAtOnce = 1_000;
const type = 'linli.organization.v1.UnitRestated';

interface Unit {
  readonly tenantId: string;
  readonly id: string;
  version: number;
}

/** Units of several offices whose changes are told as `organization` tells them: one event in the outbox for each version. */
export interface RelayOffices {
  readonly count: number;
  readonly units: number;
  /** Changes the next unit in a transaction of its own. `at` (of `performance.now`) is just before its commit. */
  restateOne(): Promise<{ readonly unit: string; readonly version: number; readonly at: number }>;
  /** So many changes in few transactions. */
  restate(changes: number): Promise<void>;
  /** What `requests` has applied so far, by unit. */
  versionsInRequests(units: readonly string[]): Promise<Map<string, number>>;
  /** Units whose last version was not applied, and marks too many or too few. */
  countWrong(): Promise<number>;
  close(): Promise<void>;
}

/** Removes what an earlier run left. */
export async function openRelayOffices(platform: OwnPlatform): Promise<RelayOffices> {
  const log = createLogger('bench', { level: 'silent' });
  const sender: Database = openDatabase({ url: platform.databaseUrl('organization', 'app'), name: 'bench', log });
  const reader = await openReader(platform);
  const units = Array.from({ length: tenants.length * unitsPerOffice }, (_, index): Unit => ({ tenantId: tenants[index % tenants.length] ?? '', id: newId(), version: 0 }));
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  let next = 0;
  let changes = 0;

  function change(unit: Unit): OutgoingEvent {
    unit.version += 1;
    changes += 1;
    const path = `/${unit.tenantId}/${unit.id}/`;
    const payload = organization.UnitRestated.fromPartial({ unitId: unit.id, kind: organization.UnitKind.UNIT_KIND_GRID, parentId: unit.tenantId, path, code: `W-${unit.id.slice(-6)}`, validFrom: '2026-01-01' });
    return { type, aggregateId: unit.id, version: unit.version, payload };
  }

  function nextUnit(): Unit {
    const unit = units[next % units.length];
    next += 1;
    if (unit === undefined) throw new Error('there are no units');
    return unit;
  }

  return {
    count: tenants.length,
    units: units.length,
    async restateOne() {
      const unit = nextUnit();
      const event = change(unit);
      const at = await sender.withTenant(unit, async (tx) => {
        await enqueueAll(tx, [event]);
        return performance.now();
      });
      return { unit: unit.id, version: event.version, at };
    },
    async restate(count) {
      const events = Array.from({ length: count }, () => {
        const unit = nextUnit();
        return { unit, event: change(unit) };
      });
      await Promise.all(
        tenants.map(async (tenantId) => {
          const own = events.filter(({ unit }) => unit.tenantId === tenantId).map(({ event }) => event);
          for (let from = 0; from < own.length; from += rowsAtOnce) await sender.withTenant({ tenantId }, (tx) => enqueueAll(tx, own.slice(from, from + rowsAtOnce)));
        }),
      );
    },
    async versionsInRequests(ids) {
      if (ids.length === 0) return new Map();
      const { rows } = await reader.query<{ id: string; version: string }>({
        name: 'versions',
        text: 'select id, version from directory_units where (tenant_id, id) in (select * from unnest($1::text[], $2::uuid[]))',
        values: [ids.map((id) => byId.get(id)?.tenantId), ids],
      });
      return new Map(rows.map(({ id, version }) => [id, Number(version)]));
    },
    async countWrong() {
      const { rows } = await reader.query<{ id: string; version: string }>('select id, version from directory_units where tenant_id = any($1)', [tenants]);
      const marks = await reader.query<{ count: string }>('select count(*) from processed_event where tenant_id = any($1)', [tenants]);
      const applied = new Map(rows.map(({ id, version }) => [id, Number(version)]));
      const behind = units.filter(({ id, version }) => (applied.get(id) ?? 0) !== version).length;
      return behind + Math.abs(Number(marks.rows[0]?.count) - changes);
    },
    async close() {
      await reader.end();
      await sender.close();
    },
  };
}

async function openReader(platform: OwnPlatform): Promise<Client> {
  await forget(await openAsAdmin(platform, 'residents'), 'units').then((client) => client.end());
  return forget(await openAsAdmin(platform, 'requests'), 'directory_units');
}

async function openAsAdmin(platform: OwnPlatform, service: string): Promise<Client> {
  const client = new Client({ connectionString: databaseOf(platform.adminUrl, `linli_${service}`) });
  await client.connect();
  return client;
}

async function forget(client: Client, units: string): Promise<Client> {
  for (const table of [units, 'processed_event']) {
    await client.query(`delete from ${table} where tenant_id = any($1)`, [tenants]);
    await client.query(`vacuum (analyze) ${table}`);
  }
  return client;
}
