import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { organization } from '@linli/contracts';
import fc from 'fast-check';
import { bookOf, refusalOf, sheetOf, textsOf } from '../../test/support/workbooks';
import { readOffice, type ReadOffice } from './read-office';
import { layouts } from './sheet-layout';
import { columnName } from '../xlsx/cell-address';
import { inFileOrder, type SheetProblem } from './sheet-problems';

const { UNIT_KIND_COMMUNITY, UNIT_KIND_GRID } = organization.UnitKind;
const { GRANT_SCOPE_SUBTREE, GRANT_SCOPE_TENANT } = organization.GrantScope;

const units = [['单位代码', '上级单位代码', '类别', '中文名称', '蒙文名称'], ['c1', 'root', '社区', '一社区', 'ᠨᠢᠭᠡ'], ['g1', 'c1', 'grid', '一网格']];
const staff = [['工号', '姓名', '办公电话', '登录服务', '登录标识', '搭档工号'], ['s1', '甲某', '0477-8500001', 'https://id.example', 's1', 's2'], ['s2', '乙某']];
const posts = [['工号', '单位代码', '岗位名称', '主要岗位'], ['s1', 'c1', '代办员', '是'], ['s1', 'g1', '网格长', '否'], ['s2', 'c1', '干事']];
const grants = [['工号', '角色代码', '范围', '单位代码'], ['s1', 'agent', '本单位及下级', 'c1'], ['s2', 'clerk', 'tenant']];

const shown = ({ sheet, row, column, field, code }: SheetProblem) => `${sheet.title}!${columnName(column)}${row} ${field} ${code}`;
const found = ({ problems }: ReadOffice) => inFileOrder(problems.listed).map(shown);

describe('an office in a workbook', () => {
  it('is the rows that the service takes, with posts and grants at their people', async () => {
    const { rows, problems, isWhole } = await readOffice(await textsOf({ 单位: units, 人员: staff, 岗位: posts, 授权: grants, 说明: [['说明'], ['随便写']] }));
    expect([problems.count(), isWhole]).toEqual([0, true]);
    expect(rows.units).toEqual([
      { code: 'c1', parentCode: 'root', kind: UNIT_KIND_COMMUNITY, nameZh: '一社区', nameMn: 'ᠨᠢᠭᠡ' },
      { code: 'g1', parentCode: 'c1', kind: UNIT_KIND_GRID, nameZh: '一网格', nameMn: '' },
    ]);
    expect(rows.staff).toMatchObject([
      {
        code: 's1', name: '甲某', workPhone: '0477-8500001', identityIssuer: 'https://id.example', identitySubject: 's1', partnerCode: 's2',
        posts: [{ unitCode: 'c1', titleZh: '代办员', primary: true }, { unitCode: 'g1', titleZh: '网格长', primary: false }],
        grants: [{ role: 'agent', scope: GRANT_SCOPE_SUBTREE, unitCode: 'c1' }],
      },
      { code: 's2', workPhone: '', partnerCode: '', posts: [{ primary: false }], grants: [{ role: 'clerk', scope: GRANT_SCOPE_TENANT, unitCode: '' }] },
    ]);
  });

  it('may come in the codes of the API, in any order of sheets and columns, and in part', async () => {
    const { rows, problems } = await readOffice(await textsOf({ Posts: [['titleZh', 'unitCode', 'staffCode', 'primary'], ['代办员', 'c1', 's1', 'yes']], staff: [['name', 'CODE'], ['甲某', 's1']] }));
    expect(problems.count()).toBe(0);
    expect(rows).toMatchObject({ units: [], staff: [{ code: 's1', name: '甲某', posts: [{ unitCode: 'c1', titleZh: '代办员', primary: true }] }] });
  });

  it('may have codes and telephones as numbers, flags, and rows that hold nothing', async () => {
    const bytes = await bookOf((book) => {
      book.addWorksheet('人员').addRows([['工号', '姓名', '办公电话'], [1001, '甲某', 13_800_138_000], ['  ', '', ''], [1002, '乙某', '']]);
      book.addWorksheet('岗位').addRows([['工号', '单位代码', '岗位名称', '主要岗位'], [1001, 7, '干事', true]]);
    });
    const { rows, problems } = await readOffice(bytes);
    expect(problems.listed).toEqual([]);
    expect(rows.staff).toMatchObject([{ code: '1001', workPhone: '13800138000', posts: [{ unitCode: '7', primary: true }] }, { code: '1002', workPhone: '' }]);
  });

  it('is nothing when its sheets are empty', async () => {
    const { rows, problems } = await readOffice(await bookOf((book) => void book.addWorksheet('单位')));
    expect([rows.units, rows.staff, problems.count()]).toEqual([[], [], 0]);
  });
});

describe('a problem', () => {
  it('is named by its cell and its column, every one of a row', async () => {
    const bytes = await bookOf((book) => {
      const sheet = book.addWorksheet('人员');
      sheet.addRows([staff[0] ?? [], ['s 1', '', '没有', '', '', 's2'], ['s2', '乙'.repeat(101), 5.5], ['s3', true, new Date('2026-03-01T00:00:00Z')]]);
      sheet.getCell('B3').value = { formula: 'A1', result: '乙某' };
      sheet.getCell('C4').numFmt = 'yyyy-mm-dd';
      sheet.getCell('H4').value = '随手记的';
      book.addWorksheet('岗位').addRows([posts[0] ?? [], ['s3', 'c1', '', '也许'], ['s9', 'c1', '干事', '是']]);
    });
    expect(found(await readOffice(bytes))).toEqual([
      '人员!A2 code malformed',
      '人员!B2 name required',
      '人员!C2 workPhone malformed',
      '人员!B3 name formula',
      '人员!C3 workPhone not_whole',
      '人员!B4 name wrong_type',
      '人员!C4 workPhone date',
      '人员!H4  no_column',
      '岗位!C2 titleZh required',
      '岗位!D2 primary not_a_choice',
      '岗位!A3 staffCode unknown',
    ]);
  });

  it('in one row leaves its code known to the others', async () => {
    const { rows, problems } = await readOffice(await textsOf({ 单位: [units[0] ?? [], ['c1', 'root', '村', '一社区']], 人员: [staff[0] ?? [], ['s1', ''], ['s2', '乙某']], 岗位: [posts[0] ?? [], ['s1', 'c1', '干事']] }));
    expect(inFileOrder(problems.listed).map(shown)).toEqual(['单位!C2 kind not_a_choice', '人员!B2 name required']);
    expect(rows).toMatchObject({ units: [], unreadUnits: ['c1'], staff: [{ code: 's2', posts: [] }], unreadStaff: ['s1'] });
  });

  it.each<[string, Record<string, string[][]>, string[]]>([
    ['a column that nobody knows', { 人员: [['工号', '姓名', '年龄'], ['s1', '甲某', '50']] }, ['人员!C1  unknown_column']],
    ['a column twice', { 人员: [['工号', '姓名', 'name'], ['s1', '甲某', '乙某']] }, ['人员!C1 name duplicate']],
    ['a column too few, and not each of its rows', { 人员: [['工号', '电话'], ['s1', '1'], ['s2', '2']], 岗位: posts }, ['人员!A1 name missing_column', '人员!B1  unknown_column']],
    ['a sheet that nobody knows, and not what would be in it', { 人员名单: staff, 岗位: posts }, ['人员名单!A1  unknown_sheet']],
    ['a sheet twice', { 人员: staff, staff }, ['staff!A1  duplicate_sheet']],
  ])('is %s', async (_what, sheets, expected) => {
    expect(found(await readOffice(await textsOf(sheets)))).toEqual(expected);
  });

  it('of the service is found again in the file', async () => {
    const bytes = await bookOf((book) => {
      book.addWorksheet('授权').addRows([grants[0] ?? [], [], ['s2', 'clerk', '全街道'], ['s1', 'agent', '本单位', 'c9']]);
      book.addWorksheet('岗位').addRows([['岗位名称', '工号', '单位代码'], ['干事', 's2', 'c1'], [], ['干事', 's1', 'c1'], ['网格长', 's1', 'c9']]);
      book.addWorksheet('人员').addRows([['姓名', '搭档工号', '工号'], [], ['甲某', 's9', 's1'], ['乙某', '', 's2']]);
      book.addWorksheet('单位').addRows([units[0] ?? [], [], [], ['c1', 'nowhere', '社区', '一社区']]);
    });
    const { locate, problems } = await readOffice(bytes);
    expect(problems.listed).toEqual([]);
    const at = (sheet: string, row: number, field: string) => shown(locate({ sheet, row, field, code: 'unknown' }));
    expect([
      at('units', 0, 'parent_code'), at('staff', 0, 'partner_code'), at('staff', 1, 'work_phone'), at('staff', 0, 'posts[1].unit_code'), at('staff', 0, 'posts[0]'),
      at('staff', 1, 'grants[0].role'), at('staff', 0, 'grants[0].unit_code'), at('staff', 0, 'posts'),
    ]).toEqual([
      '单位!B4 parentCode unknown', '人员!B3 partnerCode unknown', '人员!C4 workPhone unknown', '岗位!C5 unitCode unknown', '岗位!B4 staffCode unknown',
      '授权!B3 role unknown', '授权!D4 unitCode unknown', '人员!C3 posts unknown',
    ]);
  });
});

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is held on to: how much more lies about is the collector's choice. */
function liveBytes(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('a file', () => {
  it('whose sheet is hidden is refused; others may be', async () => {
    const hidden = (name: string, state: 'hidden' | 'veryHidden') => bookOf((book) => void book.addWorksheet(name, { state }).addRow(['工号']));
    expect(await refusalOf(readOffice(await hidden('人员', 'hidden')))).toBe('WORKBOOK_SHEET_HIDDEN');
    expect(await refusalOf(readOffice(await hidden('staff', 'veryHidden')))).toBe('WORKBOOK_SHEET_HIDDEN');
    expect((await readOffice(await hidden('下拉列表', 'hidden'))).problems.count()).toBe(0);
  });

  it('of 50,000 rows of which one in ten is wrong is read in seconds and in bounded memory', async () => {
    const bytes = await textsOf({ 人员: [staff[0] ?? [], ...Array.from({ length: 50_000 }, (_, n) => [`s${n}`, n % 10 === 0 ? '' : '某某', '0477-8500001', 'https://id.example/issuer', `subject-${n}`, ''])] });
    const before = liveBytes();
    const began = performance.now();
    const { rows, problems } = await readOffice(bytes);
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(liveBytes() - before).toBeLessThan(100 * 1024 * 1024);
    expect([rows.staff.length, rows.unreadStaff.length, problems.count(), problems.listed.length]).toEqual([45_000, 5_000, 5_000, 1_000]);
    expect(problems.listed.slice(-1).map(shown)).toEqual(['人员!B9992 name required']);
  }, 40_000);

  it('of one row more is refused', async () => {
    const bytes = await textsOf({ 人员: [staff[0] ?? [], ...Array.from({ length: 50_001 }, (_, n) => [`s${n}`, '某'])] });
    expect(await refusalOf(readOffice(bytes))).toBe('WORKBOOK_ROWS_TOO_MANY');
  }, 40_000);
});

describe('any workbook', () => {
  const value = fc.oneof(fc.constantFrom('', 's1', 'c1', '是', '网格', '本人', '=1', true, 5, 1.5, new Date(0)), fc.string({ unit: 'grapheme', maxLength: 12 }));
  const title = fc.constantFrom(...layouts.flatMap(({ columns }) => columns.flatMap((column) => [column.title, column.code])), '年龄', '');
  const table = fc.tuple(fc.array(title, { maxLength: 6 }), fc.array(fc.array(value, { maxLength: 7 }), { maxLength: 5 }));

  it('gives each row, or says what is wrong with it, and names a cell that is there', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...layouts), table, async ({ title: name }, [titles, rows]) => {
        const bytes = await sheetOf(name, (sheet) => sheet.addRows([titles, ...rows]));
        const { problems, rows: read } = await readOffice(bytes);
        expect(problems.count()).toBe(problems.listed.length);
        for (const { sheet, row, column } of problems.listed) {
          expect(sheet.title).toBe(name);
          expect([row >= 1 && row <= rows.length + 1, column >= 1 && column <= 7]).toEqual([true, true]);
        }
        expect(read.units.length + read.staff.length).toBeLessThanOrEqual(rows.length);
      }),
      { numRuns: 150 },
    );
  });
});
