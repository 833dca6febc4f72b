import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { freePort } from '../free-port';
import type { Bench, Stage } from './bench';
import { databaseOf, tenant } from './office-data';

const due = 100_000;

/** A hundred thousand clocks of open cases due at once, for two scanners: the platform's own and that of a second requests process. */
export const clocks: Bench = {
  name: 'clocks',
  cases: due,
  ownData: true,
  seconds: 1,
  async run({ platform, say }: Stage) {
    const client = new Client({ connectionString: databaseOf(platform.adminUrl, 'linli_requests') });
    await client.connect();
    const second = await startSecond(platform.processes.find(({ name }) => name === 'requests')?.pid ?? 0);
    try {
      await layOut(client);
      say(`${due} clocks are laid out, a second process of requests runs`);
      // Joined its group by now, so that what it does besides is done.
      await pause(3_000);
      const began = await makeDue(client);
      while ((await countDue(client)) > 0) await pause(100);
      const took = Date.now() - began.getTime();
      const seen = await readAlarms(client, began);
      const bare = await bareUpdate(client);
      const rate = (1_000 * due) / took;
      return {
        conditions: { 'due at once': due, scanners: 2 },
        figures: [
          { name: 'alarms a second', value: rate, unit: '/s', atLeast: 2_000 },
          { name: 'a bare update … returning of the same rows', value: bare, unit: 'rows/s' },
          { name: 'ratio to the bare update', value: rate / bare, unit: '' },
          { name: 'clocks alarmed not exactly once', value: seen.wrong, unit: '', atMost: 0 },
          { name: 'the oldest hundredth, alarmed within', value: (100 * seen.oldestMs) / took, unit: '% of the time', atMost: 10 },
          { name: 'alarmed by the second process, of all', value: (100 * (await raisedBy(second))) / due, unit: '%' },
        ],
        notes: ['an alarm is the clock’s row, the case’s with its 13 indexes, an entry of the timeline, an event and an audit record, in one transaction with at most 99 others'],
      };
    } finally {
      second.child.kill('SIGTERM');
      await client.end();
    }
  },
};

interface Second {
  readonly child: ChildProcess;
  readonly sidePort: number;
}

/** The same program with the same environment, on ports of its own (Linux: /proc). */
async function startSecond(pid: number): Promise<Second> {
  const [command = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter((text) => text !== '');
  const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter((text) => text.includes('='));
  const env = Object.fromEntries(variables.map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]));
  const sidePort = await freePort();
  return { child: spawn(command, args, { env: { ...env, GRPC_PORT: '0', SIDE_PORT: String(sidePort) }, stdio: 'ignore' }), sidePort };
}

async function raisedBy({ sidePort }: Second): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${sidePort}/metrics`)).text();
  return Number(/^linli_clock_alarms_total\{[^}]*level="due"[^}]*\} (\d+)/m.exec(text)?.[1] ?? 0);
}

/** Every case is in hand and has one clock, whose time is over: by a minute and, from case to case, a millisecond less. Nothing looks yet. */
async function layOut(client: Client): Promise<void> {
  await client.query('set session_replication_role = replica; set synchronous_commit = off');
  await client.query('delete from clocks where tenant_id = $1', [tenant]);
  await client.query(`delete from case_entries where tenant_id = $1 and code = 'overdue'`, [tenant]);
  await client.query(
    `update cases set state = 'processing', waits_for = 'owner', accepted_at = created_at, due_at = created_at, next_due_at = created_at, closed_at = null,
            agent_id = coalesce(agent_id, resident_id), owner_id = coalesce(owner_id, agent_id, resident_id), pause_cause = null,
            handler_unit_id = coalesce(handler_unit_id, unit_id), handler_unit_path = coalesce(handler_unit_path, unit_path), version = version + 100
      where tenant_id = $1`,
    [tenant],
  );
  await client.query(
    `insert into clocks (tenant_id, id, kind, subject_type, subject_id, citation, state, amount, unit, roll, started_at, due_at, provisional, alarms, version)
     select tenant_id, gen_random_uuid(), 'requests.handle', 'requests.case', id, '承诺时限', 'running', 1, 'hours', 'none', now() - interval '1 day',
            date_trunc('second', now()) - interval '1 minute' - interval '1 millisecond' * (row_number() over (order by hashtext(id::text))), false, '{due}', 1
       from cases where tenant_id = $1`,
    [tenant],
  );
  await client.query('vacuum (analyze) cases, clocks, case_entries');
}

/** In one transaction, so at one moment. */
async function makeDue(client: Client): Promise<Date> {
  await client.query('update clocks set next_alarm_at = due_at where tenant_id = $1', [tenant]);
  return new Date();
}

async function countDue(client: Client): Promise<number> {
  const { rows } = await client.query<{ left: number }>('select count(*)::int as left from (select from clocks where tenant_id = $1 and next_alarm_at is not null limit 1) due', [tenant]);
  return rows[0]?.left ?? 0;
}

async function readAlarms(client: Client, began: Date): Promise<{ wrong: number; oldestMs: number }> {
  const { rows } = await client.query<{ wrong: number; oldest: Date }>(
    `with told as (select case_id, count(*) as times, max(at) as at from case_entries where tenant_id = $1 and code = 'overdue' group by case_id),
          ranked as (select told.times, told.at, row_number() over (order by clocks.due_at) as place
                       from clocks left join told on told.case_id::text = clocks.subject_id where clocks.tenant_id = $1)
     select count(*) filter (where times is distinct from 1)::int as wrong, max(at) filter (where place <= $2) as oldest from ranked`,
    [tenant, due / 100],
  );
  return { wrong: rows[0]?.wrong ?? due, oldestMs: (rows[0]?.oldest.getTime() ?? 0) - began.getTime() };
}

async function bareUpdate(client: Client): Promise<number> {
  await client.query('update clocks set last_alarm = null where tenant_id = $1', [tenant]);
  await client.query('vacuum clocks');
  const began = performance.now();
  const { rowCount } = await client.query(`update clocks set last_alarm = 'due', version = version + 1 where tenant_id = $1 returning id`, [tenant]);
  return (rowCount ?? 0) / ((performance.now() - began) / 1_000);
}
