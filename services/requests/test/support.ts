import type { Caller, Grant } from '@linli/auth';
import { requests, residents, thread, work } from '@linli/contracts';
import { newId } from '@linli/db';
import { internal, notFound } from '@linli/errors';
import { createGrpcClients, createGrpcServer, type GrpcClient } from '@linli/grpc';
import { createMetrics } from '@linli/telemetry';
import { createTestDatabase, fixedClock, silentLogger, testCaller, testKeys, type TestClock, type TestDatabase } from '@linli/testing';
import knexFactory, { type Knex } from 'knex';
import { saveCoordinator, saveStaff, saveUnits } from '../src/directory/store';
import type { Deps } from '../src/deps';
import { createApp, migrations, readServiceConfig, type RequestsApp } from '../src/index';

export const tenantId = 'xingsheng';

/** The office's tree: a sub-district with two communities, a grid in the first, and two departments. */
export const unit = {
  root: '01900000-0000-7000-8000-00000000a000',
  community: '01900000-0000-7000-8000-00000000a100',
  grid: '01900000-0000-7000-8000-00000000a110',
  otherCommunity: '01900000-0000-7000-8000-00000000a200',
  civilAffairs: '01900000-0000-7000-8000-00000000ad01',
  housing: '01900000-0000-7000-8000-00000000ad02',
} as const;

export const path = {
  root: `/${unit.root}/`,
  community: `/${unit.root}/${unit.community}/`,
  grid: `/${unit.root}/${unit.community}/${unit.grid}/`,
  otherCommunity: `/${unit.root}/${unit.otherCommunity}/`,
  civilAffairs: `/${unit.root}/${unit.civilAffairs}/`,
  housing: `/${unit.root}/${unit.housing}/`,
} as const;

const person = (n: number): string => `01900000-0000-7000-8000-0000000000${String(n).padStart(2, '0')}`;

export const staffId = { agent: person(11), partner: person(12), clerk: person(13), handler: person(14), coordinator: person(15), director: person(16), otherAgent: person(17), farClerk: person(18) } as const;
export const residentId = { wang: person(51), li: person(52) } as const;

const seeCases = ['requests.item.read', 'requests.case.read', 'thread.read', 'work.queue.read', 'requests.mandate.read'];
const clerkMay = [...seeCases, 'requests.case.submit', 'requests.case.accept', 'requests.case.request_material', 'requests.case.supply_material', 'requests.case.decline', 'requests.mandate.sign'];
const agentMay = [...seeCases, 'requests.case.submit', 'requests.case.supply_material', 'requests.case.process', 'requests.case.deliver', 'requests.mandate.sign'];
const handlerMay = [...seeCases, 'requests.case.process', 'requests.case.pause', 'requests.case.decide'];
const coordinatorMay = [...seeCases, 'requests.case.request_material', 'requests.case.call_back', 'requests.case.reassign', 'requests.case.extend', 'requests.mandate.revoke'];
const directorMay = [...new Set([...clerkMay, ...agentMay, ...coordinatorMay, 'requests.case.pause'])];
export const residentMay = [
  ...seeCases,
  'requests.case.submit',
  'requests.case.supply_material',
  'requests.case.withdraw',
  'requests.case.rate',
  'requests.case.reopen',
  'requests.mandate.sign',
  'requests.mandate.revoke',
];

export function staff(subject: string, permissions: readonly string[], unitPath: string): Caller {
  return testCaller({ tenantId, subject, grants: [{ permissions, scope: 'subtree', unitPath }] });
}

export function resident(subject: string, tenant: string = tenantId): Caller {
  const grant: Grant = { permissions: residentMay, scope: 'self', unitPath: '' };
  return testCaller({ tenantId: tenant, subject, kind: 'resident', grants: [grant] });
}

export const callers = {
  agent: staff(staffId.agent, agentMay, path.grid),
  partner: staff(staffId.partner, agentMay, path.grid),
  clerk: staff(staffId.clerk, clerkMay, path.community),
  handler: staff(staffId.handler, handlerMay, path.civilAffairs),
  coordinator: staff(staffId.coordinator, coordinatorMay, path.community),
  director: testCaller({ tenantId, subject: staffId.director, grants: [{ permissions: directorMay, scope: 'tenant', unitPath: '' }] }),
  otherAgent: staff(staffId.otherAgent, agentMay, path.grid),
  /** A clerk of the other community. */
  farClerk: staff(staffId.farClerk, clerkMay, path.otherCommunity),
  /** May do everything, at the whole office, of every kind of work: what still refuses is a rule. */
  all: testCaller({ tenantId, subject: person(19), grants: [{ permissions: [...new Set([...directorMay, ...handlerMay, ...residentMay])], scope: 'tenant', unitPath: '' }] }),
  wang: resident(residentId.wang),
  li: resident(residentId.li),
  machine: testCaller({ tenantId, subject: person(20), kind: 'client', grants: [{ permissions: ['requests.item.read', 'requests.case.read'], scope: 'tenant', unitPath: '' }] }),
  admin: testCaller({ tenantId, subject: person(21), permissions: ['requests.item.read', 'requests.item.write'] }),
} as const;

export interface Office {
  readonly app: RequestsApp;
  readonly database: TestDatabase;
  /** Superuser: sees all tenants and the outbox. */
  readonly knex: Knex;
  readonly clock: TestClock;
  readonly cases: GrpcClient<typeof requests.CaseServiceDefinition>;
  readonly items: GrpcClient<typeof requests.ItemServiceDefinition>;
  readonly mandates: GrpcClient<typeof requests.MandateServiceDefinition>;
  readonly work: GrpcClient<typeof work.WorkQueueServiceDefinition>;
  readonly thread: GrpcClient<typeof thread.ThreadServiceDefinition>;
  stop(): Promise<void>;
}

const nobodyListens = ['127.0.0.1:1'];
export const opening = '2026-11-24T09:00:00+08:00';

/** The service on free ports with its own database; without brokers the outbox keeps its rows. Directory and catalogue are filled. */
export async function startOffice(options: { brokers?: readonly string[]; overrides?: Partial<Deps>; opening?: string } = {}): Promise<Office> {
  const database = await createTestDatabase({ name: 'requests', migrations });
  const keys = testKeys();
  const clock = fixedClock(options.opening ?? opening);
  const peer = await startResidents(keys);
  const config = readServiceConfig({
    ...keys.environment('requests'),
    DATABASE_URL: database.appUrl,
    DATABASE_RELAY_URL: database.relayUrl,
    KAFKA_BROKERS: (options.brokers ?? nobodyListens).join(','),
    PAGE_TOKEN_KEY: 'a key that is long enough for tests',
    RESIDENTS_ADDRESS: peer.address,
  });
  const app = await createApp(config, { now: clock.now, log: silentLogger(), ...options.overrides });
  await app.start();
  const clients = createGrpcClients({ internal: keys.internal('gateway') });
  const own = { address: `127.0.0.1:${app.ports.grpc}`, audience: 'requests' };
  const knex = knexFactory({ client: 'pg', connection: database.adminUrl, pool: { min: 0, max: 2 } });
  const office: Office = {
    app,
    database,
    knex,
    clock,
    cases: clients.connect(requests.CaseServiceDefinition, own),
    items: clients.connect(requests.ItemServiceDefinition, own),
    mandates: clients.connect(requests.MandateServiceDefinition, own),
    work: clients.connect(work.WorkQueueServiceDefinition, own),
    thread: clients.connect(thread.ThreadServiceDefinition, own),
    async stop() {
      clients.close();
      await app.stop();
      await peer.stop();
      await knex.destroy();
      await database.drop();
    },
  };
  await fillDirectory(app.deps);
  await office.items.importItems({ items: catalogue }, { caller: callers.admin });
  return office;
}

/** A peer that knows every person of the fixture; Wang lives in the grid, Li in the other community. */
async function startResidents(keys: ReturnType<typeof testKeys>): Promise<{ address: string; stop(): Promise<void> }> {
  const log = silentLogger();
  const server = createGrpcServer({ service: 'residents', internal: keys.internal('residents'), log, metrics: createMetrics('residents') });
  const notStoodIn = (): never => {
    throw internal('NOT_STOOD_IN', 'requests calls nothing but CheckPerson');
  };
  server.add(residents.PersonServiceDefinition, {
    registerPerson: notStoodIn,
    updatePerson: notStoodIn,
    getPerson: notStoodIn,
    batchGetPersons: notStoodIn,
    findPersons: notStoodIn,
    revealPerson: notStoodIn,
    listAccesses: notStoodIn,
    resolveResident: notStoodIn,
    async checkPerson({ personId }, { caller }) {
      const known = caller.tenantId === tenantId || caller.tenantId === 'binhe-town';
      if (known && personId === residentId.wang) return { personId, unitId: unit.grid, unitPath: path.grid };
      if (known && personId === residentId.li) return { personId, unitId: unit.otherCommunity, unitPath: path.otherCommunity };
      throw notFound('PERSON_NOT_FOUND', 'there is no such person');
    },
  });
  const port = await server.start(0);
  return { address: `127.0.0.1:${port}`, stop: () => server.stop(1000) };
}

export async function fillDirectory(deps: Pick<Deps, 'db'>, tenant: string = tenantId): Promise<void> {
  await deps.db.withTenant({ tenantId: tenant }, async (tx) => {
    const kinds = { root: 'subdistrict', community: 'community', grid: 'grid', otherCommunity: 'community', civilAffairs: 'department', housing: 'department' } as const;
    const codes = { root: 'office', community: 'xinyuan', grid: 'xinyuan-1', otherCommunity: 'binhe', civilAffairs: 'civil-affairs', housing: 'housing' } as const;
    for (const name of Object.keys(unit) as (keyof typeof unit)[]) {
      await saveUnits(tx, [{ id: unit[name], path: path[name], kind: kinds[name], code: codes[name], validTo: undefined, version: 1 }]);
    }
    const posts: Record<keyof typeof staffId, string> = {
      agent: path.grid,
      partner: path.grid,
      otherAgent: path.grid,
      clerk: path.community,
      coordinator: path.community,
      handler: path.civilAffairs,
      director: path.root,
      farClerk: path.otherCommunity,
    };
    for (const name of Object.keys(staffId) as (keyof typeof staffId)[]) {
      const partnerId = name === 'agent' ? staffId.partner : name === 'partner' ? staffId.agent : undefined;
      const duty = { id: staffId[name], active: true, partnerId, absences: [], posts: [{ unitPath: posts[name], primary: true }] };
      await saveStaff(tx, duty, 1);
    }
    await saveCoordinator(tx, { grantId: newId(), staffId: staffId.coordinator, revoked: false }, 1);
  });
}

const { CaseType, LimitUnit } = requests;
const working = (amount: number): requests.Limit => ({ amount, unit: LimitUnit.LIMIT_UNIT_WORKING_DAYS });

function item(code: string, facts: Partial<requests.ServiceItem>): requests.ServiceItem {
  return {
    code,
    version: 0,
    nameZh: '高龄津贴申请',
    nameMn: '',
    caseType: CaseType.CASE_TYPE_PROMISE,
    ownerDepartmentCode: 'civil-affairs',
    legalBasis: '《老年人权益保障法》',
    materials: [
      { code: 'id-card', nameZh: '居民身份证', form: 'original', required: true },
      { code: 'photo', nameZh: '近期照片', form: 'original', required: true },
      { code: 'bank-card', nameZh: '银行卡复印件', form: 'copy', required: false },
      { code: 'register', nameZh: '户籍信息', form: 'shared_data', required: false },
    ],
    sharedDataSources: ['户籍信息'],
    feeRule: '',
    statutoryLimit: working(20),
    promisedLimit: working(10),
    needsInPerson: false,
    proxyAllowed: true,
    effectiveFrom: '2026-01-01',
    effectiveTo: '',
    ...facts,
  };
}

export const catalogue: requests.ServiceItem[] = [
  item('age-allowance', {}),
  item('certificate', { nameZh: '居住证明', caseType: CaseType.CASE_TYPE_IMMEDIATE, promisedLimit: working(1), statutoryLimit: undefined }),
  item('shop-licence', { nameZh: '开店一件事', caseType: CaseType.CASE_TYPE_JOINT, promisedLimit: working(15), statutoryLimit: working(45) }),
  item('marriage-record', { nameZh: '婚姻登记', proxyAllowed: false }),
];

/** A version's worth of what a client asks: a fresh key each time, so nothing is answered from memory. */
export function filing(facts: Partial<requests.CreateCaseRequest> = {}): requests.CreateCaseRequest {
  return {
    requestId: newId(),
    itemCode: 'age-allowance',
    residentId: residentId.wang,
    mandateId: '',
    channel: requests.Channel.CHANNEL_WINDOW,
    unitId: '',
    subject: '为父亲办理',
    submit: true,
    entrustedMaterialCodes: [],
    ...facts,
  };
}

export async function signMandate(office: Office, facts: { itemCode?: string; agentId?: string; resident?: Caller } = {}): Promise<string> {
  const caller = facts.resident ?? callers.wang;
  const { mandate } = await office.mandates.signMandate(
    {
      requestId: newId(),
      residentId: caller.subject,
      agentId: facts.agentId ?? staffId.agent,
      itemCode: facts.itemCode ?? 'age-allowance',
      consentForm: requests.ConsentForm.CONSENT_FORM_ONLINE,
      expiresAt: undefined,
    },
    { caller },
  );
  return mandate?.id ?? '';
}

export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the answer lacks what it must hold');
  return value;
}
