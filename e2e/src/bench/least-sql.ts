import { Client, Pool, type PoolClient } from 'pg';
import { newId } from '@linli/db';
import type { OwnPlatform } from '../own-platform';
import { databaseOf, tenant } from './office-data';

/** The floor: what PostgreSQL itself needs for a case's life, over `pg`, as the app role, with row-level security on. */
export interface LeastSql {
  /** One lifecycle: three transactions, each with the row's change and its outbox row only, and one read by key. */
  live(): Promise<void>;
  close(): Promise<void>;
}

const payload = Buffer.from(JSON.stringify({ case: { id: '0191c000-0000-7000-8000-000000000000', state: 'CASE_STATE_ACCEPTED', unitId: '0191c000-0000-7000-8000-000000000000' }, filler: 'x'.repeat(500) }));

/** The outbox of the floor is a table of its own, so that the relay does not send it. */
export async function openLeastSql(platform: OwnPlatform, concurrency: number): Promise<LeastSql> {
  const owner = new Client({ connectionString: databaseOf(platform.adminUrl, 'linli_requests') });
  await owner.connect();
  await owner.query(`
    drop table if exists bench_outbox;
    create table bench_outbox (like outbox including all);
    alter table bench_outbox enable row level security;
    alter table bench_outbox force row level security;
    create policy tenant_isolation on bench_outbox to linli_requests_app using (tenant_id = current_setting('app.tenant_id', true))
      with check (tenant_id = current_setting('app.tenant_id', true));
    grant select, insert on bench_outbox to linli_requests_app;
    grant usage on all sequences in schema public to linli_requests_app`);
  const template = await owner.query<Record<string, unknown>>(`select * from cases where tenant_id = $1 and state = 'submitted' limit 1`, [tenant]);
  const pool = new Pool({ connectionString: platform.databaseUrl('requests', 'app'), max: concurrency });
  const insert = insertOf(template.rows[0] ?? {});

  async function inTenant(work: (client: PoolClient) => Promise<unknown>): Promise<void> {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query({ name: 'tenant', text: `select set_config('app.tenant_id', $1, true)`, values: [tenant] });
      await work(client);
      await client.query('commit');
    } finally {
      client.release();
    }
  }

  async function tell(client: PoolClient, id: string, version: number): Promise<void> {
    await client.query({
      name: 'tell',
      text: `insert into bench_outbox (tenant_id, event_id, lane, topic, key, aggregate_type, aggregate_id, aggregate_version, event_type, payload)
             values ($1, $2, $3, 'public.requests.case.v1', $4, 'case', $5, $6, 'linli.requests.v1.CaseAccepted', $7)`,
      values: [tenant, newId(), version, `${tenant}:${id}`, id, version, payload],
    });
  }

  return {
    async live() {
      const id = newId();
      await inTenant(async (client) => {
        await client.query({ name: 'insert', text: insert.text, values: insert.values(id) });
        await tell(client, id, 1);
      });
      await inTenant(async (client) => {
        await client.query({
          name: 'accept',
          text: `update cases set state = 'accepted', waits_for = 'owner', accepted_at = now(), due_at = now(), handler_unit_path = unit_path, version = 2 where tenant_id = $1 and id = $2 and version = 1`,
          values: [tenant, id],
        });
        await tell(client, id, 2);
      });
      await inTenant(async (client) => {
        await client.query({
          name: 'decide',
          text: `update cases set state = 'decided', result = 'granted', decided_at = now(), version = 3 where tenant_id = $1 and id = $2 and version = 2`,
          values: [tenant, id],
        });
        await tell(client, id, 3);
      });
      await inTenant((client) => client.query({ name: 'read', text: 'select * from cases where tenant_id = $1 and id = $2', values: [tenant, id] }));
    },
    async close() {
      await pool.end();
      await owner.query('drop table bench_outbox');
      // The next bench on this data looks cases up by their numbers, and these are none that an office gives.
      await owner.query(`delete from cases where tenant_id = $1 and number like 'BENCH-%'`, [tenant]);
      await owner.end();
    },
  };
}

/** A row like one that is there, with an id and a number of its own. */
function insertOf(template: Record<string, unknown>): { text: string; values: (id: string) => unknown[] } {
  const columns = Object.keys(template);
  return {
    text: `insert into cases (${columns.join(', ')}) values (${columns.map((_, index) => `$${index + 1}`).join(', ')})`,
    values: (id) => columns.map((column) => ({ id, thread_id: id, number: `BENCH-${id}`, version: 1 })[column] ?? template[column]),
  };
}
