import { digestLine } from '../digest-log.ts';

describe('a log line on the console', () => {
  it('is readable when it was JSON', () => {
    const line = JSON.stringify({ level: 'error', time: '2026-02-01T00:00:00Z', msg: 'could not start', err: { reason: 'PORT_TAKEN', message: 'the port is taken' } });
    expect(digestLine(line)).toBe('  | 2026-02-01T00:00:00Z error could not start PORT_TAKEN: the port is taken');
  });

  it('stays as it is otherwise', () => {
    expect(digestLine('java.lang.OutOfMemoryError')).toBe('  | java.lang.OutOfMemoryError');
  });
});
