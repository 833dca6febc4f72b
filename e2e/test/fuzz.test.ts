import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import knexFactory from 'knex';
import { badBodies } from '../../services/gateway/test/support/bad-input';
import { faultsOf, mergeCounts, operationsOf } from '../src/fuzz/report';
import { installSchemathesis, runSchemathesis } from '../src/fuzz/schemathesis';
import { startPlatform, type Platform } from './platform';

const document = JSON.parse(readFileSync(path.join(__dirname, '../../services/gateway/openapi.json'), 'utf8')) as Parameters<typeof operationsOf>[0];
const operations = operationsOf(document);
const id = '01920000-0000-7000-8000-000000000001';
// What moves of itself: messages on their way, what is made of other services' messages, and seals.
const moving = /^(\w+\.(outbox|processed_event|parked_event|dead_letter|audit_heads|audit_checkpoints|directory_)|residents\.units$)/;
// One of a kind: services/gateway sends them all.
const bodies = [...new Map(badBodies.filter(({ body }) => body.length < 500).map((bad) => [bad.code, bad])).values()];

let platform: Platform;

beforeAll(async () => {
  const limits = ['ADDRESS', 'ACCOUNT', 'SENSITIVE', 'SIGN_IN'].map((name) => [`LIMIT_${name}_PER_MINUTE`, '1000000']);
  platform = await startPlatform(Object.fromEntries(limits) as Record<string, string>);
}, 120_000);
afterAll(() => platform.stop(), 60_000);

/** Rows of the office in every table of every service that has rows of offices, by `service.table`. */
async function rowCounts(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const [service, { adminUrl }] of Object.entries(platform.databases)) {
    const knex = knexFactory({ client: 'pg', connection: adminUrl });
    try {
      const tables = (await knex('information_schema.columns').where({ table_schema: 'public', column_name: 'tenant_id' }).pluck('table_name')) as string[];
      for (const table of tables.filter((name) => !moving.test(`${service}.${name}`))) {
        counts[`${service}.${table}`] = Number((await knex(table).where({ tenant_id: platform.tenantId }).count({ rows: '*' }))[0]?.['rows']);
      }
    } finally {
      await knex.destroy();
    }
  }
  return counts;
}

it('bad bodies to every route that writes leave every table of every service as it was', async () => {
  const before = await rowCounts();
  expect(before).toMatchObject({ 'organization.staff': expect.any(Number), 'requests.cases': 0, 'residents.persons': expect.any(Number), 'gateway.sessions': 0 });
  // What takes a file refuses every body of JSON for its type: services/gateway/test/sheets.test.ts.
  const writing = operations.filter((operation) => !operation.startsWith('GET ') && !operation.endsWith(':importSheet'));
  for (const subject of ['xs-staff-14', 'xs-staff-01', 'xs-staff-03', 'xs-resident-01']) {
    const authorization = `Bearer ${await platform.tokenOf(subject)}`;
    for (const operation of writing) {
      const [method = '', route = ''] = operation.split(' ');
      for (const bad of bodies) {
        const headers = { authorization, 'content-type': 'application/json', 'idempotency-key': '"k"', 'if-match': '"v1"', ...bad.headers };
        const answer = await fetch(`${platform.url}${route.replace(/\{\w+\}/g, id)}`, { method, headers, body: new Uint8Array(bad.body) });
        const { code } = (await answer.json()) as { code: string };
        // Who may not do it is refused before the body is read.
        expect([operation, bad.name, answer.status, code]).toEqual([operation, bad.name, ...(answer.status === 403 ? [403, 'PERMISSION_MISSING'] : [bad.status, bad.code])]);
      }
    }
  }
  expect(await rowCounts()).toEqual(before);
}, 300_000);

const missing = installSchemathesis();
const short = missing === undefined ? it : it.skip;

short(`every operation keeps to the document for nobody, a resident and staff${missing === undefined ? '' : ` (${missing})`}`, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'linli-fuzz-'));
  const seed = Date.now() % 1_000_000;
  try {
    const runs = [];
    // Whoever may do most is asked for most; `npm run fuzz` takes its time with everybody.
    for (const [subject, maxExamples] of [[undefined, 1], ['xs-resident-01', 1], ['xs-staff-14', 1], ['xs-staff-03', 2]] as const) {
      const token = subject === undefined ? undefined : await platform.tokenOf(subject);
      runs.push(await runSchemathesis({ url: platform.url, token, folder, seed, phases: 'fuzzing', maxExamples }));
    }
    const faults = [...runs.flatMap(({ clean, output }) => (clean ? [] : [output])), ...faultsOf(operations, mergeCounts(runs.map(({ counts }) => counts)))];
    if (faults.length > 0) throw new Error(`with seed ${seed}:\n${faults.join('\n')}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 600_000);
