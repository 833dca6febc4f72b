import { aborted, failedPrecondition } from '@linli/errors';
import { grant, startGateway, type Person, type TestGateway } from './support/gateway';
import { ids } from './support/samples';

const clerkRights = ['requests.case.submit', 'requests.case.read', 'requests.case.accept', 'organization.staff.read', 'organization.unit.read', 'residents.person.read'];

describe('cases over HTTP', () => {
  let gateway: TestGateway;
  let clerk: Person;
  const draft = { itemCode: 'elderly-card', residentId: ids.resident, channel: 'window', subject: '办理老年证', submit: true };

  beforeAll(async () => {
    gateway = await startGateway();
    clerk = gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: 'clerk' }, { grants: [grant(clerkRights)] });
  });
  beforeEach(() => gateway.peers.reset());
  afterAll(() => gateway.stop());

  it('show the names beside the ids, asked for once, and not again at once', async () => {
    const got = await gateway.call(clerk, 'GET /v1/cases?pageSize=20');
    expect(got).toMatchObject({
      status: 200,
      body: {
        nextPageToken: '',
        cases: [{ agentName: '赵代办', backupName: '钱搭档', unitName: '新园第一网格', handlerUnitName: '民政科', residentName: '王*明', nextActions: ['requestMaterial', 'accept'] }],
      },
    });
    await gateway.call(clerk, `GET /v1/cases/${ids.case}`);
    const joins = gateway.peers.calls.filter((call) => call.method.includes('batchGet'));
    expect(new Set(joins.map((call) => call.caller.subject))).toEqual(new Set(['id-of-clerk']));
    expect(joins.map((call) => call.method).sort()).toEqual(['PersonService/batchGetPersons', 'StaffService/batchGetStaff', 'UnitService/batchGetUnits']);
  });

  it('are created for the caller, once per key', async () => {
    const got = await gateway.call(clerk, 'POST /v1/cases', { body: draft, headers: { 'idempotency-key': '"k-1"' } });
    expect(got).toMatchObject({ status: 201, body: { id: ids.case, state: 'submitted', channel: 'window', submittedAt: '2026-11-24T01:30:00.000Z' } });
    expect(got.headers.get('etag')).toBe('"v3"');
    expect(got.headers.get('location')).toBe(`/v1/cases/${ids.case}`);
    const made = gateway.peers.calls.find((call) => call.method === 'CaseService/createCase');
    expect(made).toMatchObject({
      request: { requestId: 'k-1', channel: 'CHANNEL_WINDOW', subject: '办理老年证', submit: true, mandateId: '' },
      caller: { tenantId: 'xingsheng', kind: 'staff', subject: 'id-of-clerk', language: 'zh-CN' },
    });
  });

  it('change at the version that was seen', async () => {
    const accept = `POST /v1/cases/${ids.case}:accept`;
    expect(await gateway.call(clerk, accept)).toMatchObject({ status: 428, body: { code: 'IF_MATCH_REQUIRED' } });
    for (const tag of ['v3', 'W/"v3"', '"3"', '*', '"v0"', '"v3", "v4"']) {
      expect(await gateway.call(clerk, accept, { headers: { 'if-match': tag } })).toMatchObject({ status: 400, body: { code: 'IF_MATCH_INVALID' } });
    }
    expect(await gateway.call(clerk, accept, { headers: { 'if-match': '"v3"' } })).toMatchObject({ status: 200, body: { id: ids.case } });
    expect(gateway.peers.calls.find((call) => call.method === 'CaseService/acceptCase')?.request).toMatchObject({ caseId: ids.case, version: 3 });
    gateway.peers.on('CaseService/acceptCase', () => Promise.reject(aborted('VERSION_STALE', 'changed', { details: { current: '4' } })));
    expect(await gateway.call(clerk, accept, { headers: { 'if-match': '"v3"' } })).toMatchObject({ status: 412, body: { code: 'VERSION_STALE' } });
  });

  it('say in words why not, in Chinese or English', async () => {
    const refusal = failedPrecondition('CASE_STATE_FORBIDS', 'no', { details: { state: 'draft', action: 'accept' } });
    gateway.peers.on('CaseService/acceptCase', () => Promise.reject(refusal));
    const accept = `POST /v1/cases/${ids.case}:accept`;
    const zh = await gateway.call(clerk, accept, { headers: { 'if-match': '"v3"' } });
    expect(zh).toMatchObject({ status: 409, body: { code: 'CASE_STATE_FORBIDS', title: '现在不能办理', detail: '办件目前“草稿”，不能“受理”。' } });
    const english = await gateway.call(clerk, accept, { headers: { 'if-match': '"v3"', 'accept-language': 'en' } });
    expect(english.body).toMatchObject({ detail: 'The case is "draft", which does not allow "accept".' });
    expect(gateway.peers.calls.at(-1)?.caller.language).toBe('en');
  });
});
