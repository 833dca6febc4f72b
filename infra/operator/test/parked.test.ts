import { randomUUID } from 'node:crypto';
import { openSystemDatabase, type SystemDatabase } from '@linli/db';
import * as residents from '@linli/residents';
import { createTestDatabase, silentLogger, testBrokers, testKeys, type TestDatabase } from '@linli/testing';
import { runParked } from '../src/parked';
import { databaseEnvironment, printed } from './support';

const topic = 'public.organization.unit.v1';

describe('parked events', () => {
  let database: TestDatabase;
  let admin: SystemDatabase;
  let env: NodeJS.ProcessEnv;
  let offset = 0;

  beforeAll(async () => {
    database = await createTestDatabase({ name: 'residents', migrations: residents.migrations });
    admin = openSystemDatabase({ url: database.adminUrl, name: 'operator-test', log: silentLogger(), poolSize: 1 });
    env = {
      ...databaseEnvironment({ RESIDENTS_RELAY_URL: database.relayUrl }),
      // The service's own environment, as its redrive needs it.
      ...testKeys().environment('residents'),
      DATABASE_URL: database.appUrl,
      DATABASE_RELAY_URL: database.relayUrl,
      KAFKA_BROKERS: testBrokers().join(','),
      GRPC_PORT: '0',
      SIDE_PORT: '0',
      PAGE_TOKEN_KEY: 'p'.repeat(43),
      VAULT_KEY: Buffer.alloc(32, 7).toString('base64'),
      BLIND_INDEX_KEY: Buffer.alloc(32, 9).toString('base64'),
      LOG_LEVEL: 'silent',
    };
  });
  afterAll(async () => {
    await admin.close();
    await database.drop();
  });

  /** Parks the event that a unit was made, as a consumer does that could not apply it. */
  async function park(unitId: string, payload: object): Promise<string> {
    const key = `xingsheng:${unitId}`;
    const event = { id: randomUUID(), type: 'linli.organization.v1.UnitCreated' };
    const headers: Record<string, string> = {
      ce_specversion: '1.0',
      ce_id: event.id,
      ce_source: 'linli/organization',
      ce_type: event.type,
      ce_time: '2026-03-01T00:00:00.000Z',
      ce_subject: unitId,
      ce_tenantid: 'xingsheng',
      ce_aggregateversion: '1',
      'content-type': 'application/json',
    };
    offset += 1;
    await admin.knex('parked_event').insert({
      tenant_id: 'xingsheng',
      consumer: 'residents',
      topic,
      partition: 0,
      offset,
      key,
      value: Buffer.from(JSON.stringify(payload)),
      headers: JSON.stringify(Object.entries(headers).map(([name, value]) => [name, Buffer.from(value).toString('base64')])),
      reason: 'UNAVAILABLE',
      attempts: 5,
      first_failed_at: new Date('2026-03-01T00:00:00Z'),
      event_id: event.id,
      event_type: event.type,
    });
    return key;
  }

  const name = (key: string): string[] => ['--service', 'residents', '--tenant', 'xingsheng', '--topic', topic, '--key', key];
  const parkedKeys = async (): Promise<string[]> => (await admin.knex('parked_event').select<{ key: string }[]>('key')).map((row) => row.key);

  it('are applied again with the service’s own code, and then no longer listed', async () => {
    const unitId = randomUUID();
    const key = await park(unitId, { unitId, path: `/${unitId}/` });
    const other = databaseEnvironment({ RESIDENTS_RELAY_URL: database.relayUrl, ORGANIZATION_RELAY_URL: database.relayUrl, REQUESTS_RELAY_URL: database.relayUrl });
    expect(await printed(() => runParked(['list'], other))).toContain(key);
    expect(await printed(() => runParked(['redrive', ...name(key)], env))).toBe('1 events applied\n');
    expect(await admin.knex('units').where({ id: unitId })).toMatchObject([{ tenant_id: 'xingsheng', path: `/${unitId}/` }]);
    expect(await parkedKeys()).toEqual([]);
  });

  it('become dead letters when they are given up, the first of their key', async () => {
    const unitId = randomUUID();
    const key = await park(unitId, { unitId, path: `/${unitId}/` });
    await park(unitId, { unitId, path: `/${unitId}/` });
    await printed(() => runParked(['discard', ...name(key)], env));
    expect(await parkedKeys()).toEqual([key]);
    expect(await admin.knex('dead_letter').select('topic', 'reason')).toEqual([{ topic, reason: 'UNAVAILABLE' }]);
    await printed(() => runParked(['redrive', ...name(key)], env));
    expect(await parkedKeys()).toEqual([]);
  });

  it('are not found under a key that has none', async () => {
    await expect(runParked(['discard', ...name('xingsheng:nothing')], env)).rejects.toMatchObject({ reason: 'PARKED_KEY_NOT_FOUND' });
  });

  it('must be named in full', async () => {
    await expect(runParked(['redrive', '--service', 'residents'], env)).rejects.toMatchObject({ reason: 'OPTION_MISSING' });
    await expect(runParked(['redrive', ...name('k'), '--service', 'petitions'], env)).rejects.toMatchObject({ reason: 'OPTION_MISSING' });
    await expect(runParked(['mend', ...name('k')], env)).rejects.toMatchObject({ reason: 'ACTION_UNKNOWN' });
  });
});
