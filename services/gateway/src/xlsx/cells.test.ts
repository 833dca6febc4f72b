import fc from 'fast-check';
import { columnName, readAddress } from './cell-address';
import { fromCellText, toCellText } from './cell-text';

describe('an address', () => {
  it('names every column of Excel as Excel does', () => {
    expect([1, 26, 27, 52, 53, 702, 703, 16_384].map(columnName)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA', 'XFD']);
    fc.assert(fc.property(fc.integer({ min: 1, max: 16_384 }), fc.integer({ min: 1, max: 1_048_576 }), (column, row) => expect(readAddress(`${columnName(column)}${row}`)).toEqual({ column, row })));
  });

  it.each(['', 'A', '7', 'A0', 'a1', 'XFE1', 'AAAA1', 'A1:B2', '$A$1', 'A01', 'A1 '])('%j is none', (text) => {
    expect(readAddress(text)).toBeUndefined();
  });
});

describe('the text of a cell', () => {
  const danger = fc.constantFrom('=', '+', '-', '@', '＝', "'", '\t', '\r', '\n', '_x000D_', '_x005F_', '_', 'x0041_', 'a', '王');
  const texts = fc.oneof(fc.array(danger, { maxLength: 8 }).map((parts) => parts.join('')), fc.string({ unit: 'grapheme', maxLength: 20 })).map((text) => text.trim());

  it('comes back as it was', () => {
    fc.assert(fc.property(texts, (text) => expect(fromCellText(toCellText(text))).toBe(text)), { numRuns: 2_000 });
  });

  it('never begins like a formula, whatever it was', () => {
    fc.assert(fc.property(fc.oneof(texts, texts.map((text) => `=${text}`)), (text) => expect(toCellText(text)).not.toMatch(/^[=+\-@＝＋－＠\t\r\n]/)));
    expect(['=1+1', '+86 477', '-1', '@a', "'=1", "'abc", '王小明'].map(toCellText)).toEqual(["'=1+1", "'+86 477", "'-1", "'@a", "''=1", "'abc", '王小明']);
  });

  it('of Excel is read with its escapes, and without spaces around it', () => {
    expect(['  王 ', '\u3000a\u00a0', 'a_x000D_\nb', '_x005F_x0041_', "'abc", ''].map(fromCellText)).toEqual(['王', 'a', 'a\r\nb', '_x0041_', "'abc", '']);
  });
});
