import { holdsUnseen } from '@linli/grpc';
import { z } from 'zod';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
// From the year 1950 to 2199: what the services keep.
const daysKept = /^(19[5-9][0-9]|2[01][0-9]{2})-[0-9]{2}-[0-9]{2}$/;
// No text holds what nobody sees: control characters, zero width, and what turns the order of reading around.
const unseen = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u115f\u1160\u200b\u2028-\u202e\u2060-\u2069\u3164\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff`;
const seen = new RegExp(`^[^${unseen}]*$`, 'u');

/** A field that may be left out, as the proto says it: ''. */
function orEmpty<T extends z.ZodType<string>>(schema: T) {
  return schema.optional().transform((value) => value ?? '');
}

// Schemas of what comes in.
export const id = z.string().regex(uuid).meta({ description: 'UUID' });
export const optionalId = orEmpty(id);
export const code = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/);
export const optionalCode = orEmpty(code);
/** Of an errand, a material or a department: begins with a letter, and with eleven digits it could be somebody's number. */
export const itemCode = z.string().regex(/^[A-Za-z](?!([^0-9]*[0-9]){11})[A-Za-z0-9._-]{0,63}$/);
export const codes = z.array(code).min(1).max(50);
export const day = z.iso.date().refine((text) => daysKept.test(text)).meta({ pattern: daysKept.source });
export const optionalDay = orEmpty(day);
export const instant = z.iso.datetime({ offset: true }).max(40).meta({ description: 'RFC 3339, 带时区' });

/** Text of at most `max` characters that is not blank. JSON Schema and people count code points, which JavaScript does not. */
export function text(max: number, pattern = seen) {
  return counted(1, max).regex(pattern).meta({ minLength: 1, maxLength: max, pattern: pattern.source });
}

export function optionalText(max: number, pattern = seen) {
  return orEmpty(counted(0, max).regex(pattern).meta({ maxLength: max, pattern: pattern.source }));
}

// As an authority writes its numbers, 乌劳监〔2026〕12号: no sentence fits, and neither a telephone nor an identity number.
const authorityNumberPattern = '(?=.*[0-9])(?!.*[0-9]{11})(?!.*1-?[3-9](-?[0-9]){9})[一-鿿]{0,6}([〔（(][0-9]{4}[〕）)])?第?[A-Za-z0-9][A-Za-z0-9-]*号?';
export const authorityNumber = text(40, new RegExp(`^${authorityNumberPattern}$`, 'u'));
export const optionalAuthorityNumber = optionalText(40, new RegExp(`^(${authorityNumberPattern})?$`, 'u'));

/** A link to a page that anybody can open. */
export const link = optionalText(500, /^(https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]*)?)?$/u);

/** A telephone number as the office writes it. */
export const workPhone = optionalText(20, /^(\+?[0-9][0-9 -]{1,17}[0-9])?$/u);

function counted(min: number, max: number) {
  return z.string().check(({ value, issues }) => {
    const count = [...value].length;
    if (min > 0 && value.trim() === '') issues.push({ code: 'too_small', origin: 'string', minimum: min, input: value });
    if (holdsUnseen(value)) issues.push({ code: 'invalid_format', format: 'text', input: value });
    if (count > max) issues.push({ code: 'too_big', origin: 'string', maximum: max, input: value });
  });
}

/** A change of some members of a thing: at least one is given. */
export function someOf<S extends z.ZodRawShape>(shape: S) {
  return z
    .strictObject(shape)
    .check(({ value, issues }) => {
      if (Object.values(value).every((member) => member === undefined)) issues.push({ code: 'too_small', origin: 'object', minimum: 1, input: value });
    })
    .meta({ minProperties: 1 });
}

/** `undefined` for an instant that was not given. */
export function dateOf(value: string | undefined): Date | undefined {
  return value === undefined ? undefined : new Date(value);
}

/** How many of something: from 0, and minus zero is no number of things. */
export function count(most: number) {
  return z.int().min(0).max(most).refine((value) => !Object.is(value, -0));
}

// Query values arrive as text; the document shows what they mean.
function fromText<T extends z.ZodType>(pattern: RegExp, read: (value: string) => unknown, schema: T) {
  return z.string().regex(pattern).transform(read).pipe(schema);
}

export const year = z.int().min(1950).max(2199);
export const queryYear = fromText(/^(19[5-9][0-9]|2[01][0-9]{2})$/, Number, z.int()).meta({ shown: { type: 'integer', minimum: 1950, maximum: 2199 } });
export const queryFlag = fromText(/^(true|false)$/, (value) => value === 'true', z.boolean()).meta({ shown: { type: 'boolean' } });

/** A whole number in the query, 0 when left out. */
export function queryCount(max: number) {
  return fromText(/^[0-9]{1,6}$/, Number, z.int().min(0).max(max))
    .optional()
    .transform((count) => count ?? 0)
    .meta({ shown: { type: 'integer', minimum: 0, maximum: max } });
}

export const page = {
  pageSize: fromText(/^[0-9]{1,6}$/, Number, z.int().min(0))
    .optional()
    .transform((size) => Math.min(size ?? 0, 200))
    .meta({ description: '每页条数；缺省 50，最多 200', shown: { type: 'integer', minimum: 0, maximum: 999_999, default: 50 } }),
  pageToken: orEmpty(z.string().regex(/^[A-Za-z0-9_.-]*$/).max(4_000)).meta({ description: '上一页答复中的 nextPageToken' }),
} as const;

// Schemas of what goes out.
export const time = z.iso.datetime().meta({ description: 'UTC' });
export const nextPageToken = z.string().meta({ description: '空串表示没有下一页' });
export const unreachable = z.array(z.string()).optional().meta({ description: '没有应答的服务；答复因此不完整' });

/** An ISO time in UTC, or undefined: JSON then leaves the member out. */
export function timeOf(date: Date | undefined): string | undefined {
  return date?.toISOString();
}

/** The proto's '' is an absent member in JSON. */
export function given(value: string): string | undefined {
  return value === '' ? undefined : value;
}

/** `request_material` → `requestMaterial`, the word after the colon of an action's path. */
export function camelCase(word: string): string {
  return word.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}

/** All services that were silent, or undefined when none was. */
export function joined(...lists: (string[] | undefined)[]): string[] | undefined {
  const all = [...new Set(lists.flatMap((list) => list ?? []))].sort();
  return all.length === 0 ? undefined : all;
}
