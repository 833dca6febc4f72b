import { METHODS } from '@linli/contracts';
import type { Caller } from '@linli/auth';
import { testCaller } from '@linli/testing';
import { callers, startOffice, type Office } from './support';

/** Who, of those in `support.ts`, holds the permission of each method; one that is missing here fails the test. */
const allowed: Record<string, readonly string[]> = {
  'requests/ItemService/ImportItems': ['admin'],
  'requests/ItemService/GetItem': ['agent', 'clerk', 'handler', 'coordinator', 'director', 'wang', 'machine', 'admin'],
  'requests/ItemService/ListItems': ['agent', 'clerk', 'handler', 'coordinator', 'director', 'wang', 'machine', 'admin'],
  'requests/MandateService/SignMandate': ['agent', 'clerk', 'director', 'wang'],
  'requests/MandateService/RevokeMandate': ['coordinator', 'director', 'wang'],
  'requests/MandateService/GetMandate': ['agent', 'clerk', 'handler', 'coordinator', 'director', 'wang'],
  'requests/MandateService/ListMandates': ['agent', 'clerk', 'handler', 'coordinator', 'director', 'wang'],
  'requests/CaseService/CreateCase': ['agent', 'clerk', 'director', 'wang'],
  'requests/CaseService/UpdateDraft': ['agent', 'clerk', 'director', 'wang'],
  'requests/CaseService/SubmitCase': ['agent', 'clerk', 'director', 'wang'],
  'requests/CaseService/RequestMaterial': ['clerk', 'coordinator', 'director'],
  'requests/CaseService/SupplyMaterial': ['agent', 'clerk', 'director', 'wang'],
  'requests/CaseService/AcceptCase': ['clerk', 'director'],
  'requests/CaseService/DeclineCase': ['clerk', 'director'],
  'requests/CaseService/StartProcessing': ['agent', 'handler', 'director'],
  'requests/CaseService/PauseCase': ['handler', 'director'],
  'requests/CaseService/ResumeCase': ['handler', 'director'],
  'requests/CaseService/ExtendCase': ['coordinator', 'director'],
  'requests/CaseService/AddTask': ['agent', 'handler', 'director'],
  'requests/CaseService/CompleteTask': ['agent', 'handler', 'director'],
  'requests/CaseService/RequestDecision': ['agent', 'handler', 'director'],
  'requests/CaseService/DecideCase': ['handler'],
  'requests/CaseService/DeliverCase': ['agent', 'director'],
  'requests/CaseService/ReceivePaper': ['agent', 'handler', 'director'],
  'requests/CaseService/ReturnPaper': ['agent', 'handler', 'director'],
  'requests/CaseService/RecordCallback': ['coordinator', 'director'],
  'requests/CaseService/RateCase': ['wang'],
  'requests/CaseService/ReopenCase': ['wang'],
  'requests/CaseService/WithdrawCase': ['wang'],
  'requests/CaseService/ReassignCase': ['coordinator', 'director'],
  'requests/CaseService/GetCase': ['agent', 'clerk', 'handler', 'coordinator', 'director', 'wang', 'machine'],
  'requests/CaseService/ListCases': ['agent', 'clerk', 'handler', 'coordinator', 'director', 'wang', 'machine'],
  'requests/CaseService/CountCases': ['agent', 'clerk', 'handler', 'coordinator', 'director', 'wang', 'machine'],
  'work/WorkQueueService/ListWork': ['agent', 'clerk', 'handler', 'coordinator', 'director', 'wang'],
  'work/WorkQueueService/CountWork': ['agent', 'clerk', 'handler', 'coordinator', 'director', 'wang'],
  // The calendar is decided on by roles that none of these has.
  'work/WorkQueueService/ListMovedDueTimes': [],
  'thread/ThreadService/ListEntries': ['agent', 'clerk', 'handler', 'coordinator', 'director', 'wang'],
};

const form = /^\/linli\.(requests|work|thread)\.v1\.(\w+)\/(\w+)$/;
const methods = Object.keys(METHODS).flatMap((path) => {
  const [, domain, service, name] = form.exec(path) ?? [];
  return domain === undefined ? [] : [`${domain}/${String(service)}/${String(name)}`];
});
const { agent, clerk, handler, coordinator, director, wang, machine, admin } = callers;
const everybody: Record<string, Caller> = { agent, clerk, handler, coordinator, director, wang, machine, admin, nobody: testCaller({ grants: [] }) };

let office: Office;

beforeAll(async () => {
  office = await startOffice();
});

afterAll(() => office.stop());

type Call = (request: object, options: { caller: Caller }) => Promise<unknown>;

function callOf(method: string): Call {
  const [, service = '', name = ''] = method.split('/');
  const clients = { ItemService: office.items, MandateService: office.mandates, CaseService: office.cases, WorkQueueService: office.work, ThreadService: office.thread };
  const client = new Map<string, object>(Object.entries(clients)).get(service) ?? {};
  const call: unknown = new Map<string, unknown>(Object.entries(client)).get(name.charAt(0).toLowerCase() + name.slice(1));
  if (typeof call !== 'function') throw new Error(`there is no ${method}`);
  return call as Call;
}

it('lists every method', () => {
  expect(Object.keys(allowed).sort()).toEqual([...methods].sort());
});

describe.each(methods)('%s', (method) => {
  it.each(Object.entries(everybody))('for %s', async (who, caller) => {
    // An empty request: whoever may call gets an answer or is told what is wrong with it.
    const refused = await callOf(method)({}, { caller }).then(
      () => undefined,
      (error: { reason?: string }) => error.reason,
    );
    expect([who, refused === 'PERMISSION_MISSING']).toEqual([who, allowed[method]?.includes(who) !== true]);
    expect(refused).not.toBe('INTERNAL');
  });
});
