import { readFileSync } from 'node:fs';
import path from 'node:path';
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { eventually } from '@linli/testing';
import knexFactory from 'knex';
import { Somebody, type Json, type Reply } from './api';
import { startPlatform, type Platform } from './platform';

const phone = '13900001234';
const identityNumber = '159900194303030038';
const secretWords = ['斯日古楞', phone, identityNumber, '腿脚不便需要上门'];

let platform: Platform;
let clerk: Somebody;
let agent: Somebody;
let handler: Somebody;
let coordinator: Somebody;
let resident: Somebody;
let stranger: Somebody;
const spans = new InMemorySpanExporter();

beforeAll(async () => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter: spans })] }));
  platform = await startPlatform();
  clerk = await Somebody.of(platform, 'xs-staff-14');
  agent = await Somebody.of(platform, 'xs-staff-16');
  handler = await Somebody.of(platform, 'xs-staff-08');
  coordinator = await Somebody.of(platform, 'xs-staff-20');
  resident = await Somebody.of(platform, 'xs-resident-01');
  stranger = await Somebody.of(platform, 'bh-staff-01', platform.otherTenantId);
}, 120_000);

afterAll(async () => {
  await platform.stop();
  trace.disable();
  context.disable();
}, 60_000);

function ok(reply: Reply, status = 200): Json {
  expect({ status: reply.status, body: reply.status === status ? undefined : reply.body }).toEqual({ status, body: undefined });
  return reply.body;
}

async function walk(by: Somebody, seen: Json, step: { word: string; body?: Json }): Promise<Json> {
  return ok(await by.change(`/v1/cases/${String(seen['id'])}:${step.word}`, seen['version'], step.body));
}

async function openCase(itemCode: string, extra: Json = {}): Promise<Json> {
  const wish = { itemCode, residentId: resident.id, channel: 'online', subject: '腿脚不便需要上门', submit: true, ...extra };
  return ok(await resident.create('/v1/cases', wish), 201);
}

function outbox(service: 'organization' | 'residents' | 'requests'): Promise<string> {
  const knex = knexFactory({ client: 'pg', connection: platform.databases[service].adminUrl, pool: { min: 0, max: 1 } });
  return eventually(async () => {
    const { rows } = await knex.raw<{ rows: { left: number }[] }>('select count(*)::int as left from outbox');
    expect(rows[0]?.left).toBe(0);
    return service;
  }, { timeoutMs: 20_000 }).finally(() => knex.destroy());
}

describe('one errand from the door to the archive', () => {
  it('is taken in, accepted, run by an agent, decided, delivered, called back and closed, and its numbers agree', async () => {
    const wish = { residentId: resident.id, agentId: agent.id, itemCode: 'elder-allowance', consentForm: 'online' };
    // The agent became known to requests by an event of the import, which may still be on its way.
    const mandate = await eventually(async () => ok(await resident.create('/v1/mandates', wish, 'the-mandate'), 201));
    let seen = ok(
      await agent.create('/v1/cases', { itemCode: 'elder-allowance', residentId: resident.id, mandateId: mandate['id'], channel: 'home_visit', subject: '腿脚不便需要上门', submit: true }),
      201,
    );
    seen = await walk(clerk, seen, { word: 'accept' });
    expect(seen).toMatchObject({ state: 'accepted', proxied: true, ownerId: agent.id });
    expect(String(seen['number'])).toMatch(/-\d{8}-\d{5}$/);
    const work = ok(await agent.get('/v1/work'))['items'] as Json[];
    expect(work.map((item) => item['subjectId'])).toContain(seen['id']);
    seen = await walk(agent, seen, { word: 'startProcessing' });
    seen = await walk(agent, seen, { word: 'requestDecision' });
    seen = await walk(handler, seen, { word: 'decide', body: { result: 'granted', explanation: '同意' } });
    seen = await walk(agent, seen, { word: 'deliver', body: { method: 'home', signedReceipt: true } });
    seen = await walk(coordinator, seen, { word: 'callBack', body: { reached: true, rating: 5, solved: true } });
    expect(seen['state']).toBe('closed');
    const entries = ok(await clerk.get(`/v1/threads/${String(seen['threadId'])}/entries`))['entries'] as Json[];
    expect(entries.map((entry) => entry['subjectVersion'])).toEqual(entries.map((_entry, index) => index + 1));
    expect(entries).toHaveLength(Number(seen['version']));
  });

  it('shows each person only what is theirs', async () => {
    const seen = await openCase('elder-card');
    const path = `/v1/cases/${String(seen['id'])}`;
    expect((await stranger.get(path)).status).toBe(404);
    expect((await (await Somebody.of(platform, 'xs-resident-02')).get(path)).status).toBe(404);
    // A clerk of another community.
    expect((await (await Somebody.of(platform, 'xs-staff-21')).get(path)).status).toBe(404);
    const story = `/v1/threads/${String(seen['threadId'])}/entries`;
    expect((await stranger.get(story)).status).toBe(404);
    expect((await resident.get(story)).status).toBe(200);
    expect((await resident.get(path)).status).toBe(200);
    expect((await clerk.get(path)).status).toBe(200);
  });
});

describe('what is told to everybody', () => {
  interface Unit {
    readonly id: string;
    readonly code: string;
  }
  type Listed = { readonly publications: readonly { readonly id: string }[]; readonly nextPageToken: string };
  const inPublic = (query: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${platform.url}/v1/public/${platform.tenantId}/publications?${new URLSearchParams(query).toString()}`, { headers });
  let director: Somebody;
  beforeAll(async () => {
    director = await Somebody.of(platform, 'xs-staff-01');
  });
  async function publish({ id: unitId }: Unit): Promise<string> {
    const facts = { unitId, kind: 'accounts', titleZh: '三季度收支', textZh: '收入与支出明细', toDay: '2190-01-01' };
    return String(ok(await director.create('/v1/publications', facts), 201)['id']);
  }

  it('is read page by page by anybody, of one community or of all, each once, whatever comes in between', async () => {
    const { units } = ok(await director.get('/v1/units?kind=community&pageSize=2')) as { units: [Unit, Unit] };
    const [here, there] = units;
    const mine: string[] = [];
    for (let n = 0; n < 25; n += 1) mine.push(await publish(here));
    const theirs = await publish(there);
    for (const [asked, expected] of [[{ unitCode: here.code }, mine], [{}, [...mine, theirs]]] as const) {
      const seen: string[] = [];
      for (let pageToken = '', page = 1; page === 1 || pageToken !== ''; page += 1) {
        const response = await inPublic({ ...asked, pageToken });
        const { publications, nextPageToken } = (await response.json()) as Listed;
        if (nextPageToken !== '') expect(publications).toHaveLength(20);
        const again = await inPublic({ ...asked, pageToken }, { 'if-none-match': response.headers.get('etag') ?? '' });
        expect(again.status).toBe(304);
        seen.push(...publications.map(({ id }) => id));
        if (page === 1) await publish(here);
        pageToken = nextPageToken;
      }
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen).toEqual(expect.arrayContaining([...expected]));
      if ('unitCode' in asked) expect(seen).not.toContain(theirs);
    }
    const { nextPageToken } = (await (await inPublic({ unitCode: here.code })).json()) as Listed;
    for (const [asked, status, code] of [
      [{ unitCode: 'nowhere' }, 404, 'UNIT_NOT_FOUND'],
      [{ unitCode: 'no code' }, 400, 'FIELD_INVALID'],
      [{ unitCode: there.code, pageToken: nextPageToken }, 400, 'PAGE_TOKEN_INVALID'],
      [{ pageToken: 'forged.token' }, 400, 'PAGE_TOKEN_INVALID'],
    ] as const) {
      const refused = await inPublic(asked);
      expect([refused.status, ((await refused.json()) as Json)['code'], refused.headers.get('cache-control')]).toEqual([status, code, 'no-store']);
    }
  });
});

describe('an administrator', () => {
  it('takes the office out as a workbook, and brings it in again unchanged', async () => {
    const authorization = `Bearer ${await platform.tokenOf('xs-staff-03')}`;
    const exported = await fetch(`${platform.url}/v1/organization:exportSheet`, { headers: { authorization } });
    expect(exported.status).toBe(200);
    const type = exported.headers.get('content-type') ?? '';
    const workbook = await exported.arrayBuffer();
    for (const dryRun of [true, false]) {
      const response = await fetch(`${platform.url}/v1/organization:importSheet?dryRun=${dryRun}`, { method: 'POST', headers: { authorization, 'content-type': type }, body: workbook });
      const answer = (await response.json()) as Json;
      expect([response.status, answer['problems'], answer['problemCount'], answer['unitsCreated'], answer['staffCreated']]).toEqual([200, [], 0, 0, 0]);
      expect(answer['unchanged']).toBeGreaterThan(50);
    }
  });

  it('asks who held which post on a day, and is told what is no day', async () => {
    const director = await Somebody.of(platform, 'xs-staff-01');
    const dayAt = (time: number) => new Date(time).toLocaleDateString('sv', { timeZone: 'Asia/Shanghai' });
    const codes = async (asOf: string) => (ok(await director.get(`/v1/staff?pageSize=200&asOf=${asOf}`))['staff'] as Json[]).map(({ code }) => code);
    expect(await codes(dayAt(Date.now()))).toContain('xs-staff-14');
    expect(await codes(dayAt(Date.now() - 86_400_000))).toEqual([]);
    expect(await director.get('/v1/staff?asOf=2026-02-30')).toMatchObject({ status: 400, body: { code: 'FIELD_INVALID', errors: [{ pointer: '#/asOf', code: 'malformed' }] } });
  });

  it('brings units and errands in by file, sees first what would happen, and changes nothing by doing it twice', async () => {
    const admin = await Somebody.of(platform, 'xs-staff-03');
    const units = [{ code: 'xinyuan-g07', parentCode: 'xinyuan', kind: 'grid', nameZh: '新园第7网格' }];
    expect(ok(await admin.post('/v1/organization:import', { dryRun: true, units }))).toMatchObject({ unitsCreated: 1, problems: [] });
    expect(ok(await admin.post('/v1/organization:import', { units }))).toMatchObject({ unitsCreated: 1, unchanged: 0 });
    expect(ok(await admin.post('/v1/organization:import', { units }))).toMatchObject({ unitsCreated: 0, unchanged: 1 });
    const stray = [{ code: 'xinyuan-g08', parentCode: 'nowhere', kind: 'grid', nameZh: '无处网格' }];
    expect(ok(await admin.post('/v1/organization:import', { units: stray }))).toMatchObject({ unitsCreated: 0, problems: [{ sheet: 'units', row: 0, code: 'unknown' }] });
    const { items } = JSON.parse(readFileSync(path.join(__dirname, '../../infra/fixtures/catalogue.zh.json'), 'utf8')) as { items: { caseType: string; promisedLimit: { unit: string } }[] };
    const asApi = JSON.parse(JSON.stringify(items).replace(/"(?:CASE_TYPE|LIMIT_UNIT)_(\w+)"/g, (_match, word: string) => `"${word.toLowerCase()}"`)) as Json[];
    expect(ok(await admin.post('/v1/items:import', { items: asApi }))).toEqual({ created: 0, unchanged: items.length });
    const later = { ...asApi[0], nameZh: '最低生活保障申请（新）', effectiveFrom: '2027-01-01' };
    expect(ok(await admin.post('/v1/items:import', { items: [later] }))).toEqual({ created: 1, unchanged: 0 });
    expect((await clerk.post('/v1/items:import', { items: [later] })).status).toBe(403);
  });
});

describe('a day of the office’s own', () => {
  it('moves the due times that it lies in, at the service that counts them, and back', async () => {
    const director = await Somebody.of(platform, 'xs-staff-01');
    const accepted = await walk(clerk, await openCase('elder-card'), { word: 'accept' });
    const path = `/v1/cases/${String(accepted['id'])}`;
    const dueAt = async () => ok(await clerk.get(path))['dueAt'];
    const day = String(accepted['dueAt']).slice(0, 10);
    const decided = ok(await director.create('/v1/calendar-overrides', { day, kind: 'rest', nameZh: '那达慕', citation: '市政府通知' }), 201);
    await eventually(async () => expect(String(await dueAt()) > String(accepted['dueAt'])).toBe(true), { timeoutMs: 20_000 });
    const moves = async () => ok(await director.get(`/v1/moved-due-times?day=${day}`));
    const mine = ({ items }: Json) => (items as Json[]).filter(({ subjectId }) => subjectId === accepted['id']);
    const told = await moves();
    expect([mine(told), told['unreachable']]).toMatchObject([[{ kind: 'requests.handle', number: accepted['number'], before: accepted['dueAt'], after: await dueAt() }], undefined]);
    const { id, version } = decided['override'] as Json;
    ok(await director.change(`/v1/calendar-overrides/${String(id)}:remove`, version));
    await eventually(async () => expect(await dueAt()).toBe(accepted['dueAt']), { timeoutMs: 20_000 });
    expect(mine(await moves())).toMatchObject([{ after: accepted['dueAt'] }, { before: accepted['dueAt'] }]);
    expect((await clerk.get(`/v1/moved-due-times?day=${day}`)).status).toBe(403);
  }, 60_000);
});

describe('what is personal', () => {
  it('is in no event, log line, span or error text after a full journey', async () => {
    const home = ok(await clerk.get(`/v1/persons/${resident.id}`));
    const wish = { name: '斯日古楞', phone, identityNumber, unitId: home['unitId'], preferredLanguage: 'mn' };
    const person = ok(await clerk.create('/v1/persons', wish), 201);
    expect(JSON.stringify(person)).not.toMatch(/斯日古楞|13900001234|159900194303030038/);
    const found = ok(await clerk.post('/v1/persons:find', { phone }));
    expect(found['persons']).toMatchObject([{ id: person['id'] }]);
    const reveal = { fields: ['name', 'phone', 'identity_number'], purpose: 'identity_check' };
    expect(ok(await clerk.post(`/v1/persons/${String(person['id'])}:reveal`, reveal))).toMatchObject({ phone, identityNumber });
    const refusals = [
      await clerk.create('/v1/persons', wish),
      await clerk.create('/v1/persons', { ...wish, identityNumber: '159900194303030031' }),
      await clerk.create('/v1/persons', { ...wish, phone: `${phone}x` }),
      await clerk.post('/v1/persons:find', { phone, identityNumber }),
      await resident.get(`/v1/persons/${String(person['id'])}`),
      await clerk.create('/v1/cases', { itemCode: 'elder-card', residentId: resident.id, channel: 'window', subject: `身份证 ${identityNumber}`, submit: true }),
    ];
    for (const refusal of refusals) {
      expect(refusal.status).toBeGreaterThanOrEqual(400);
      expect(refusal.status).toBeLessThan(500);
      expect(refusal.type).toContain('application/problem+json');
      for (const word of secretWords) expect(JSON.stringify(refusal.body)).not.toContain(word);
    }
    await Promise.all([outbox('organization'), outbox('residents'), outbox('requests')]);
    const places = { logs: platform.logs(), spans: JSON.stringify(spans.getFinishedSpans().map(({ name, attributes, events, status }) => ({ name, attributes, events, status }))) };
    expect(places.logs.length).toBeGreaterThan(1_000);
    expect(places.spans.length).toBeGreaterThan(1_000);
    for (const word of secretWords) {
      expect(places.logs).not.toContain(word);
      expect(places.spans).not.toContain(word);
    }
  });
});

describe('one trace', () => {
  it('goes from the HTTP request through gRPC, SQL, the outbox and Kafka to the consumer’s effect', async () => {
    const staff = ok(await coordinator.get(`/v1/staff/${agent.id}`));
    spans.reset();
    const started = await coordinator.change(`/v1/staff/${agent.id}:startAbsence`, staff['version']);
    ok(started);
    const traceId = started.headers.get('x-request-id');
    const names = await eventually(() => {
      const own = spans.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
      const found = own.map((span) => span.name);
      expect(found).toEqual(
        expect.arrayContaining([
          expect.stringContaining('/v1/staff/:id'),
          'linli.organization.v1.StaffService/StartAbsence',
          'sql insert',
          'consume linli.organization.v1.AbsenceStarted',
        ]),
      );
      return found;
    });
    expect(names.length).toBeGreaterThan(5);
    const stale = await coordinator.change(`/v1/staff/${agent.id}:endAbsence`, 1);
    expect(stale.body['code']).toBe('VERSION_STALE');
    // The line of the service that refused carries the trace id that the client was told.
    const line = platform.logs().split('\n').find((text) => text.includes('call refused') && text.includes(String(stale.body['traceId'])));
    expect(line).toContain('StaffService/EndAbsence');
    ok(await coordinator.change(`/v1/staff/${agent.id}:endAbsence`, started.body['version']));
  });
});

describe('live changes', () => {
  it('reach those who may see them, and nobody else', async () => {
    const stop = new AbortController();
    const read = async (by: Somebody): Promise<string[]> => {
      const lines: string[] = [];
      const response = await by.stream(stop.signal);
      expect(response.status).toBe(200);
      const decoder = new TextDecoder();
      void (async () => {
        for await (const chunk of response.body ?? []) lines.push(decoder.decode(chunk as Uint8Array));
      })().catch(() => undefined);
      return lines;
    };
    const [mine, clerks, others] = await Promise.all([read(resident), read(clerk), read(stranger)]);
    const seen = await openCase('elder-card');
    await eventually(() => {
      expect(mine.join('')).toContain(String(seen['id']));
      expect(clerks.join('')).toContain(String(seen['id']));
    });
    expect(others.join('')).not.toContain('data: {"type"');
    stop.abort();
  });
});

describe('when a service is away', () => {
  it('what needs it says so, the rest goes on, and all is well when it is back', async () => {
    const before = await openCase('elder-card');
    const restarting = platform.restart('residents');
    const refused = await eventually(async () => {
      const reply = await resident.create('/v1/cases', { itemCode: 'elder-card', residentId: resident.id, channel: 'online', subject: '办证', submit: true });
      expect([201, 503, 504]).toContain(reply.status);
      return reply;
    });
    if (refused.status !== 201) expect(refused.type).toContain('application/problem+json');
    await restarting;
    await eventually(async () => ok(await resident.create('/v1/cases', { itemCode: 'elder-card', residentId: resident.id, channel: 'online', subject: '办证', submit: true }), 201));
    expect((await walk(clerk, before, { word: 'accept' }))['state']).toBe('accepted');
  });
});
