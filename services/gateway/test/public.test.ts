import { notFound } from '@linli/errors';
import { eventually } from '@linli/testing';
import { startGateway, type TestGateway } from './support/gateway';

const grid = { code: 'xinyuan-g01', nameZh: '新园第一网格', nameMn: '', communityNameZh: '新园社区', workers: [{ name: '赵网格', titleZh: '网格员', workPhone: '000-5550100', standsIn: false }] };

describe('what anybody may read', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway();
  });
  beforeEach(() => {
    gateway.peers.reset();
    gateway.peers.on('UnitService/getPublicGrid', () => ({ grid }));
  });
  afterAll(() => gateway.stop());

  const read = (headers: Record<string, string> = {}) => fetch(`${gateway.url}/v1/public/xingsheng/grids/xinyuan-g01`, { headers });

  /** Waits until so many requests are on their way. */
  async function allAsk(count: number): Promise<void> {
    const metrics = async () => (await fetch(`http://127.0.0.1:${gateway.app.ports.side}/metrics`)).text();
    await eventually(async () => expect(await metrics()).toMatch(new RegExp(`^http_server_in_flight(\\{.*\\})? ${count}$`, 'm')));
  }

  it('needs no sign-in, and is asked by the gateway itself with the one right it takes, in the office of the path', async () => {
    const response = await read();
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'public, max-age=60']);
    const { nameMn: _unsaid, ...said } = grid;
    expect(await response.json()).toEqual(said);
    expect(gateway.peers.calls.filter(({ method }) => !method.includes('resolve'))).toEqual([
      expect.objectContaining({ method: 'UnitService/getPublicGrid', request: { code: 'xinyuan-g01' }, caller: expect.objectContaining({ kind: 'system', tenantId: 'xingsheng', grants: [expect.objectContaining({ permissions: ['organization.public.read'] })] }) as unknown }),
    ]);
  });

  it('is not sent again to who has it, until it changes', async () => {
    const tag = (await read()).headers.get('etag') ?? '';
    const again = await read({ 'if-none-match': `"other", W/${tag}` });
    expect([again.status, again.headers.get('etag'), await again.text()]).toEqual([304, tag, '']);
    gateway.peers.on('UnitService/getPublicGrid', () => ({ grid: { ...grid, nameZh: '新园一网格' } }));
    const changed = await read({ 'if-none-match': tag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(tag);
  });

  it('is fetched once for all who ask while it is on its way, also when the first of them leaves', async () => {
    const coming = Promise.withResolvers<{ grid: typeof grid }>();
    gateway.peers.on('UnitService/getPublicGrid', () => coming.promise);
    const leaving = new AbortController();
    const first = fetch(`${gateway.url}/v1/public/xingsheng/grids/xinyuan-g01`, { signal: leaving.signal });
    const fetched = () => gateway.peers.calls.filter(({ method }) => method === 'UnitService/getPublicGrid').length;
    await eventually(() => expect(fetched()).toBe(1));
    const others = Array.from({ length: 20 }, () => read());
    leaving.abort();
    await expect(first).rejects.toBeDefined();
    await allAsk(20);
    coming.resolve({ grid });
    expect((await Promise.all(others)).map(({ status }) => status)).toEqual(others.map(() => 200));
    expect(fetched()).toBe(1);
    await read();
    expect(fetched()).toBe(2);
  });

  it('comes in pages, each fetched once for all who ask at a time, with an ETag of its own, and none is kept behind', async () => {
    gateway.peers.on('TopicService/listPublicTopics', (request) => ({ topics: [], nextPageToken: `after.${(request as { pageToken: string }).pageToken}` }));
    const page = (pageToken: string, headers: Record<string, string> = {}) => fetch(`${gateway.url}/v1/public/xingsheng/topics?unitCode=xinyuan&pageSize=2&pageToken=${pageToken}`, { headers });
    const asked = () => gateway.peers.calls.filter(({ method }) => method === 'TopicService/listPublicTopics').map(({ request }) => request);
    const tags = await Promise.all(['one', 'two'].map(async (token) => (await page(token)).headers.get('etag') ?? ''));
    expect(tags[0]).not.toBe(tags[1]);
    expect((await page('one', { 'if-none-match': tags[0] ?? '' })).status).toBe(304);
    expect((await page('two', { 'if-none-match': tags[0] ?? '' })).status).toBe(200);
    expect(asked()).toEqual(['one', 'two', 'one', 'two'].map((pageToken) => ({ unitCode: 'xinyuan', pageSize: 2, pageToken })));

    const coming = Promise.withResolvers<{ topics: []; nextPageToken: string }>();
    gateway.peers.on('TopicService/listPublicTopics', () => coming.promise);
    const all = Array.from({ length: 30 }, (_, n) => page(`page-${n % 3}`));
    await allAsk(30);
    await eventually(() => expect(asked().length).toBe(7));
    coming.resolve({ topics: [], nextPageToken: '' });
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual(all.map(() => 200));
    await page('page-0');
    expect(asked().length).toBe(8);
  });

  it('is nothing while the office is suspended, as if there were no such office', async () => {
    gateway.peers.on('TenantService/resolveTenantStanding', () => ({ suspended: true }));
    const response = await fetch(`${gateway.url}/v1/public/nanping/grids/xinyuan-g01`);
    expect([response.status, response.headers.get('cache-control')]).toEqual([404, 'no-store']);
    expect(await response.json()).toMatchObject({ code: 'TENANT_NOT_FOUND' });
    expect(gateway.peers.calls.map(({ method }) => method)).toEqual(['TenantService/resolveTenantStanding']);
  });

  it('is a problem that nobody keeps when it is not there', async () => {
    gateway.peers.on('UnitService/getPublicGrid', () => Promise.reject(notFound('UNIT_NOT_FOUND', 'there is no such unit')));
    const response = await read();
    expect([response.status, response.headers.get('cache-control'), response.headers.get('etag')]).toEqual([404, 'no-store', null]);
    expect(await response.json()).toMatchObject({ code: 'UNIT_NOT_FOUND' });
  });

  it.each(['XINGSHENG', 'a', 'x'.repeat(40), "x'--", '1office'])('takes %s for no office', async (tenant) => {
    const response = await fetch(`${gateway.url}/v1/public/${encodeURIComponent(tenant)}/grids/xinyuan-g01`);
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'FIELD_INVALID']);
    expect(gateway.peers.calls).toEqual([]);
  });
});
