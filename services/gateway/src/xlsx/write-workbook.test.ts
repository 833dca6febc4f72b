import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { Workbook } from 'exceljs';
import fc from 'fast-check';
import { cellsOf, textsOf } from '../../test/support/workbooks';
import { writeWorkbook } from './write-workbook';

/** As exceljs understands it. */
async function opened(bytes: Buffer): Promise<Workbook> {
  return new Workbook().xlsx.load(bytes as unknown as Parameters<Workbook['xlsx']['load']>[0]);
}

describe('a workbook that we write', () => {
  it('is what another program understands, with every cell as text', async () => {
    const bytes = await textsOf({ 单位: [['单位代码', '名称'], ['007', '一网格 <&>"'], ['3-1', ''], ['=1+1', "'a"]], 空表: [['甲']] });
    const book = await opened(bytes);
    expect(book.worksheets.map(({ name }) => name)).toEqual(['单位', '空表']);
    const sheet = book.getWorksheet('单位');
    const values = ['A1', 'B1', 'A2', 'B2', 'A3', 'B3', 'A4', 'B4'].map((address) => sheet?.getCell(address).value);
    expect(values).toEqual(['单位代码', '名称', '007', '一网格 <&>"', '3-1', null, "'=1+1", "'a"]);
    expect([sheet?.getCell('A2').numFmt, sheet?.getColumn(2).numFmt]).toEqual(['@', '@']);
    expect(sheet?.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 });
  });

  it('lets choose where there is a choice', async () => {
    const sheet = { name: 's', columns: [{ title: 'a', width: 9 }, { title: '类别', width: 9, choices: ['社区', '网格'] }], pages: Readable.from([[['x', '社区']]]) };
    const book = await opened(await buffer(writeWorkbook([sheet])));
    expect(book.getWorksheet('s')?.getCell('B2').dataValidation).toMatchObject({ type: 'list', formulae: ['"社区,网格"'] });
  });

  it('gives back whatever it was given', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map((one) => one.trim().replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '').trim());
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { maxLength: 12 }), async (rows) => {
        const expected = rows.flatMap(([a, b], index) => [[`s!A${index + 2}`, a], [`s!B${index + 2}`, b]]).filter(([, one]) => one !== '');
        expect(await cellsOf(await textsOf({ s: [['甲', '乙'], ...rows] }))).toEqual({ 's!A1': '甲', 's!B1': '乙', ...Object.fromEntries(expected) });
      }),
      { numRuns: 60 },
    );
  });

  it('is made no faster than it is taken', async () => {
    let asked = 0;
    async function* pages() {
      for (let page = 0; page < 200; page += 1) {
        asked += 1;
        // Nothing that packs well: what is taken is as much as what is made.
        yield Array.from({ length: 200 }, (_, n) => [`${page}-${n}-${Math.random().toString(36)}`]);
      }
    }
    const workbook = writeWorkbook([{ name: 's', columns: [{ title: 'a', width: 9 }], pages: pages() }]);
    for (let n = 0; n < 500; n += 1) await turn();
    expect(asked).toBeLessThan(100);
    expect((await cellsOf(await buffer(workbook)))['s!A40001']).toMatch(/^199-199-/);
    expect(asked).toBe(200);
  });

  it('fails with the page that failed', async () => {
    async function* pages() {
      yield [['a']];
      throw new Error('the page is not there');
    }
    await expect(buffer(writeWorkbook([{ name: 's', columns: [{ title: 'a', width: 9 }], pages: pages() }]))).rejects.toThrow('the page is not there');
  });
});
