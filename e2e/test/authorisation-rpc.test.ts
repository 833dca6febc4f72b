import { createInternalTokens, systemCaller, type Caller, type InternalTokens } from '@linli/auth';
import { Secret } from '@linli/config';
import { METHODS, organization, requests } from '@linli/contracts';
import { isAppError } from '@linli/errors';
import { createGrpcClients, type GrpcClients } from '@linli/grpc';
import { makeKeyPair, testKeys } from '@linli/testing';
import fc from 'fast-check';
import { lists, readAll, readPage, type List } from './authorisation/lists';
import { ownerships, people, type Ownership } from './authorisation/people';
import { connectAll, type Rpc } from './authorisation/rpc-clients';
import { rpcRequests } from './authorisation/rpc-requests';
import { inTurns, linesOf, readTable } from './authorisation/table';
import { makeTargets, type Targets } from './authorisation/targets';
import { startPlatform, type Platform } from './platform';

const table = readTable('rpc.txt');
/** What our own processes may do of each other, and no more. */
const systemPermissions: Readonly<Record<string, readonly string[]>> = {
  gateway: ['organization.caller.resolve', 'organization.public.read', 'residents.person.resolve'],
  requests: ['residents.person.check'],
  operator: ['organization.tenant.create', 'organization.tenant.restate', 'organization.tenant.suspend'],
};

let platform: Platform;
let targets: Targets;
const callers = new Map<string, Caller>();
const grpcs: GrpcClients[] = [];
const rpcs = new Map<string, ReadonlyMap<string, Rpc>>();

beforeAll(async () => {
  platform = await startPlatform();
  targets = await makeTargets(platform);
  for (const [role, subject] of Object.entries(people)) callers.set(role, await callerOf(subject));
  callers.set('nobody', { ...(callers.get('agent') as Caller), grants: [] });
  for (const [name, permissions] of Object.entries(systemPermissions)) callers.set(`system:${name}`, systemCaller(platform.tenantId, name, permissions));
  for (const issuer of ['gateway', ...Object.keys(systemPermissions)]) {
    const grpc = createGrpcClients({ internal: platform.keys.internal(issuer), deadlineMs: 30_000 });
    grpcs.push(grpc);
    rpcs.set(issuer, connectAll(platform, grpc));
  }
}, 300_000);

afterAll(async () => {
  for (const grpc of grpcs) grpc.close();
  await platform.stop();
}, 60_000);

/** The caller that the gateway makes of somebody of the fixture. */
async function callerOf(subject: string, tenantId = platform.tenantId): Promise<Caller> {
  const response = await fetch(`${platform.url}/v1/me`, { headers: { authorization: `Bearer ${await platform.tokenOf(subject, { tenantId })}` } });
  const me = (await response.json()) as Pick<Caller, 'tenantId' | 'subject' | 'kind'> & { grants: { permissions: string[]; scope: 'self'; unitPath?: string }[] };
  const grants = me.grants.map((grant) => ({ ...grant, unitPath: grant.unitPath ?? '' }));
  return { tenantId: me.tenantId, subject: me.subject, kind: me.kind, grants, language: 'zh-CN' };
}

async function signOf(name: string, answer: Promise<object>): Promise<string> {
  try {
    const body = Object.values(await answer);
    if (!/^(List|Find|Count|BatchGet)/.test(name)) return 'y';
    const [list] = body.filter(Array.isArray);
    const empty = list === undefined ? body.every((value) => value === 0 || (typeof value === 'object' && Object.keys(value as object).length === 0)) : list.length === 0;
    return empty ? 'e' : 'y';
  } catch (error) {
    if (!isAppError(error)) throw error;
    const signs: Partial<Record<typeof error.kind, string>> = { permission_denied: '-', not_found: 'h', unauthenticated: 's', aborted: 'y', already_exists: 'y', failed_precondition: 'y' };
    return signs[error.kind] ?? `?${error.reason}${JSON.stringify(error.violations).replaceAll(/\s/g, '_')}`;
  }
}

async function cellOf(method: string, column: string): Promise<string> {
  const name = method.split('/')[2] ?? '';
  const make = rpcRequests[name];
  const caller = callers.get(column);
  const call = rpcs.get(/^system:(.*)/.exec(column)?.[1] ?? 'gateway')?.get(method);
  if (make === undefined || caller === undefined || call === undefined) return `missing:${name}:${column}`;
  if (make.length === 0) return signOf(name, call(make(targets.own, column), { caller }));
  let signs = '';
  for (const ownership of ownerships) signs += await signOf(name, call(make(targets[ownership], column), { caller }));
  return signs;
}

it('the table is what the services do', async () => {
  const rows = await inTurns(Object.keys(METHODS), async (method): Promise<[string, string[]]> => {
    const cells: string[] = [];
    for (const column of table.columns) cells.push(await cellOf(method, column));
    return [method.replace(/^\/linli\.\w+\.v1\./, ''), cells];
  });
  expect(linesOf({ rows: new Map(rows) })).toEqual(linesOf(table));
}, 300_000);

describe('a list', () => {
  const columns = [...Object.keys(people), 'other office'];
  const ask = (rpc: string): Rpc => rpcs.get('gateway')?.get(rpc) ?? (() => Promise.reject(new Error(`there is no ${rpc}`)));
  const known = new Map<string, Promise<boolean>>();

  /** Whether this caller may see the row by itself. */
  function sees(column: string, list: List, row: Readonly<Record<string, unknown>>): Promise<boolean> {
    const id = list.idOf(row);
    if (id === undefined) return Promise.resolve(true);
    const key = `${column} ${list.get} ${JSON.stringify(id)}`;
    const answer = known.get(key) ?? ask(list.get)(id, { caller: callers.get(column) as Caller }).then(() => true, () => false);
    known.set(key, answer);
    return answer;
  }
  const idsOf = (rows: readonly Readonly<Record<string, unknown>>[]) => rows.map(({ id, subjectId }) => String(id ?? subjectId));

  it('shows what one may see of it row by row, on all its pages and by every filter, and nothing else', async () => {
    callers.set('other office', await callerOf('bh-staff-01', platform.otherTenantId));
    const places: readonly Ownership[] = ownerships;
    const walk = fc.record({ list: fc.constantFrom(...lists), column: fc.constantFrom(...columns), place: fc.constantFrom(...places), filter: fc.nat(20), pageSize: fc.integer({ min: 1, max: 9 }) });
    await fc.assert(
      fc.asyncProperty(walk, async ({ list, column, place, filter, pageSize }) => {
        const filters = list.filters(targets[place]);
        const asked = filters[filter % filters.length] ?? {};
        const read = (by: string, size: number) => readAll(ask(list.rpc), asked, { caller: callers.get(by) as Caller, pageSize: size });
        const rows = await read(column, pageSize);
        if (rows === undefined) return;
        const hidden = [];
        for (const row of rows) if (!(await sees(column, list, row))) hidden.push(row);
        expect([column, list.rpc, asked, hidden]).toEqual([column, list.rpc, asked, []]);
        expect(idsOf((await read(column, 200)) ?? [])).toEqual(idsOf(rows));
        if (list.complete !== true || column === 'other office') return;
        const missing = [];
        for (const row of (await read('director', 200)) ?? []) if ((await sees(column, list, row)) && !idsOf(rows).includes(String(row['id']))) missing.push(row);
        expect([column, list.rpc, asked, missing]).toEqual([column, list.rpc, asked, []]);
      }),
      { numRuns: 200 },
    );
  }, 60_000);

  it('is held to this, whichever it is, unless its rows are nobody’s in particular', () => {
    const everybodys = ['/linli.organization.v1.GrantService/ListRoles', '/linli.requests.v1.ItemService/ListItems', '/linli.organization.v1.PledgeProjectService/ListPublicPledgeProjects', '/linli.organization.v1.TopicService/ListPublicTopics', '/linli.organization.v1.PublicationService/ListPublicPublications', '/linli.organization.v1.CovenantService/ListPublicCovenants', '/linli.organization.v1.FundService/ListPublicFundRaises', '/linli.organization.v1.CoverageService/ListPublicBranches', '/linli.organization.v1.ConductService/ListConductVersions'];
    expect([...lists.map(({ rpc }) => rpc), ...everybodys].sort()).toEqual(Object.keys(METHODS).filter((method) => /\/List\w+$/.test(method)).sort());
  });

  it('goes on for nobody but who began it, with what they asked', async () => {
    for (const { rpc, filters } of lists) {
      const [first = {}] = filters(targets.own);
      const page = await readPage(ask(rpc), { ...first, pageSize: 1, pageToken: '' }, callers.get('director') as Caller);
      if (page === undefined || page.next === '') continue;
      const goOn = (column: string, asked: object = first) => ask(rpc)({ ...asked, pageSize: 1, pageToken: page.next }, { caller: callers.get(column) as Caller });
      await expect(goOn('director')).resolves.toBeDefined();
      for (const column of ['other office', 'coordinator']) await expect(goOn(column)).rejects.toMatchObject({ kind: expect.stringMatching(/^(invalid_argument|not_found|permission_denied)$/) });
      for (const other of filters(targets['other unit']).slice(1)) await expect(goOn('director', other)).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
    }
  });
});

describe('a service', () => {
  const peer = () => ({ address: platform.addressOf('requests'), audience: 'requests' });

  /** Calls GetCase with whatever token. */
  async function withToken(token: string, definition: typeof requests.CaseServiceDefinition = requests.CaseServiceDefinition): Promise<unknown> {
    const tokens: InternalTokens = { mint: async () => token, verify: async () => callers.get('director') as Caller };
    const grpc = createGrpcClients({ internal: tokens });
    try {
      return await grpc.connect(definition, peer()).getCase({ caseId: targets.own.caseId }, { caller: callers.get('director') as Caller });
    } finally {
      grpc.close();
    }
  }
  const director = () => callers.get('director') as Caller;
  const mint = (audience = 'requests', caller = director(), issuer = 'gateway') => platform.keys.internal(issuer).mint(caller, audience);

  it('takes the gateway’s token for it', async () => {
    await expect(withToken(await mint())).resolves.toMatchObject({ case: { id: targets.own.caseId } });
  });

  const minutesAgo = (count: number) => () => new Date(Date.now() - count * 60_000);
  const keyOf = (issuer: string) => new Secret(platform.keys.environment(issuer).INTERNAL_KEY);
  const by = (options: Partial<Parameters<typeof createInternalTokens>[0]>, caller = director(), audience = 'requests') =>
    createInternalTokens({ issuer: 'gateway', privateKey: keyOf('gateway'), trustedKeys: '{"keys":[]}', ...options }).mint(caller, audience);

  it.each<[string, string, () => Promise<string>]>([
    ['for another service', 'CALLER_TOKEN_INVALID', () => mint('residents')],
    ['for nobody', 'CALLER_TOKEN_INVALID', () => mint('')],
    ['of two minutes ago', 'CALLER_TOKEN_EXPIRED', () => by({ now: minutesAgo(2) })],
    ['of in two minutes', 'CALLER_TOKEN_INVALID', () => by({ now: minutesAgo(-2) })],
    ['of a user by a service', 'CALLER_TOKEN_INVALID', () => mint('requests', director(), 'residents')],
    ['of a user by the operator', 'CALLER_TOKEN_INVALID', () => mint('requests', director(), 'operator')],
    ['in the gateway’s name by a service’s key', 'CALLER_TOKEN_INVALID', () => by({ privateKey: keyOf('residents') })],
    ['by a key that nobody trusts', 'CALLER_TOKEN_INVALID', () => by({ privateKey: new Secret(JSON.stringify(makeKeyPair('ES256').privateKey.export({ format: 'jwk' }))) })],
    ['of another platform', 'CALLER_TOKEN_INVALID', () => testKeys().internal('gateway').mint(director(), 'requests')],
    ['in a name that nobody knows', 'CALLER_TOKEN_INVALID', () => by({ issuer: 'console' })],
    ['of the identity provider', 'CALLER_TOKEN_INVALID', () => platform.tokenOf(people.director)],
    ['tampered with', 'CALLER_TOKEN_INVALID', async () => (await mint()).replace(/\.(.{10})/, '.AAAAAAAAAA')],
    ['without its signature', 'CALLER_TOKEN_INVALID', async () => (await mint()).replace(/[^.]+$/, '')],
    ['that is none', 'CALLER_TOKEN_INVALID', () => Promise.resolve('abc')],
    ['that is empty', 'CALLER_TOKEN_MISSING', () => Promise.resolve('')],
  ])('refuses a token %s', async (_what, reason, token) => {
    await expect(withToken(await token())).rejects.toMatchObject({ kind: 'unauthenticated', reason });
  });

  it.each([
    ['another version', 'linli.requests.v2.CaseService', 'GetCase'],
    ['a method that no proto declares', 'linli.requests.v1.CaseService', 'DropAllCases'],
    ['another service’s methods', organization.TenantServiceDefinition.fullName, 'GetTenant'],
    ['reflection', 'grpc.reflection.v1.ServerReflection', 'ServerReflectionInfo'],
    ['old reflection', 'grpc.reflection.v1alpha.ServerReflection', 'ServerReflectionInfo'],
    ['its channels', 'grpc.channelz.v1.Channelz', 'GetServers'],
  ])('does not serve %s', async (_what, fullName, name) => {
    const { getCase } = requests.CaseServiceDefinition.methods;
    const other = { ...requests.CaseServiceDefinition, fullName, methods: { getCase: { ...getCase, name } } } as unknown as typeof requests.CaseServiceDefinition;
    const unimplemented = 12;
    await expect(withToken(await mint(), other)).rejects.toMatchObject({ reason: 'CALL_FAILED', cause: { code: unimplemented } });
  });
});
