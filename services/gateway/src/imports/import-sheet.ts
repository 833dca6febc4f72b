import { organization } from '@linli/contracts';
import { z } from 'zod';
import type { Language } from '@linli/http';
import type { Clients } from '../clients';
import { describeCell } from '../messages/render';
import type { Call } from '../routing/route';
import { queryFlag } from '../wire/fields';
import { columnName } from '../xlsx/cell-address';
import { tooLarge } from '../xlsx/refusals';
import { readOffice } from './read-office';
import { inFileOrder, mostListed, type SheetProblem } from './sheet-problems';

export const importQuery = z.strictObject({ dryRun: queryFlag.optional().meta({ description: '只检查，不写入', shown: { type: 'boolean', default: false } }) });

const problemSchema = z.strictObject({
  sheet: z.string(),
  row: z.int().meta({ description: '从 1 起，与 Excel 的行号相同' }),
  cell: z.string().meta({ description: '单元格，如 人员!C7' }),
  field: z.string().meta({ description: '列的代码；空串表示不属于任何一列' }),
  code: z.string().meta({ description: '稳定的问题代码' }),
  message: z.string().meta({ description: '给人看的一句话' }),
});

export const importAnswer = z.strictObject({
  unitsCreated: z.int(),
  staffCreated: z.int(),
  unchanged: z.int(),
  problemCount: z.int().meta({ description: '非 0 表示什么都没有写入' }),
  problems: z.array(problemSchema).max(mostListed).meta({ description: '按文件中的次序，至多 1000 个' }),
});

// Less than the service takes, for the frame around it.
const mostBytes = 31 * 1024 * 1024;
// 50,000 units and as many people that are all new take a minute to write.
const deadlineMs = 120_000;

export interface ImportSheet {
  readonly bytes: Buffer;
  readonly dryRun: boolean;
  readonly language: Language;
}

/**
 * Brings an office in from a workbook, whole or not at all. What is wrong with a cell by itself is found here, and what is
 * wrong with it beside others, or beside what is there already, by the service; both come in one list.
 * @throws invalid_argument WORKBOOK_*, and what ImportOrganization throws.
 */
export async function importSheet({ imports }: Pick<Clients, 'imports'>, options: Call['options'], { bytes, dryRun, language }: ImportSheet): Promise<z.input<typeof importAnswer>> {
  const { rows, problems, isWhole, locate } = await readOffice(bytes);
  const found = problems.count();
  const request: organization.ImportOrganizationRequest = { ...rows, clients: [], dryRun: dryRun || found > 0 };
  if (organization.ImportOrganizationRequest.encode(request).finish().length > mostBytes) throw tooLarge();
  const answer = isWhole ? await imports.importOrganization(request, { ...options, deadlineMs }) : undefined;
  const problemCount = found + (answer?.problemCount ?? 0);
  const made = problemCount === 0 && answer !== undefined ? answer : { unitsCreated: 0, staffCreated: 0, unchanged: 0 };
  const all = inFileOrder([...problems.listed, ...(answer?.problems ?? []).map(locate)]);
  const { unitsCreated, staffCreated, unchanged } = made;
  return { unitsCreated, staffCreated, unchanged, problemCount, problems: all.slice(0, mostListed).map((problem) => toJson(problem, language)) };
}

function toJson({ sheet, row, column, field, code }: SheetProblem, language: Language): z.input<typeof problemSchema> {
  const title = sheet.layout?.columns.find((one) => one.code === field)?.title ?? field;
  const message = describeCell(code, language === 'en' ? field : title, language);
  return { sheet: sheet.title, row, cell: `${sheet.title}!${columnName(column)}${row}`, field, code, message };
}
