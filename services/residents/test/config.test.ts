import { readFileSync } from 'node:fs';
import path from 'node:path';
import { readServiceConfig } from '../src/index';
import { keys } from './support';

const given = {
  ...keys,
  DATABASE_URL: 'postgres://app@127.0.0.1/x',
  DATABASE_RELAY_URL: 'postgres://relay@127.0.0.1/x',
  KAFKA_BROKERS: '127.0.0.1:9092',
  GRPC_PORT: '0',
  SIDE_PORT: '0',
  INTERNAL_KEY: '{}',
  INTERNAL_TRUSTED_KEYS: '{"keys":[]}',
  PAGE_TOKEN_KEY: 'page token key',
};

it('reads exactly the variables that the README lists', () => {
  const asked = new Set<string>();
  const env = new Proxy<NodeJS.ProcessEnv>(given, {
    get: (target, name) => {
      asked.add(String(name));
      return target[String(name)];
    },
  });
  readServiceConfig(env);
  const readme = readFileSync(path.join(__dirname, '../README.md'), 'utf8');
  const listed = [...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
  expect(listed.sort()).toEqual([...asked].sort());
});

it('names every bad variable at once and shows no secret', () => {
  const reading = () => readServiceConfig({ ...given, VAULT_KEY: 'c2hvcnQ=', BLIND_INDEX_KEY: 'short', GRPC_PORT: 'x' });
  expect(reading).toThrow('GRPC_PORT');
  const keysOnly = () => readServiceConfig({ ...given, VAULT_KEY: 'c2hvcnQ=', BLIND_INDEX_KEY: 'zzz' });
  expect(keysOnly).toThrow(/^bad configuration: VAULT_KEY must be 32 bytes in base64; BLIND_INDEX_KEY must be 32 bytes in base64$/);
});

it('refuses one key for both purposes, and a simulated clock in production', () => {
  expect(() => readServiceConfig({ ...given, BLIND_INDEX_KEY: given.VAULT_KEY })).toThrow('must differ');
  expect(() => readServiceConfig({ ...given, LINLI_CLOCK: 'clock', NODE_ENV: 'production' })).toThrow('development only');
});
