import fc from 'fast-check';
import { organization } from '@linli/contracts';
import { isAppError } from '@linli/errors';
import { readSheet } from './read-sheet';

const word = fc.oneof({ weight: 2, arbitrary: fc.constantFrom('', 'xinyuan', 'S-01', '王小明', '__proto__', 'constructor', ' a ', 'x'.repeat(300)) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) });
const kind = fc.constantFrom(...Object.values(organization.UnitKind));
const scope = fc.constantFrom(...Object.values(organization.GrantScope));
const grants = fc.array(fc.record({ role: word, scope, unitCode: word }), { maxLength: 4 });
const posts = fc.array(fc.record({ unitCode: word, titleZh: word, primary: fc.boolean() }), { maxLength: 4 });

const request: fc.Arbitrary<organization.ImportOrganizationRequest> = fc.record({
  dryRun: fc.boolean(),
  units: fc.array(fc.record({ code: word, parentCode: word, kind, nameZh: word, nameMn: word }), { maxLength: 4 }),
  staff: fc.array(fc.record({ code: word, name: word, workPhone: word, identityIssuer: word, identitySubject: word, partnerCode: word, posts, grants }), { maxLength: 4 }),
  clients: fc.array(fc.record({ nameZh: word, identityIssuer: word, identitySubject: word, grants }), { maxLength: 3 }),
  unreadUnits: fc.array(word, { maxLength: 2 }),
  unreadStaff: fc.array(word, { maxLength: 2 }),
});

const code = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

describe('readSheet of any sheet', () => {
  it('reads each row or says what is wrong with it, and never both', () => {
    fc.assert(
      fc.property(request, (sent) => {
        const { sheet, problems } = readSheet(sent);
        for (const name of ['units', 'staff', 'clients'] as const) {
          const read = new Set(sheet[name].map(({ row }) => row));
          const wrong = new Set(problems.filter((problem) => problem.sheet === name).map(({ row }) => row));
          expect([...read].filter((row) => wrong.has(row))).toEqual([]);
          expect(read.size + wrong.size).toBe(sent[name].length);
        }
        for (const { field, code: problem } of problems) expect([field, problem].every((text) => /^[a-z_[\].0-9]+$/.test(text))).toBe(true);
        for (const line of [...sheet.units, ...sheet.staff]) expect(line.code).toMatch(code);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses more rows than it takes, at once', () => {
    const row = { code: '', parentCode: '', kind: organization.UnitKind.UNIT_KIND_GRID, nameZh: '', nameMn: '' };
    const began = performance.now();
    try {
      readSheet({ dryRun: true, units: Array.from({ length: 50_001 }, () => row), staff: [], clients: [], unreadUnits: [], unreadStaff: [] });
      throw new Error('it was taken');
    } catch (error) {
      expect(isAppError(error) && error.violations).toEqual([{ field: 'units', code: 'too_many' }]);
    }
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
