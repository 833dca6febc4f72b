import { unavailable } from '@linli/errors';
import { createLogger } from './logger';
import { createOutageFilter, isOutage } from './outage';

const refused = (): Error => Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });
const named = (name: string): Error => Object.assign(new Error('x'), { name });

describe('an outage', () => {
  it.each([refused(), Object.assign(new Error('x'), { code: '57P01' }), named('KafkaJSConnectionError'), named('KnexTimeoutError'), new Error('select 1 - Connection terminated unexpectedly'), new TypeError('fetch failed', { cause: refused() })])(
    'is %s',
    (error) => expect(isOutage(error)).toBe(true),
  );

  it.each([new TypeError('x is not a function'), Object.assign(new Error('x'), { code: '23505' }), Object.assign(new Error('x'), { code: 'ERR_OUT_OF_RANGE' }), unavailable('DATABASE_UNAVAILABLE', 'away'), 'text'])(
    'is not %s',
    (error) => expect(isOutage(error)).toBe(false),
  );

  it('is told the 1st, 2nd, 4th, 8th time, each by its words, and from the start after a minute of quiet', () => {
    let at = 0;
    const filter = createOutageFilter(() => at);
    const told = (times: number, message = 'relay will try again') => Array.from({ length: times }, () => filter(refused(), message)).filter((count) => count !== undefined);
    expect(told(20)).toEqual([1, 2, 4, 8, 16]);
    expect(told(2, 'sealing failed')).toEqual([1, 2]);
    at = 60_000;
    expect(told(12)).toEqual([32]);
    at = 120_001;
    expect(told(1)).toEqual([1]);
  });

  it('is a short line without a stack in the log, and other errors are all there with theirs', () => {
    const lines: string[] = [];
    const log = createLogger('test', { destination: { write: (line) => void lines.push(line) } });
    for (let index = 0; index < 100; index += 1) log.warn({ err: refused(), failures: index }, 'relay will try again');
    for (let index = 0; index < 3; index += 1) log.child({ part: 'x' }).error({ err: new TypeError('broken') }, 'relay failed');
    const parsed = lines.map((line) => JSON.parse(line) as { msg: string; repeats?: number; err: { code?: string; stack?: string } });
    const waiting = parsed.filter(({ msg }) => msg === 'relay will try again');
    expect(waiting.map(({ repeats }) => repeats)).toEqual([undefined, 2, 4, 8, 16, 32, 64]);
    expect(waiting[0]?.err).toEqual({ type: 'Error', code: 'ECONNREFUSED', message: expect.any(String) });
    expect(parsed.filter(({ err }) => err.stack?.includes('outage.test.ts'))).toHaveLength(3);
  });
});
