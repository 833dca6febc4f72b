import { setTimeout as pause } from 'node:timers/promises';
import { bootstrapDatabase, migrate } from '@linli/db';
import { createLogger } from '@linli/telemetry';
import { Client } from 'pg';
import type { History } from './history';
import { ledgerGroup } from './ledger';
import { ledgerMigrations } from './ledger-tables';

/** The databases as their superuser sees them, past every link: what the run ends with is read here. */
export class Store {
  private constructor(
    private readonly adminUrl: string,
    readonly ledgerAppUrl: string,
    readonly ledgerRelayUrl: string,
  ) {}

  /** Makes the ledger's database, and keeps PostgreSQL's own log small enough for a small disk. */
  static async open(adminUrl: string): Promise<Store> {
    const password = 'chaos-only';
    const urls = await bootstrapDatabase({ adminUrl, service: 'ledger', passwords: { migrator: password, app: password, relay: password } });
    await migrate({ url: urls.migratorUrl, migrations: ledgerMigrations, log: createLogger('chaos', { level: 'silent' }) });
    const store = new Store(adminUrl, urls.appUrl, urls.relayUrl);
    await store.patiently(async (client) => {
      await client.query("alter system set max_wal_size = '128MB'");
      await client.query('select pg_reload_conf()');
    }, 'postgres');
    return store;
  }

  /** Runs `work` on one connection, again until the server lets it. */
  async patiently<T>(work: (client: Client) => Promise<T>, database = 'linli_ledger'): Promise<T> {
    for (;;) {
      const url = new URL(this.adminUrl);
      url.pathname = `/${database}`;
      const client = new Client({ connectionString: url.href, connectionTimeoutMillis: 5_000, query_timeout: 30_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return await work(client);
      } catch {
        await pause(200);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  /** True once an event of the key waits to be re-driven, false when none does within `ms`. */
  async becomesParked(key: string, ms: number): Promise<boolean> {
    for (const until = Date.now() + ms; Date.now() < until; await pause(250)) {
      const { rowCount } = await this.patiently((ledger) => ledger.query('select from parked_event where key = $1', [key]));
      if (rowCount !== 0) return true;
    }
    return false;
  }

  /** What is still on its way: staff of whom requests has yet to hear, events that no relay has sent, and changes of cases without their effect. */
  async backlog(): Promise<{ readonly unheard: number; readonly unsent: number; readonly withoutEffect: number }> {
    // First, for what is heard moves cases, and those have events.
    const unheard = (await this.compareStaff()).length;
    let unsent = 0;
    for (const service of ['organization', 'residents', 'requests']) unsent += await this.count('select count(*)::int as count from outbox', `linli_${service}`);
    const changes = await this.count('select coalesce(sum(version), 0)::int as count from cases', 'linli_requests');
    const effects = await this.count('select count(distinct event_id)::int as count from effects', 'linli_ledger');
    return { unheard, unsent, withoutEffect: changes - effects };
  }

  /** Writes into the history how everything stands. */
  async tell(history: History): Promise<void> {
    const cases = await this.rows<{ tenant_id: string; id: string; version: number; subject: string }>('select tenant_id, id, version, subject from cases', 'linli_requests');
    for (const { tenant_id: tenant, id: caseId, version, subject: mark } of cases) history.write({ kind: 'committed', tenant, caseId, version, mark });
    const effects = await this.rows<{ tenant_id: string; case_id: string; version: number; event_id: string; sequence: string; at: Date }>('select * from effects order by sequence', 'linli_ledger');
    for (const { tenant_id: tenant, case_id: caseId, version, event_id: eventId, sequence, at } of effects) {
      history.write({ kind: 'effect', at: at.getTime(), tenant, caseId, version, eventId, sequence: Number(sequence) });
    }
    const dead = await this.rows<{ headers: [string, string | null][] }>(`select headers from dead_letter where consumer = '${ledgerGroup}'`, 'linli_ledger');
    for (const { headers } of dead) {
      const id = headers.find(([name]) => name === 'ce_id')?.[1] ?? '';
      history.write({ kind: 'dead', eventId: Buffer.from(id, 'base64').toString() });
    }
    for (const what of [...(await this.compareStaff()), ...(await this.compareEntries())]) history.write({ kind: 'mismatch', what });
  }

  /** requests' picture of who works and who is away, against organization's own. */
  private async compareStaff(): Promise<string[]> {
    const query = (table: string, away: string): string => `select tenant_id || ' ' || id as id, version::int, active, exists (${away}) as away from ${table} staff order by 1`;
    // What the play begins has no end until it ends it.
    const away = 'select from absences where absences.tenant_id = staff.tenant_id and staff_id = staff.id and absent_until is null';
    const copied = `select from jsonb_array_elements(staff.absences) absence where absence->>'until' is null`;
    const own = await this.rows<{ id: string }>(query('staff', away), 'linli_organization');
    const copy = new Map((await this.rows<{ id: string }>(query('directory_staff', copied), 'linli_requests')).map((row) => [row.id, JSON.stringify(row)]));
    return own.filter((row) => copy.get(row.id) !== JSON.stringify(row)).map((row) => `staff ${JSON.stringify(row)} is ${copy.get(row.id) ?? 'missing'} in requests`);
  }

  /** Each version of a case has one entry in its story. */
  private async compareEntries(): Promise<string[]> {
    const rows = await this.rows<{ id: string; version: number; entries: number }>(
      `select cases.id, cases.version, count(entry.case_id)::int as entries from cases
         left join case_entries entry on entry.tenant_id = cases.tenant_id and entry.case_id = cases.id
        group by cases.tenant_id, cases.id having count(entry.case_id) <> cases.version`,
      'linli_requests',
    );
    return rows.map(({ id, version, entries }) => `case ${id} has version ${version} and ${entries} entries`);
  }

  private async count(sql: string, database: string): Promise<number> {
    return (await this.rows<{ count: number }>(sql, database))[0]?.count ?? 0;
  }

  private async rows<Row extends object>(sql: string, database: string): Promise<Row[]> {
    return this.patiently(async (client) => (await client.query<Row>(sql)).rows, database);
  }
}
