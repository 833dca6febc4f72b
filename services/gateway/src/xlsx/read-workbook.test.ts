import { Readable } from 'node:stream';
import { bareParts, bookOf, cellsOf, refusalOf, sheetOf, textsOf, zipOf } from '../../test/support/workbooks';
import { readWorkbook } from './read-workbook';

const refuses = (bytes: Buffer) => refusalOf(readWorkbook(bytes, () => () => undefined));

describe('a workbook of another program', () => {
  it('is read cell by cell, at its addresses', async () => {
    const bytes = await bookOf((book) => {
      const sheet = book.addWorksheet('人员');
      sheet.getCell('A1').value = '工号';
      sheet.getCell('C1').value = '姓名';
      sheet.getCell('AB7').value = '远处';
      book.addWorksheet('岗位').getCell('B2').value = ' 干事 ';
    });
    expect(Object.keys(await cellsOf(bytes))).toEqual(['人员!A1', '人员!C1', '人员!\\7', '岗位!B2']);
    expect(await cellsOf(bytes)).toMatchObject({ '人员!A1': '工号', '岗位!B2': '干事' });
  });

  it('gives text as it is, and numbers in digits where they are whole', async () => {
    const bytes = await sheetOf('s', (sheet) => {
      const values = ['王小明', 13_800_138_000, 7, -5, 0, 1.5, 1e21, true, false, { richText: [{ text: '王' }, { font: { bold: true }, text: '小明' }] }, { text: '链接', hyperlink: 'https://a.example' }, '', ' ', 'x'.repeat(1_001)];
      values.forEach((value, index) => (sheet.getCell(index + 1, 1).value = value));
      sheet.getCell('A3').numFmt = '0000';
      sheet.getCell('A5').numFmt = '0.00';
    });
    expect(Object.values(await cellsOf(bytes))).toEqual(['王小明', '13800138000', '0007', '-5', '0', 'not_whole', 'not_whole', true, false, '王小明', '链接', 'too_long']);
  });

  it('never gives a formula or what it gave the last time', async () => {
    const bytes = await sheetOf('s', (sheet) => {
      sheet.getCell('A1').value = { formula: 'HYPERLINK("https://evil.example","王")', result: '王' };
      sheet.getCell('A2').value = { formula: '1+1', result: 2 };
      sheet.getCell('A3').value = { sharedFormula: 'A2', result: 2 };
      sheet.getCell('A4').value = { error: '#REF!' };
      sheet.getCell('A5').value = '=1+1';
    });
    expect(await cellsOf(bytes)).toEqual({ 's!A1': 'formula', 's!A2': 'formula', 's!A3': 'formula', 's!A4': 'wrong_type', 's!A5': '=1+1' });
  });

  it.each(['yyyy-mm-dd', 'm"月"d"日"', '[$-804]yyyy"年"m"月"', 'h:mm', '[h]:mm:ss', 'd-mmm'])('a number in the format %s is a date', async (format) => {
    const bytes = await sheetOf('s', (sheet) => {
      sheet.getCell('A1').value = new Date('2026-03-01T00:00:00Z');
      sheet.getCell('A2').value = 46_082;
      for (const cell of ['A1', 'A2']) sheet.getCell(cell).numFmt = format;
    });
    expect(await cellsOf(bytes)).toEqual({ 's!A1': 'date', 's!A2': 'date' });
  });

  it.each(['0', '#,##0', '0"人"', '[Red]0', '@', 'General', '0.00E+00', '"第"0"号"', '¥0'])('a number in the format %s is none', async (format) => {
    const bytes = await sheetOf('s', (sheet) => {
      sheet.getCell('A1').value = 46_082;
      sheet.getCell('A1').numFmt = format;
    });
    expect(await cellsOf(bytes)).toEqual({ 's!A1': '46082' });
  });

  it('says which sheets are hidden, and unpacks only those that are wanted', async () => {
    const bytes = await bookOf((book) => {
      book.addWorksheet('a').getCell('A1').value = 1;
      book.addWorksheet('b', { state: 'hidden' }).getCell('A1').value = 2;
      book.addWorksheet('c', { state: 'veryHidden' }).getCell('A1').value = 3;
    });
    const heads: [string, boolean][] = [];
    const taken: number[] = [];
    await readWorkbook(bytes, ({ name, hidden }) => {
      heads.push([name, hidden]);
      return name === 'b' ? ({ cells }) => void taken.push(cells.length) : undefined;
    });
    expect([heads, taken]).toEqual([[['a', false], ['b', true], ['c', true]], [1]]);
  });
});

describe('the XML of a sheet', () => {
  const read = async (sheetData: string, more = {}) => cellsOf(await zipOf(bareParts(sheetData, more)));

  it('may leave addresses out, name its elements with a prefix, and hold text in CDATA', async () => {
    expect(await read('<row><c t="inlineStr"><is><t>a</t></is></c><c><v>1</v></c></row><row><c><v>2</v></c></row>')).toEqual({ '单位!A1': 'a', '单位!B1': '1', '单位!A2': '2' });
    const prefixed = '<x:worksheet xmlns:x="urn:x"><x:sheetData><x:row r="3"><x:c r="B3" t="inlineStr"><x:is><x:t><![CDATA[<王>]]></x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>';
    expect(await read('', { 'xl/worksheet.xml': prefixed })).toEqual({ '单位!B3': '<王>' });
  });

  it('gives a rich string without its reading', async () => {
    const strings = '<sst><si><r><t>王</t></r><r><t>小明</t></r><rPh sb="0" eb="1"><t>ワン</t></rPh></si></sst>';
    expect(await read('<row><c t="s"><v>0</v></c></row>', { 'xl/sharedStrings.xml': strings })).toEqual({ '单位!A1': '王小明' });
  });

  it.each([
    ['a row twice', '<row r="2"/><row r="2"/>'],
    ['rows out of order', '<row r="3"/><row r="2"/>'],
    ['a row beyond the last', '<row r="1048577"/>'],
    ['a cell twice', '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>'],
    ['a cell of another row', '<row r="1"><c r="A2"><v>1</v></c></row>'],
    ['a cell beyond the last', '<row r="1"><c r="XFE1"><v>1</v></c></row>'],
    ['a string that is not there', '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'],
    ['a string of another number', '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>'],
    ['tags that do not match', '<row r="1"><c r="A1"></row>'],
    ['an entity that nobody declared', '<row r="1"><c r="A1" t="str"><v>&x;</v></c></row>'],
    ['an end that does not come', '<row r="1"><c r="A1">'],
    ['elements in elements without end', '<a>'.repeat(40) + '</a>'.repeat(40)],
  ])('is refused with %s', async (_what, sheetData) => {
    expect(await refuses(await zipOf(bareParts(sheetData)))).toBe('WORKBOOK_DAMAGED');
  });

  it('is refused when it is no UTF-8', async () => {
    expect(await refuses(await zipOf(bareParts('', { 'xl/worksheet.xml': Buffer.from('<a>\xff</a>', 'latin1') })))).toBe('WORKBOOK_DAMAGED');
  });

  it.each([
    ['a laughter of entities', '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'],
    ['a file of the server', '<!DOCTYPE a [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'],
    ['nothing but a type', '<!DOCTYPE worksheet><worksheet/>'],
  ])('that declares %s is not looked at', async (_what, xml) => {
    for (const part of ['xl/worksheet.xml', 'xl/workbook.xml', 'xl/sharedStrings.xml', 'xl/styles.xml', 'xl/_rels/workbook.xml.rels']) {
      expect([part, await refuses(await zipOf(bareParts('', { [part]: xml })))]).toEqual([part, 'WORKBOOK_XML_FORBIDDEN']);
    }
  });

  it.each([
    ['a text', (long: string) => `<worksheet><v>${long}</v></worksheet>`],
    ['a tag', (long: string) => `<worksheet ${long}="1"/>`],
    ['an attribute', (long: string) => `<worksheet a="${long}"/>`],
    ['a comment', (long: string) => `<worksheet><!--${long}--></worksheet>`],
  ])('with %s of a megabyte is not gathered', async (_what, around) => {
    // Without a pattern, so that the ratio does not give it away.
    const long = Array.from({ length: 120_000 }, (_, n) => `x${(n * 7_919).toString(36)}`).join('');
    expect(await refuses(await zipOf(bareParts('', { 'xl/worksheet.xml': around(long) })))).toBe('WORKBOOK_TOO_LARGE');
  });
});

describe('a file', () => {
  const ole = Buffer.from('d0cf11e0a1b11ae1', 'hex');

  it.each<[string, Buffer | Promise<Buffer>, string]>([
    ['without a byte', Buffer.alloc(0), 'WORKBOOK_NOT_XLSX'],
    ['of text', Buffer.from('单位,人员\n'), 'WORKBOOK_NOT_XLSX'],
    ['of HTML that is called .xls', Buffer.from('<html><table/></html>'), 'WORKBOOK_NOT_XLSX'],
    ['that is a zip of something else', zipOf({ 'a.txt': 'a' }), 'WORKBOOK_NOT_XLSX'],
    ['that is a document', zipOf({ 'word/document.xml': '<a/>' }), 'WORKBOOK_NOT_XLSX'],
    ['that is an .xlsb', zipOf({ 'xl/workbook.bin': 'a' }), 'WORKBOOK_NOT_XLSX'],
    ['that is an .xls', Buffer.concat([ole, Buffer.alloc(4_096)]), 'WORKBOOK_OLD_FORMAT'],
    ['with a password', Buffer.concat([ole, Buffer.alloc(512), Buffer.from('EncryptedPackage', 'utf16le')]), 'WORKBOOK_ENCRYPTED'],
    ['with macros', zipOf(bareParts('', { 'xl/vbaProject.bin': 'a' })), 'WORKBOOK_HAS_MACROS'],
    ['without its relations', zipOf(bareParts('', { 'xl/_rels/workbook.xml.rels': undefined })), 'WORKBOOK_DAMAGED'],
    ['without the sheet that it names', zipOf(bareParts('', { 'xl/worksheet.xml': undefined })), 'WORKBOOK_DAMAGED'],
    ['of more parts than any workbook', zipOf(Object.fromEntries(Array.from({ length: 1_001 }, (_, n) => [`a${n}`, '']))), 'WORKBOOK_TOO_LARGE'],
    ['of more sheets than are read', textsOf(Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`s${n}`, [['a']]]))), 'WORKBOOK_SHEETS_TOO_MANY'],
  ])('%s is refused', async (_what, bytes, reason) => {
    expect(await refuses(await bytes)).toBe(reason);
  });

  it('whose parts are protected is refused', async () => {
    const bytes = await zipOf(bareParts(''));
    // The flag of encryption, in every entry of the directory.
    for (let at = bytes.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4, 'latin1')) bytes[at + 8] = (bytes[at + 8] ?? 0) | 1;
    expect(await refuses(bytes)).toBe('WORKBOOK_ENCRYPTED');
  });

  it('that ends early is refused, wherever it ends', async () => {
    const bytes = await sheetOf('单位', (sheet) => sheet.addRows(Array.from({ length: 200 }, (_, n) => [`u${n}`, '一网格'])));
    for (let length = 8; length < bytes.length; length += 97) expect([length, await refuses(bytes.subarray(0, length))]).toEqual([length, 'WORKBOOK_DAMAGED']);
  });

  it('in which a byte turned over is refused, or says the same', async () => {
    const bytes = await textsOf({ 单位: [['单位代码'], ...Array.from({ length: 50 }, (_, n) => [`u${n}`])] });
    const meant = await cellsOf(bytes);
    for (let at = 0; at < bytes.length; at += 7) {
      const turned = Buffer.from(bytes);
      turned[at] = (turned[at] ?? 0) ^ 0x10;
      const read = await cellsOf(turned).catch((error: { readonly reason?: string }) => error.reason);
      if (typeof read === 'string') expect(read).toMatch(/^WORKBOOK_/);
      else expect([at, read]).toEqual([at, meant]);
    }
  });
});

describe('a zip bomb', () => {
  const mega = Buffer.alloc(1024 * 1024, ' ');
  const blanks = (megabytes: number) => Readable.from((function* () {
    for (let n = 0; n < megabytes; n += 1) yield mega;
  })());

  it.each([
    ['in its sheet', 'xl/worksheet.xml'],
    ['in a part that nobody reads', 'xl/media/image1.png'],
  ])('%s is refused before anything of it is unpacked', async (_what, part) => {
    const bytes = await zipOf(bareParts('', { [part]: blanks(150) }));
    expect(bytes.length).toBeLessThan(1024 * 1024);
    const { rss } = process.memoryUsage();
    const began = performance.now();
    expect(await refuses(bytes)).toBe('WORKBOOK_TOO_LARGE');
    expect(performance.now() - began).toBeLessThan(3_000);
    expect(process.memoryUsage().rss - rss).toBeLessThan(100 * 1024 * 1024);
  });

  it('of many small parts is as large as their sum', async () => {
    const parts = Object.fromEntries(Array.from({ length: 140 }, (_, n) => [`xl/media/${n}`, Buffer.alloc(1_000_000)]));
    expect(await refuses(await zipOf(bareParts('', parts)))).toBe('WORKBOOK_TOO_LARGE');
  });

  it('that says it is small is cut where it said it would end', async () => {
    const bytes = await zipOf(bareParts('', { 'xl/worksheet.xml': blanks(20) }));
    // The sizes that the directory and what stands behind the part tell of, made small.
    const size = Buffer.alloc(4);
    size.writeUInt32LE(20 * 1024 * 1024);
    const small = Buffer.from([0xe8, 3, 0, 0]);
    let changed = 0;
    for (let at = bytes.indexOf(size); at >= 0; at = bytes.indexOf(size, at + 4)) {
      small.copy(bytes, at);
      changed += 1;
    }
    expect(changed).toBeGreaterThan(0);
    const began = performance.now();
    expect(await refuses(bytes)).toBe('WORKBOOK_DAMAGED');
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
