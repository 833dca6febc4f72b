import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { columnName } from './cell-address';
import { toCellText } from './cell-text';

export interface ColumnToWrite {
  readonly title: string;
  /** In characters. */
  readonly width: number;
  /** What a cell may be, to be chosen from a list. */
  readonly choices?: readonly string[];
}

export interface SheetToWrite {
  readonly name: string;
  readonly columns: readonly ColumnToWrite[];
  /** Texts by column, many rows at a time; asked for when there is room for them. */
  readonly pages: AsyncIterable<readonly (readonly string[])[]>;
}

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const ofOffice = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const ofPackage = 'http://schemas.openxmlformats.org/package/2006';
const contentType = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const lastRowToChoose = 50_001;

// Every cell is text, also the ones that are yet to be filled in: a code such as 007 or 3-1 must stay what was typed.
const styles = `${head}<styleSheet xmlns="${main}"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>\
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>\
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>\
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`;
const [textStyle, titleStyle] = [1, 2];

/** An .xlsx as a stream that makes no more of itself than its reader takes. A page that fails destroys it. */
export function writeWorkbook(sheets: readonly SheetToWrite[]): Readable {
  const zip = new ZipFile();
  const output = new PassThrough();
  const fail = (error: Error): void => void output.destroy(error);
  zip.on('error', fail);
  for (const [part, xml] of Object.entries(partsAround(sheets))) zip.addBuffer(Buffer.from(xml), part);
  for (const [index, sheet] of sheets.entries()) {
    const xml = Readable.from(sheetXml(sheet), { objectMode: true, highWaterMark: 1 });
    zip.addReadStream(xml.on('error', fail), `xl/worksheets/sheet${index + 1}.xml`);
  }
  zip.end();
  zip.outputStream.pipe(output);
  return output;
}

function partsAround(sheets: readonly SheetToWrite[]): Record<string, string> {
  const numbered = sheets.map(({ name }, index) => ({ name, number: index + 1 }));
  const types = numbered.map(({ number }) => `<Override PartName="/xl/worksheets/sheet${number}.xml" ContentType="${contentType}.worksheet+xml"/>`);
  const names = numbered.map(({ name, number }) => `<sheet name="${escapeXml(name)}" sheetId="${number}" r:id="rId${number}"/>`);
  const relations = numbered.map(({ number }) => `<Relationship Id="rId${number}" Type="${ofOffice}/worksheet" Target="worksheets/sheet${number}.xml"/>`);
  return {
    '[Content_Types].xml': `${head}<Types xmlns="${ofPackage}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>\
<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${contentType}.sheet.main+xml"/>\
<Override PartName="/xl/styles.xml" ContentType="${contentType}.styles+xml"/>${types.join('')}</Types>`,
    '_rels/.rels': `${head}<Relationships xmlns="${ofPackage}/relationships"><Relationship Id="rId1" Type="${ofOffice}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    'xl/workbook.xml': `${head}<workbook xmlns="${main}" xmlns:r="${ofOffice}"><sheets>${names.join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${head}<Relationships xmlns="${ofPackage}/relationships">${relations.join('')}\
<Relationship Id="rId${sheets.length + 1}" Type="${ofOffice}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': styles,
  };
}

async function* sheetXml({ columns, pages }: SheetToWrite): AsyncGenerator<Buffer> {
  const widths = columns.map(({ width }, index) => `<col min="${index + 1}" max="${index + 1}" width="${width}" style="${textStyle}" customWidth="1"/>`);
  yield Buffer.from(
    `${head}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>\
<cols>${widths.join('')}</cols><sheetData>${rowXml(1, columns.map(({ title }) => title), titleStyle)}`,
  );
  let number = 1;
  for await (const rows of pages) {
    const first = number + 1;
    number += rows.length;
    if (rows.length > 0) yield Buffer.from(rows.map((texts, index) => rowXml(first + index, texts, textStyle)).join(''));
  }
  yield Buffer.from(`</sheetData>${choicesXml(columns)}</worksheet>`);
}

function rowXml(number: number, texts: readonly string[], style: number): string {
  const cells = texts.map((text, index) =>
    text === '' ? '' : `<c r="${columnName(index + 1)}${number}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(toCellText(text))}</t></is></c>`,
  );
  return `<row r="${number}">${cells.join('')}</row>`;
}

function choicesXml(columns: readonly ColumnToWrite[]): string {
  const validations = columns.flatMap(({ choices }, index) => {
    if (choices === undefined) return [];
    const name = columnName(index + 1);
    return [`<dataValidation type="list" allowBlank="1" showErrorMessage="1" sqref="${name}2:${name}${lastRowToChoose}"><formula1>"${escapeXml(choices.join(','))}"</formula1></dataValidation>`];
  });
  return validations.length === 0 ? '' : `<dataValidations count="${validations.length}">${validations.join('')}</dataValidations>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
