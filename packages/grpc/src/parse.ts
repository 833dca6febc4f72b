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

// Control characters but tab and new lines, zero width, fillers, separators of lines, what turns the order of reading around, tags, no characters.
const unseen =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u115f\u1160\u200b\u2028-\u202e\u2060-\u2069\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff\u{e0000}-\u{e007f}]/u;
// More marks on one letter than any script stacks there.
const flood = /\p{M}{9}/u;

/** Whether a text holds what nobody sees, or what makes it unreadable: it could pass for another text, or hide one. */
export function holdsUnseen(text: string): boolean {
  return !text.isWellFormed() || unseen.test(text) || flood.test(text);
}

/** Trimmed text in NFC that holds nothing unseen (see `holdsUnseen`). */
export function requireText(raw: string, field: string, rule: TextRule): string {
  const text = raw.normalize('NFC').trim();
  if (text === '') {
    if (rule.optional === true) return '';
    throw violation(field, 'required');
  }
  if ([...text].length > rule.max) throw violation(field, 'too_long');
  if (holdsUnseen(text)) throw violation(field, 'malformed');
  if (rule.pattern !== undefined && !rule.pattern.test(text)) throw violation(field, 'malformed');
  return text;
}

/** A page size (AIP-158): 0 means the default, more than the most is the most, negative is an error. */
export function compactLimit(pageSize: number, { standard = 50, most = 200 } = {}): number {
  if (pageSize < 0) throw violation('page_size', 'negative');
  return pageSize === 0 ? standard : Math.min(pageSize, most);
}
