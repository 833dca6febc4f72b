import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError } from '@linli/config';
import { readServiceConfig } from '../src/index';

const readme = readFileSync(path.join(__dirname, '../README.md'), 'utf8');

it('lists exactly the variables that are read', () => {
  const asked = new Set<string>();
  const env = new Proxy<NodeJS.ProcessEnv>({}, {
    get(_target, name) {
      asked.add(String(name));
      return undefined;
    },
  });
  expect(() => readServiceConfig(env)).toThrow(ConfigError);
  const listed = [...readme.matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name ?? '');
  expect(listed.sort()).toEqual([...asked].sort());
});

it('names only files that exist', () => {
  for (const [, file = ''] of readme.matchAll(/`((?:src|test|migrations)\/[\w./-]+\.ts)`/g)) {
    expect(() => readFileSync(path.join(__dirname, '..', file))).not.toThrow();
  }
});
