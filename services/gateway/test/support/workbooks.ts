import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { isAppError } from '@linli/errors';
import { Workbook, type Worksheet } from 'exceljs';
import { ZipFile } from 'yazl';
import { readWorkbook } from '../../src/xlsx/read-workbook';
import type { Row } from '../../src/xlsx/read-rows';
import { writeWorkbook } from '../../src/xlsx/write-workbook';

/** A workbook as another program writes it: exceljs, with the strings in a table of their own, as Excel does. */
export async function bookOf(fill: (book: Workbook) => void): Promise<Buffer> {
  const book = new Workbook();
  fill(book);
  return Buffer.from(await book.xlsx.writeBuffer());
}

/** The same with one sheet. */
export function sheetOf(name: string, fill: (sheet: Worksheet) => void): Promise<Buffer> {
  return bookOf((book) => fill(book.addWorksheet(name)));
}

/** Sheets of texts, the titles first, as an export writes them. */
export function textsOf(sheets: Readonly<Record<string, readonly (readonly string[])[]>>): Promise<Buffer> {
  const toWrite = Object.entries(sheets).map(([name, [titles = [], ...rows]]) => ({ name, columns: titles.map((title) => ({ title, width: 10 })), pages: once(rows) }));
  return buffer(writeWorkbook(toWrite));
}

async function* once(rows: readonly (readonly string[])[]): AsyncGenerator<readonly (readonly string[])[]> {
  yield rows;
}

/** Any zip; what is undefined is left out. */
export function zipOf(parts: Readonly<Record<string, string | Buffer | Readable | undefined>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, part] of Object.entries(parts)) {
    if (part instanceof Readable) zip.addReadStream(part, name, { compressionLevel: 1 });
    else if (part !== undefined) zip.addBuffer(typeof part === 'string' ? Buffer.from(part) : part, name, { compressionLevel: 1 });
  }
  zip.end();
  return buffer(zip.outputStream);
}

const relations = (types: readonly string[]): string =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${types.map((type) => `<Relationship Id="${type}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${type}.xml"/>`).join('')}</Relationships>`;

/** The least that is a workbook: one sheet 单位 of this XML. Other parts may be added, replaced or left out. */
export function bareParts(sheetData: string, more: Readonly<Record<string, string | Buffer | Readable | undefined>> = {}) {
  return {
    'xl/workbook.xml': '<workbook xmlns:r="urn:r"><sheets><sheet name="单位" sheetId="1" r:id="worksheet"/></sheets></workbook>',
    'xl/_rels/workbook.xml.rels': relations(['worksheet', 'sharedStrings', 'styles']),
    'xl/worksheet.xml': `<worksheet><sheetData>${sheetData}</sheetData></worksheet>`,
    'xl/sharedStrings.xml': '<sst/>',
    'xl/styles.xml': '<styleSheet/>',
    ...more,
  };
}

/** What is in the sheets, as `人员!C7` and what is there. */
export async function cellsOf(bytes: Buffer): Promise<Record<string, unknown>> {
  const cells: Record<string, unknown> = {};
  await readWorkbook(bytes, ({ name }) => ({ number, cells: read }: Row) => {
    for (const { column, value } of read) cells[`${name}!${String.fromCharCode(64 + column)}${number}`] = Object.values(value)[0];
  });
  return cells;
}

/** The reason that a file is refused with. */
export async function refusalOf(reading: Promise<unknown>): Promise<string> {
  try {
    await reading;
    return 'taken';
  } catch (error) {
    if (isAppError(error) && error.kind === 'invalid_argument') return error.reason;
    throw error;
  }
}
