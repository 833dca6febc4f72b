import { z } from 'zod';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const day = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/;

/** A field that may be left out, as the proto says it: ''. */
function orEmpty<T extends z.ZodType<string>>(schema: T) {
  return schema.optional().transform((value) => value ?? '');
}

// Schemas of what comes in.
export const id = z.string().regex(uuid).meta({ description: 'UUID' });
export const optionalId = orEmpty(id);
export const code = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/);
export const codes = z.array(code).min(1).max(100);
export const optionalDay = orEmpty(z.string().regex(day).meta({ format: 'date' }));
export const instant = z.iso.datetime({ offset: true }).max(40).meta({ description: 'RFC 3339, 带时区' });

/** Text of at most `max` characters. */
export function text(max: number) {
  return z.string().min(1).max(max);
}

export function optionalText(max: number) {
  return orEmpty(z.string().max(max));
}

/** `undefined` for an instant that was not given. */
export function dateOf(value: string | undefined): Date | undefined {
  return value === undefined ? undefined : new Date(value);
}

// Query values arrive as text; the document shows what they mean.
function fromText<T extends z.ZodType>(pattern: RegExp, read: (value: string) => unknown, schema: T) {
  return z.string().regex(pattern).transform(read).pipe(schema);
}

export const queryFlag = fromText(/^(true|false)$/, (value) => value === 'true', z.boolean()).meta({ shown: { type: 'boolean' } });

export const page = {
  pageSize: fromText(/^\d{1,6}$/, Number, z.int().min(0))
    .optional()
    .transform((size) => Math.min(size ?? 0, 200))
    .meta({ description: '每页条数；缺省 50，最多 200', shown: { type: 'integer', minimum: 0, default: 50 } }),
  pageToken: orEmpty(z.string().max(4_000)).meta({ description: '上一页答复中的 nextPageToken', shown: { type: 'string' } }),
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
