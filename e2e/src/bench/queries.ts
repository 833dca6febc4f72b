import { Client } from 'pg';
import type { Stage } from './bench';
import { createTimes, type Times } from './histogram';
import { openLoop } from './load';
import type { Answered } from './people';
import type { Figure } from './report';
import { sentDuring, type Sent, type Wanted } from './server-log';

/** A question that somebody of the office asks the gateway, in as many forms as it is asked there. */
export interface Query {
  /** Short: three figures carry it. */
  readonly name: string;
  /** `turn` counts up: which unit, number or person is asked for. */
  readonly ask: (turn: number) => Promise<Answered>;
  /** How much came back. Nothing at all is an error: an empty list is fast and says nothing. */
  readonly found: (body: Answered['body']) => number;
  /** The statement that finds the rows, for the reference. */
  readonly sql: Wanted;
}

export interface Measured {
  readonly times: Times;
  readonly figures: readonly Figure[];
  readonly errors: readonly string[];
}

const aim = 50;
const mostRate = 20;
/** Of what one caller alone would be served in a row: beyond it a queue is measured, not a query. */
const bearable = 0.4;
const warmUps = 10;
/** Forms of a question whose statements are taken as the reference. */
const forms = 3;
const referenceRounds = 60;

/** Asks at an even pace whether or not the answers have come, then sends what the service sent over `pg`, as its app role. */
export async function measureQuery(stage: Stage, tenant: string, query: Query): Promise<Measured> {
  stage.say(query.name);
  const errors: string[] = [];
  async function ask(turn: number): Promise<void> {
    const { status, body } = await query.ask(turn);
    if (status !== 200) errors.push(`${query.name}: ${status} ${String(body['code'])}`);
    else if (query.found(body) === 0) errors.push(`${query.name}: nothing was found`);
  }
  const warm = createTimes();
  for (let turn = 0; turn < warmUps; turn += 1) await timed(warm, performance.now(), () => ask(turn));
  const rate = Math.min(mostRate, (bearable * 1_000) / warm.at(50));
  const times = createTimes();
  let turn = warmUps;
  await openLoop({ rate: () => rate, seconds: stage.seconds }, (due) => timed(times, due, () => ask((turn += 1))));
  const alone = await measureAlone(stage, tenant, query);
  const figures: Figure[] = [
    { name: `${query.name}, p95`, value: times.at(95), unit: 'ms', atMost: aim },
    { name: `${query.name}, p50`, value: times.at(50), unit: 'ms' },
    { name: `${query.name}: SQL alone, p50`, value: alone.at(50), unit: 'ms' },
    { name: `${query.name}: ratio of p50`, value: times.at(50) / alone.at(50), unit: '' },
  ];
  return { times, figures, errors };
}

async function timed(times: Times, from: number, work: () => Promise<void>): Promise<void> {
  await work();
  times.record(performance.now() - from);
}

/** The statement alone: one connection, one transaction each, the tenant set as the service sets it. */
async function measureAlone({ platform, data }: Stage, tenant: string, { ask, sql }: Query): Promise<Times> {
  const sent: Sent[] = [];
  for (let turn = 0; turn < forms; turn += 1) sent.push(...(await sentDuring(platform, data, { wanted: sql, work: () => ask(turn) })));
  const client = new Client({ connectionString: platform.databaseUrl(sql.service, 'app') });
  await client.connect();
  const times = createTimes();
  try {
    for (let round = -sent.length; round < referenceRounds; round += 1) {
      const { text, values } = sent[(round + sent.length) % sent.length] ?? { text: '', values: [] };
      await client.query('begin');
      await client.query(`select set_config('app.tenant_id', $1, true)`, [tenant]);
      const began = performance.now();
      await client.query(text, [...values]);
      if (round >= 0) times.record(performance.now() - began);
      await client.query('commit');
    }
  } finally {
    await client.end();
  }
  return times;
}

/** The token of a list's page `page`, by following the tokens in long strides. @throws Error when the list ends before. */
export async function tokenOfPage(get: (query: string) => Promise<Answered>, page: number, pageSize: number): Promise<string> {
  let token = '';
  const stride = 200;
  for (let rows = (page - 1) * pageSize; rows > 0; rows -= stride) {
    const { body } = await get(`pageSize=${Math.min(rows, stride)}&pageToken=${token}`);
    token = typeof body['nextPageToken'] === 'string' ? body['nextPageToken'] : '';
    if (token === '') throw new Error(`the list has no page ${page}: it ends ${rows} rows before`);
  }
  return token;
}

/** How many rows a list's answer holds. */
export function rowsIn(member: string): (body: Answered['body']) => number {
  return (body) => (Array.isArray(body[member]) ? body[member].length : 0);
}
