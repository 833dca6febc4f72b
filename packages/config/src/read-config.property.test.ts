import fc from 'fast-check';
import { ConfigError, readConfig } from './index';

const read = (env: NodeJS.ProcessEnv) =>
  readConfig(env, (reader) => ({
    text: reader.text('TEXT'),
    secret: reader.secret('SECRET'),
    url: reader.url('URL'),
    port: reader.port('PORT'),
    count: reader.integer('COUNT', { min: 1, max: 10 }),
    flag: reader.flag('FLAG'),
    word: reader.oneOf('WORD', ['info', 'debug']),
    list: reader.list('LIST'),
  }));

const good = { TEXT: 'a', SECRET: 's', URL: 'http://a', PORT: '1', COUNT: '1', FLAG: 'true', WORD: 'info', LIST: 'a' };
// Marked, so that a value that leaks into the message is found there.
const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }).map((text) => `«${text}»`), fc.constantFrom('', '0', '-1', '65536', '1e3', ' 1', '0x10', 'NaN', 'Infinity', 'TRUE', ',', ' , ', 'http:', '__proto__'));

describe('readConfig of any environment', () => {
  it('gives what the types promise, or one error that names the bad variables and no value', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(good)), value, { maxKeys: 2 }), (given) => {
        const env: NodeJS.ProcessEnv = { ...good, ...given };
        try {
          const config = read(env);
          expect(Object.isFrozen(config)).toBe(true);
          expect([config.port >= 0 && config.port <= 65_535, config.count >= 1 && config.count <= 10, Number.isInteger(config.port + config.count)]).toEqual([true, true, true]);
          expect([URL.canParse(config.url), typeof config.flag, ['info', 'debug'].includes(config.word), config.list.length > 0]).toEqual([true, 'boolean', true, true]);
          expect([config.text, config.secret.reveal()].includes('')).toBe(false);
        } catch (error) {
          if (!(error instanceof ConfigError)) throw error;
          const named = error.problems.map((problem) => problem.split(' ')[0] ?? '');
          expect(named.every((name) => name in good)).toBe(true);
          expect(error.message).not.toMatch(/[«»]/);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
