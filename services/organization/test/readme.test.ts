import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '@linli/config';
import { EVENT_CATALOGUE, METHODS } from '@linli/contracts';
import { readServiceConfig } from '../src/index';

const readme = readFileSync(path.join(__dirname, '../README.md'), 'utf8');

/** The variables that reading the configuration asks for. */
function askedFor(): string[] {
  const asked = new Set<string>();
  const env = new Proxy<NodeJS.ProcessEnv>({}, {
    get(_target, name) {
      asked.add(String(name));
      return undefined;
    },
  });
  expect(() => readServiceConfig(env)).toThrow(ConfigError);
  return [...asked].sort();
}

describe('a simulated clock', () => {
  const env = { ...Object.fromEntries(askedFor().map((name) => [name, 'x'])), DATABASE_URL: 'a://b', DATABASE_RELAY_URL: 'a://b', GRPC_PORT: '0', SIDE_PORT: '0', LOG_LEVEL: 'info' };

  it('is refused in production', () => {
    expect(() => readServiceConfig({ ...env, NODE_ENV: 'production', LINLI_CLOCK: 'clock' })).toThrow(/development/);
    expect(readServiceConfig({ ...env, NODE_ENV: 'production', LINLI_CLOCK: '' }).clock).toBe('');
  });
});

describe('the README', () => {
  it('lists the variables that are read', () => {
    const listed = [...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name ?? '');
    expect(listed.sort()).toEqual(askedFor());
  });

  it('names every method and every event', () => {
    const methods = Object.keys(METHODS).filter((name) => name.startsWith('/linli.organization.')).map((name) => name.split('/').at(-1) ?? '');
    const events = Object.keys(EVENT_CATALOGUE).filter((name) => name.startsWith('linli.organization.')).map((name) => name.split('.').at(-1) ?? '');
    expect([...methods, ...events].filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});
