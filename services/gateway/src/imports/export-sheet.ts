import type { Readable } from 'node:stream';
import { organization } from '@linli/contracts';
import type { Clients } from '../clients';
import { scopes } from '../grants/grant-json';
import type { Call } from '../routing/route';
import { kinds } from '../units/routes';
import { writeWorkbook, type SheetToWrite } from '../xlsx/write-workbook';
import { grantsLayout, notesSheet, postsLayout, staffLayout, unitsLayout, wordFor, type Layout } from './sheet-layout';

const { ORGANIZATION_PART_UNITS, ORGANIZATION_PART_STAFF, ORGANIZATION_PART_POSTS, ORGANIZATION_PART_GRANTS } = organization.OrganizationPart;

type Page = organization.ExportOrganizationResponse;

export interface ExportedSheet {
  readonly workbook: Readable;
  /** The day that it tells of. */
  readonly asOf: string;
}

/**
 * The office as a workbook that comes in again unchanged, made page by page while it is taken. The first page is read before
 * anything is answered, so that whoever may not have it is told so.
 */
export async function exportSheet({ imports }: Pick<Clients, 'imports'>, options: Call['options']): Promise<ExportedSheet> {
  const read = (part: organization.OrganizationPart, pageToken: string): Promise<Page> => imports.exportOrganization({ part, pageSize: 1_000, pageToken }, options);
  const first = await read(ORGANIZATION_PART_UNITS, '');
  async function* pages(part: organization.OrganizationPart, rowsOf: (page: Page) => string[][], begun?: Page): AsyncGenerator<string[][]> {
    let page = begun ?? (await read(part, ''));
    yield rowsOf(page);
    while (page.nextPageToken !== '') {
      page = await read(part, page.nextPageToken);
      yield rowsOf(page);
    }
  }
  const workbook = writeWorkbook([
    notes(first.asOf),
    sheetOf(unitsLayout, pages(ORGANIZATION_PART_UNITS, ({ units }) => units.map(unitTexts), first)),
    sheetOf(staffLayout, pages(ORGANIZATION_PART_STAFF, ({ staff }) => staff.map(staffTexts))),
    sheetOf(postsLayout, pages(ORGANIZATION_PART_POSTS, ({ posts }) => posts.map(postTexts))),
    sheetOf(grantsLayout, pages(ORGANIZATION_PART_GRANTS, ({ grants }) => grants.map(grantTexts))),
  ]);
  return { workbook, asOf: first.asOf };
}

function sheetOf({ title, columns }: Layout, pages: SheetToWrite['pages']): SheetToWrite {
  return { name: title, columns: columns.map(({ words, ...column }) => ({ ...column, ...(words === undefined ? {} : { choices: Object.values(words) }) })), pages };
}

// In the order of the layouts' columns.
function unitTexts({ code, parentCode, kind, nameZh, nameMn }: organization.UnitRow): string[] {
  return [code, parentCode, wordFor(unitsLayout, 'kind', kinds.fromWire(kind)), nameZh, nameMn];
}

function staffTexts({ code, name, workPhone, identityIssuer, identitySubject, partnerCode }: organization.StaffRow): string[] {
  return [code, name, workPhone, identityIssuer, identitySubject, partnerCode];
}

function postTexts({ staffCode, post }: organization.StaffPostRow): string[] {
  return [staffCode, post?.unitCode ?? '', post?.titleZh ?? '', wordFor(postsLayout, 'primary', post?.primary === true ? 'yes' : 'no')];
}

function grantTexts({ staffCode, grant }: organization.StaffGrantRow): string[] {
  return [staffCode, grant?.role ?? '', grant === undefined ? '' : wordFor(grantsLayout, 'scope', scopes.fromWire(grant.scope)), grant?.unitCode ?? ''];
}

/** What somebody who fills it in must know. */
function notes(asOf: string): SheetToWrite {
  const lines = [
    `截至 ${asOf} 的单位与人员。改好后可直接导入；不改而导入，不会有任何变化。`,
    '导入只新增：已有而内容不同的行会列为问题，什么都不写入。没有写在表中的单位和人员不受影响。',
    '请勿改动工作表名称和第一行的标题。可以删除不用的工作表；“说明”不读取。不读取公式，日期不可作为内容。',
    '单位：类别从列表中选；上级单位代码只有街道本身为空。',
    '人员：登录服务和登录标识要么都填，要么都不填；搭档填一方即可。',
    '岗位、授权：一行一项，工号须在“人员”中。范围为本人、全街道时，授权的单位代码不填。',
    '有终止日期的岗位和授权不在表中：它们到期自行结束，再次导入就没有期限了。',
    '以 = + - @ 开头的内容前面加了一个 \'，导入时会去掉。',
  ];
  return { name: notesSheet.title, columns: [{ title: notesSheet.title, width: 100 }], pages: oncePage(lines.map((line) => [line])) };
}

async function* oncePage(rows: string[][]): AsyncGenerator<string[][]> {
  yield rows;
}
