import { grant, startGateway, type Person, type TestGateway } from './support/gateway';

describe('lists of units over HTTP', () => {
  let gateway: TestGateway;
  let clerk: Person;

  beforeAll(async () => {
    gateway = await startGateway();
    clerk = gateway.person({ tenant: 'xingsheng', kind: 'staff', subject: 'clerk' }, { grants: [grant(['organization.unit.read'])] });
  });
  beforeEach(() => gateway.peers.reset());
  afterAll(() => gateway.stop());

  it('are asked for as of the day that was given, or of none', async () => {
    expect(await gateway.call(clerk, 'GET /v1/units?asOf=2024-02-29&kind=grid')).toMatchObject({ status: 200 });
    expect(await gateway.call(clerk, 'GET /v1/units')).toMatchObject({ status: 200 });
    const asked = gateway.peers.calls.filter(({ method }) => method === 'UnitService/listUnits').map(({ request }) => request);
    expect(asked).toMatchObject([{ asOf: '2024-02-29', kind: 'UNIT_KIND_GRID' }, { asOf: '' }]);
  });

  it.each(['2023-02-29', '2024-2-29', '29.02.2024', '2024-02-29T00:00:00Z', '1800-01-01'])('are refused for %s, which is no day', async (asOf) => {
    const refused = await gateway.call(clerk, `GET /v1/units?asOf=${encodeURIComponent(asOf)}`);
    expect(refused).toMatchObject({ status: 400, body: { code: 'FIELD_INVALID' } });
    expect(refused.body['errors']).toContainEqual({ pointer: '#/asOf', code: expect.any(String) });
    expect(gateway.peers.calls.filter(({ method }) => method === 'UnitService/listUnits')).toEqual([]);
  });
});
