import { invalidArgument, type AppError } from '@linli/errors';

/** The error for one wrong field; `code` is a stable word such as `required`, `too_long`, `malformed`. */
export function violation(field: string, code: string): AppError {
  return invalidArgument('FIELD_INVALID', `${field}: ${code}`, { details: { field }, violations: [{ field, code }] });
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function readUuid(text: string, field: string): string {
  if (text === '') throw violation(field, 'required');
  if (!uuidPattern.test(text)) throw violation(field, 'malformed');
  return text;
}

export function readUuids(texts: readonly string[], field: string, limit: number): string[] {
  if (texts.length > limit) throw violation(field, 'too_many');
  return [...new Set(texts.map((text, index) => readUuid(text, `${field}[${index}]`)))];
}

export interface TextRule {
  /** In characters (code points). */
  readonly max: number;
  readonly optional?: boolean;
  readonly pattern?: RegExp;
}

/** Trimmed text in NFC without control characters (new lines and tabs stay) and lone surrogates. */
export function requireText(raw: string, field: string, rule: TextRule): string {
  const text = raw.normalize('NFC').trim();
  if (text === '') {
    if (rule.optional === true) return '';
    throw violation(field, 'required');
  }
  if ([...text].length > rule.max) throw violation(field, 'too_long');
   
  if (!text.isWellFormed() || /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text)) throw violation(field, 'malformed');
  if (rule.pattern !== undefined && !rule.pattern.test(text)) throw violation(field, 'malformed');
  return text;
}

/** A page size (AIP-158): 0 means the default, more than the most is the most, negative is an error. */
export function compactLimit(pageSize: number, { standard = 50, most = 200 } = {}): number {
  if (pageSize < 0) throw violation('page_size', 'negative');
  return pageSize === 0 ? standard : Math.min(pageSize, most);
}
