import { parseStart, parseTest } from '../arguments.ts';

describe('npm start', () => {
  it('listens on 8080 with kept data unless told otherwise', () => {
    expect(parseStart([])).toEqual({ port: 8080, fresh: false, data: undefined, clock: undefined, help: false });
  });

  it('takes its four options', () => {
    const options = parseStart(['--port', '9001', '--fresh', '--data=/srv/linli', '--clock', '2026-02-01T08:00+08:00']);
    expect(options).toEqual({ port: 9001, fresh: true, data: '/srv/linli', clock: '2026-02-01T08:00+08:00', help: false });
  });

  it.each([['0'], ['65536'], ['http'], ['80.5'], ['']])('refuses --port %p', (port) => {
    expect(() => parseStart([`--port=${port}`])).toThrow(/is not a port: give a number from 1 to 65535/);
  });

  it.each([['tomorrow'], ['2026-02-01'], ['2026-02-01T08:00'], ['2026-13-01T08:00Z']])('refuses --clock %s, which names no moment', (clock) => {
    expect(() => parseStart(['--clock', clock])).toThrow(/is not a time with its zone/);
  });

  it('shows its options when one is unknown', () => {
    expect(() => parseStart(['--prot', '80'])).toThrow(/--prot[^]*--port N/);
  });
});

describe('npm test', () => {
  it('runs everything by default and hands what follows -- to jest', () => {
    expect(parseTest([])).toEqual({ only: undefined, jestArgs: [], help: false });
    expect(parseTest(['--only', 'jest', '--', 'packages/db', '-t', 'withTenant'])).toEqual({ only: 'jest', jestArgs: ['packages/db', '-t', 'withTenant'], help: false });
  });

  it('refuses a part it does not have', () => {
    expect(() => parseTest(['--only', 'smoke'])).toThrow('--only smoke is unknown: types, lint, jest, checks');
  });
});
