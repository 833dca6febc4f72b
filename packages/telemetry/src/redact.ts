import { describeError } from './describe-error';

const redacted = '[redacted]';
const deepest = 6;
const longestList = 50;

// Matched as whole words of a key, so `residentName`, `contact_phone` and `pageToken` are caught and `hostname` is not.
const personalWord =
  /(^|[_\-.])(name|names|phone|phones|mobile|telephone|email|identity|idcard|address|birth|birthday|token|tokens|authorization|cookie|cookies|password|secret|secrets|credential|credentials|text|note|remark|body|payload)([_\-.]|$)/;

/**
 * A copy of a log line's fields that is fit to be written: values under personal or secret key names are replaced
 * at any depth, errors lose their payloads, depth and list length are bounded.
 */
export function redactFields(fields: object): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(fields)) {
    copy[key] = key === 'err' ? describeError(value) : isPersonal(key) ? redacted : redactValue(value, 1);
  }
  return copy;
}

function isPersonal(key: string): boolean {
  return personalWord.test(key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase());
}

function redactValue(value: unknown, depth: number): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (value instanceof Date) return value;
  if (ArrayBuffer.isView(value)) return '[binary]';
  if (depth >= deepest) return '[too deep]';
  if (Array.isArray(value)) return value.slice(0, longestList).map((member) => redactValue(member, depth + 1));
  if (hasJsonForm(value)) return redactValue(value.toJSON(), depth + 1);
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) copy[key] = isPersonal(key) ? redacted : redactValue(member, depth + 1);
  return copy;
}

function hasJsonForm(value: object): value is { toJSON(): unknown } {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
