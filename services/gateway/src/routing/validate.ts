import { AppError, invalidArgument, isAppError, type FieldViolation } from '@linli/errors';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

const mostViolations = 20;
const longestField = 100;

/**
 * Reads one part of a request by its schema.
 * @throws invalid_argument FIELD_INVALID naming each wrong field; `details` describe the first.
 */
export function readPart<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const read = tryRead(schema, value);
  if ('violations' in read) throw fieldsInvalid(read.violations);
  return read.data;
}

/** What the schema reads, or each field that is wrong. */
export function tryRead<S extends z.ZodType>(schema: S, value: unknown): { readonly data: z.output<S> } | { readonly violations: readonly FieldViolation[] } {
  const parsed = schema.safeParse(value);
  if (parsed.success) return { data: parsed.data };
  return { violations: parsed.error.issues.flatMap((issue) => violationsOf(issue, value)).slice(0, mostViolations) };
}

/** Anything thrown, as the API says it: a service's `page_size` is `pageSize`, and the kind helps where no sentence is known. */
export function inApiWords(thrown: unknown): unknown {
  if (!isAppError(thrown)) return thrown;
  const violations = thrown.violations.map(({ field, code }) => ({ field: camelPath(field), code }));
  const first = thrown.reason === 'FIELD_INVALID' ? describeFirst(violations) : {};
  const { field } = thrown.details;
  const named = field === undefined ? {} : { field: camelPath(field) };
  const details = { ...thrown.details, kind: thrown.kind, ...named, ...first };
  return new AppError(thrown.kind, thrown.reason, thrown.message, { details, violations, cause: thrown });
}

function fieldsInvalid(violations: readonly FieldViolation[]): AppError {
  return invalidArgument('FIELD_INVALID', 'fields of the request are wrong', { details: describeFirst(violations), violations });
}

function describeFirst(violations: readonly FieldViolation[]): Record<string, string> {
  const [first] = violations;
  return first === undefined ? {} : { field: first.field, problem: first.code, count: String(violations.length) };
}

function violationsOf(issue: Issue, value: unknown): FieldViolation[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ field: pathOf([...issue.path, key]), code: 'unknown' }));
  return [{ field: pathOf(issue.path), code: codeOf(issue, value) }];
}

function codeOf(issue: Issue, value: unknown): string {
  switch (issue.code) {
    case 'invalid_type':
      return valueAt(value, issue.path) === undefined ? 'required' : 'wrong_type';
    case 'too_big':
      return issue.origin === 'string' ? 'too_long' : issue.origin === 'array' ? 'too_many' : 'too_large';
    case 'too_small':
      return issue.origin === 'string' ? 'too_short' : issue.origin === 'array' ? 'too_few' : issue.origin === 'object' ? 'empty' : 'too_small';
    case 'invalid_value':
      return valueAt(value, issue.path) === undefined ? 'required' : 'not_a_choice';
    default:
      return 'malformed';
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce((at: unknown, key) => (typeof at === 'object' && at !== null ? (Reflect.get(at, key) as unknown) : undefined), value);
}

// The form of `@linli/errors`: `materials[0].code`. A stranger's key is cut, and keeps no sign that the form uses.
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key).replace(/[.[\]]/g, '_')}`)).join('');
  return text.replace(/^\./, '').slice(0, longestField).toWellFormed();
}

function camelPath(field: string): string {
  return field.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());
}
