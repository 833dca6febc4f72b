import { invalidArgument, type AppError } from '@linli/errors';

/** A file that ends early, or whose parts are not what they say. No cause: parsers quote what they read. */
export function damaged(): AppError {
  return invalidArgument('WORKBOOK_DAMAGED', 'the workbook cannot be read to its end');
}

/** Would take more room than any workbook of ours: a zip bomb, or close to one. */
export function tooLarge(): AppError {
  return invalidArgument('WORKBOOK_TOO_LARGE', 'the workbook unpacks to more than is taken');
}

export function notXlsx(): AppError {
  return invalidArgument('WORKBOOK_NOT_XLSX', 'the bytes are no .xlsx workbook');
}
