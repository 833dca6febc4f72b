import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '@linli/config';
import { METHODS } from '@linli/contracts';
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

describe('the README', () => {
  it('lists the variables that are read', () => {
    const listed = [...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name ?? '');
    expect(listed.sort()).toEqual(askedFor());
  });

  it('names every method', () => {
    const own = Object.keys(METHODS).filter((name) => /^\/linli\.(requests|work|thread)\./.test(name));
    expect(own.map((name) => name.split('/').at(-1) ?? '').filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
  });
});
