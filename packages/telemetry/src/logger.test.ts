import { internal, notFound } from '@linli/errors';
import { createLogger } from './index';

function capture(level: 'debug' | 'info' = 'debug') {
  const lines: string[] = [];
  const log = createLogger('requests', { level, destination: { write: (line) => lines.push(line) } });
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

describe('createLogger', () => {
  it('writes one JSON line with service, level, time, fixed message and fields', () => {
    const { log, last } = capture();
    log.info({ case_id: 'c1', count: 3 }, 'case accepted');
    expect(last()).toEqual({ level: 'info', time: expect.any(String), service: 'requests', case_id: 'c1', count: 3, msg: 'case accepted' });
    log.warn('started late');
    expect(last()).toMatchObject({ level: 'warn', msg: 'started late' });
  });

  it('writes nothing below its level', () => {
    const { log, lines } = capture('info');
    log.debug({ a: 1 }, 'too quiet');
    expect(lines).toEqual([]);
  });

  it.each([
    ['name', { name: '王小明' }],
    ['a compound key', { residentName: '王小明', contact_phone: '13900000000' }],
    ['an identity number', { identityNumber: '152701199001011234' }],
    ['a header', { headers: { authorization: 'Bearer abc', cookie: 'a=b', 'set-cookie': 'c=d' } }],
    ['a deep key', { a: { b: [{ accessToken: 'abc' }] } }],
    ['something with toJSON', { row: { toJSON: () => ({ phone: '13900000000' }) } }],
  ])('redacts %s', (_what, fields) => {
    const { log, lines } = capture();
    log.info(fields, 'x');
    expect(lines[0]).toContain('[redacted]');
    expect(lines[0]).not.toMatch(/王小明|1390000|152701|abc|a=b|c=d/);
  });

  it('redacts the fields of a child', () => {
    const { log, lines } = capture();
    log.child({ phone: '13900000000', component: 'relay' }).info('x');
    expect(lines[0]).toMatch(/"phone":"\[redacted\]".*"component":"relay"/);
  });

  it('leaves technical keys alone', () => {
    const { log, last } = capture();
    log.info({ hostname: 'h', topic: 't', tenant_id: 'xingsheng', context: 'c' }, 'x');
    expect(last()).toMatchObject({ hostname: 'h', topic: 't', tenant_id: 'xingsheng', context: 'c' });
  });

  it('survives cycles, depth, binary and big integers', () => {
    const { log, last } = capture();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    log.info({ cycle, big: 5n, bytes: Buffer.from('secret') }, 'x');
    expect(last()).toMatchObject({ big: '5', bytes: '[binary]' });
    expect(JSON.stringify(last())).toContain('[too deep]');
  });
});

describe('errors in a log line', () => {
  it('gives kind, reason and details of an AppError, not its message', () => {
    const { log, last, lines } = capture();
    log.info({ err: notFound('CASE_NOT_FOUND', 'case of 王小明 not found', { details: { id: 'c1' } }) }, 'x');
    expect(last()['err']).toEqual({ kind: 'not_found', reason: 'CASE_NOT_FOUND', details: { id: 'c1' } });
    expect(lines[0]).not.toContain('王小明');
  });

  it('gives frames for an internal error and its cause', () => {
    const { log, last } = capture();
    log.error({ err: internal('BROKEN', 'broken', { cause: new TypeError('x is not a function') }) }, 'x');
    expect(last()['err']).toMatchObject({
      kind: 'internal',
      stack: expect.stringMatching(/^at /),
      cause: { type: 'TypeError', message: 'x is not a function' },
    });
  });

  it('keeps code, constraint and table of a database error and drops what can quote a row', () => {
    const { log, last, lines } = capture();
    const error = Object.assign(new Error("insert into persons values ('王小明') - duplicate key"), {
      severity: 'ERROR',
      code: '23505',
      constraint: 'persons_phone_key',
      table: 'persons',
      detail: 'Key (phone)=(13900000000) already exists.',
      where: 'line 13900000000',
    });
    log.error({ err: error }, 'x');
    expect(last()['err']).toMatchObject({ code: '23505', constraint: 'persons_phone_key', table: 'persons' });
    expect(lines[0]).not.toMatch(/王小明|139000|insert into/);
  });

  it.each([
    ['letters that are not English', new Error('cannot send to 王小明 at once')],
    ['long numbers', new Error('cannot call 13912345678 or 15270119900101123X')],
    ['the text JSON.parse could not read', parseFailure('{"phone": 13912345678 王小明}')],
    ['what was thrown when it is no error', '王小明 13912345678'],
  ])('scrubs %s', (_what, err) => {
    const { log, lines } = capture();
    log.error({ err }, 'x');
    expect(lines[0]).not.toMatch(/王小明|139123|123X/);
    expect(lines[0]).toContain('"type"');
  });
});

function parseFailure(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return error;
  }
}
