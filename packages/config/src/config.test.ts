import { inspect } from 'node:util';
import { ConfigError, readConfig, Secret } from './index';

describe('readConfig', () => {
  it('reads typed values and freezes them', () => {
    const config = readConfig({ PORT: '8080', ON: 'true', BROKERS: 'a:1, b:2', LEVEL: 'info' }, (env) => ({
      port: env.port('PORT'),
      on: env.flag('ON'),
      brokers: env.list('BROKERS'),
      level: env.oneOf('LEVEL', ['info', 'debug']),
      limit: env.integer('LIMIT', { fallback: 5, min: 1 }),
    }));
    expect(config).toEqual({ port: 8080, on: true, brokers: ['a:1', 'b:2'], level: 'info', limit: 5 });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('names all bad variables at once and never a value', () => {
    const read = () =>
      readConfig({ PORT: '99999', ON: 'yes', URL: 'not a url', LEVEL: 'loud', KEY: '' }, (env) => ({
        port: env.port('PORT'),
        on: env.flag('ON'),
        url: env.secretUrl('URL'),
        level: env.oneOf('LEVEL', ['info']),
        key: env.secret('KEY'),
      }));
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/PORT.*ON.*URL.*LEVEL.*KEY is missing/s);
    expect(read).not.toThrow(/99999|not a url|loud/);
  });
});

describe('Secret', () => {
  it('never prints', () => {
    const secret = new Secret('hush');
    expect(`${secret} ${JSON.stringify({ secret })} ${inspect({ secret })}`).not.toContain('hush');
    expect(secret.reveal()).toBe('hush');
  });
});
