import { z } from 'zod';
import { scopes } from '../grants/grant-json';
import { kinds } from '../units/routes';
import { code, optionalText, text } from '../wire/fields';

/** A column, by the title that an export gives it or by its code, as the API calls the field. */
export interface Column {
  readonly code: string;
  readonly title: string;
  readonly width: number;
  /** Whether a sheet without it can be read at all. */
  readonly needed: boolean;
  /** The words to choose from, by what the API calls them; a cell may hold either. */
  readonly words?: Readonly<Record<string, string>>;
}

export interface Layout<Schema extends z.ZodType = z.ZodType> {
  readonly code: SheetCode;
  readonly title: string;
  readonly columns: readonly Column[];
  /** One row, by the codes of its columns. */
  readonly schema: Schema;
}

export type SheetCode = 'units' | 'staff' | 'posts' | 'grants';

/** For people who fill the workbook in; not read. */
export const notesSheet = { code: 'notes', title: '说明' } as const;

// Total, so that a word that is new to the API is not forgotten here.
type Words<Schema extends z.ZodType<string>> = Readonly<Record<z.output<Schema>, string>>;
const kindWords: Words<typeof kinds.schema> = { subdistrict: '街道', community: '社区', grid: '网格', building: '楼栋', household_cluster: '联户', department: '科室' };
const scopeWords: Words<typeof scopes.schema> = { self: '本人', unit: '本单位', subtree: '本单位及下级', tenant: '全街道' };
const flagWords = { yes: '是', no: '否' } as const;

const optionalCode = code.optional().transform((value) => value ?? '');
// As the service takes it: what it exports must come in again.
const workPhone = optionalText(20, /^(\+?[0-9][0-9 -]{2,18})?$/u);

function column(name: string, title: string, more: Partial<Column> = {}): Column {
  return { code: name, title, width: 16, needed: true, ...more };
}

export const unitsLayout = {
  code: 'units',
  title: '单位',
  columns: [
    column('code', '单位代码'),
    column('parentCode', '上级单位代码'),
    column('kind', '类别', { width: 10, words: kindWords }),
    column('nameZh', '中文名称', { width: 32 }),
    column('nameMn', '蒙文名称', { width: 32, needed: false }),
  ],
  schema: z.strictObject({ code, parentCode: optionalCode, kind: kinds.schema, nameZh: text(100), nameMn: optionalText(200) }),
} as const satisfies Layout;

export const staffLayout = {
  code: 'staff',
  title: '人员',
  columns: [
    column('code', '工号'),
    column('name', '姓名'),
    column('workPhone', '办公电话', { needed: false }),
    column('identityIssuer', '登录服务', { width: 32, needed: false }),
    column('identitySubject', '登录标识', { width: 32, needed: false }),
    column('partnerCode', '搭档工号', { needed: false }),
  ],
  schema: z.strictObject({ code, name: text(100), workPhone, identityIssuer: optionalText(300), identitySubject: optionalText(255), partnerCode: optionalCode }),
} as const satisfies Layout;

export const postsLayout = {
  code: 'posts',
  title: '岗位',
  columns: [
    column('staffCode', '工号'),
    column('unitCode', '单位代码'),
    column('titleZh', '岗位名称', { width: 24 }),
    column('primary', '主要岗位', { width: 10, needed: false, words: flagWords }),
  ],
  schema: z.strictObject({ staffCode: code, unitCode: code, titleZh: text(60), primary: z.enum(['yes', 'no']).optional().transform((word) => word === 'yes') }),
} as const satisfies Layout;

export const grantsLayout = {
  code: 'grants',
  title: '授权',
  columns: [
    column('staffCode', '工号'),
    column('role', '角色代码'),
    column('scope', '范围', { width: 14, words: scopeWords }),
    column('unitCode', '单位代码', { needed: false }),
  ],
  schema: z.strictObject({ staffCode: code, role: code, scope: scopes.schema, unitCode: optionalCode }),
} as const satisfies Layout;

/** In the order of an export. */
export const layouts: readonly Layout[] = [unitsLayout, staffLayout, postsLayout, grantsLayout];

/** The word of a column that the API calls `word`; empty for one that this gateway does not know. */
export function wordFor({ columns }: Layout, column: string, word: string | undefined): string {
  return columns.find(({ code: name }) => name === column)?.words?.[word ?? ''] ?? '';
}
