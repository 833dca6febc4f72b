import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { asTable, falseClaims, readMatrix, root, titles, type Requirement } from './matrix';

const { requirements } = readMatrix();

// The chapters of ASVS that a platform like this one stands or falls by, and all ten of the API list.
const asked =
  '2.2.2 2.3.3 2.4.1 4.1.3 5.2.1 5.2.2 5.2.3 6.3.1 6.3.3 7.3.1 7.3.2 7.4.2 8.1.2 8.2.1 8.2.2 8.2.3 8.3.1 8.3.2 8.3.3 8.4.1 9.1.2 9.1.3 9.2.1 9.2.2 9.2.3 10.1.1 10.3.3 10.4.6 ' +
  '12.3.3 12.3.5 13.1.2 13.2.1 13.2.2 13.3.1 14.2.1 14.2.6 14.2.7 14.3.3 15.1.2 15.3.1 15.3.3 15.4.2 16.2.5 16.3.2 16.4.2 16.4.3 16.5.3 ' +
  'API1 API2 API3 API4 API5 API6 API7 API8 API9 API10';

describe('the matrix of ASVS and the API list', () => {
  it('answers each requirement once', () => {
    expect(requirements.map(({ id }) => id)).toEqual(asked.split(' '));
  });

  it('names code and tests that are there, and says why where something is not met', () => {
    expect(falseClaims(requirements)).toEqual([]);
  });

  it('stands in SECURITY.md as it is; UPDATE_SNAPSHOT=1 renews it', () => {
    const file = path.join(root, 'SECURITY.md');
    const text = readFileSync(file, 'utf8');
    const between = /(<!-- infra\/security\/asvs\.json -->\n\n)[\s\S]*?(\n\n<!-- end -->)/;
    const current = text.replace(between, (_, before: string, after: string) => before + asTable(requirements) + after);
    if (process.env['UPDATE_SNAPSHOT'] === '1') writeFileSync(file, current);
    else expect(text).toEqual(current);
    expect(text).toMatch(between);
  });
});

describe('the check of the matrix', () => {
  const good: Requirement = { id: '1.1.1', level: 'L1', demand: 'x', state: 'met', code: ['SECURITY.md'], tests: [{ file: 'a.test.ts', name: 'does it' }] };
  const source = (text: string) => (file: string) => (file === 'a.test.ts' ? text : undefined);

  it('finds a test that was renamed, skipped, or taken away with its file', () => {
    expect(falseClaims([good], source("it('does it', () => {})"))).toEqual([]);
    for (const text of ["it('does it now', () => {})", "it.skip('does it', () => {})", "// it does it: 'does it'"]) {
      expect(falseClaims([good], source(text))).toEqual(['1.1.1 names a test that a.test.ts does not have: does it']);
    }
    expect(falseClaims([good], () => undefined)).toEqual(['1.1.1 names a.test.ts, which is not there']);
  });

  it('finds code that is gone, a row that is gone, and claims without any', () => {
    const has = source("it.each([['alg none', 1]])('does it', () => {})");
    const rows = { ...good, tests: [{ file: 'a.test.ts', name: 'does it', rows: ['alg none', 'alg some'] }] };
    expect(falseClaims([rows], has)).toEqual(['1.1.1 names a row that a.test.ts does not have: alg some']);
    expect(falseClaims([{ ...good, code: ['packages/gone'] }], has)).toEqual(['1.1.1 names packages/gone, which is not there']);
    expect(falseClaims([{ ...good, tests: [] }], has)).toEqual(['1.1.1 is called met without code or without a test']);
    expect(falseClaims([{ ...good, state: 'not met' }], has)).toEqual(['1.1.1 is not met and does not say why']);
  });

  it('reads titles in any quotes, and of tables', () => {
    const text = ["it('one', x)", 'it("it\'s two", x)', 'it(`three`, x)', "it.each([\n  ['a', b(c)],\n])('four of %s', x)", "it('fi\\'ve', x)", "it.todo('six')", "submit('seven', x)"].join('\n');
    expect(titles(text).sort()).toEqual(['four of %s', "fi've", "it's two", 'one', 'three'].sort());
  });
});
