import { errorKinds, internal, invalidArgument, isAppError, type AppError, type FieldViolation } from '@linli/errors';
import type { Request, Response } from 'express';

export type Language = 'zh-CN' | 'en';

/** Puts a reason into a sentence that a person understands; `details` are those of the AppError. */
export type Render = (reason: string, details: Readonly<Record<string, string>>, language: Language) => { title: string; detail: string };

/** An error as it leaves, and what it was before; an unknown error leaves as INTERNAL. */
export interface Refusal {
  readonly error: AppError;
  readonly cause: unknown;
}

/** The body of every answer that is not 2xx (RFC 9457). */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly instance: string;
  readonly code: string;
  readonly errors?: readonly { readonly pointer: string; readonly code: string }[];
  readonly traceId: string;
}

// Statuses of the edge that no kind has. Everything else comes from the table of kinds.
const edgeStatuses: Readonly<Record<string, number>> = {
  METHOD_NOT_ALLOWED: 405,
  BODY_TOO_LARGE: 413,
  MEDIA_TYPE_UNSUPPORTED: 415,
  CONTENT_ENCODING_UNSUPPORTED: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  IF_MATCH_REQUIRED: 428,
};


const readerReasons: Readonly<Record<string, string>> = {
  'entity.too.large': 'BODY_TOO_LARGE',
  'encoding.unsupported': 'CONTENT_ENCODING_UNSUPPORTED',
  'request.aborted': 'BODY_INCOMPLETE',
  'request.size.invalid': 'BODY_INCOMPLETE',
};

/** Turns anything thrown into the error that may leave. */
export function refusalOf(thrown: unknown): Refusal {
  if (isAppError(thrown) && thrown.kind !== 'internal') return { error: thrown, cause: thrown };
  if (isReaderError(thrown)) {
    const details: Record<string, string> = thrown.limit === undefined ? {} : { limit: String(thrown.limit) };
    return { error: invalidArgument(readerReasons[thrown.type] ?? 'BODY_INCOMPLETE', 'the body cannot be read', { details }), cause: thrown };
  }
  return { error: internal('INTERNAL', 'unexpected error'), cause: thrown };
}

/** What express's body reader throws; `limit` is in bytes. */
function isReaderError(thrown: unknown): thrown is Error & { readonly type: string; readonly limit?: number } {
  return thrown instanceof Error && 'type' in thrown && typeof thrown.type === 'string' && thrown.type in readerReasons;
}

/** The HTTP status of an error; a stale version is 412 for a client that sent If-Match, else 409. */
export function statusOf(error: AppError, ifMatch: boolean): number {
  if (error.kind === 'aborted' && ifMatch) return 412;
  return edgeStatuses[error.reason] ?? errorKinds[error.kind].http;
}

/** Answers with problem+json in the reader's language. */
export function sendProblem(request: Request, response: Response, problem: { error: AppError; render: Render; traceId: string }): void {
  const { error, render, traceId } = problem;
  const language = languageOf(request);
  const status = statusOf(error, request.get('if-match') !== undefined);
  const body: Problem = {
    type: `urn:linli:problem:${error.reason}`,
    ...render(error.reason, error.details, language),
    status,
    instance: request.originalUrl.split('?', 1)[0] ?? '/',
    code: error.reason,
    ...(error.violations.length > 0 ? { errors: error.violations.map(pointed) } : {}),
    traceId,
  };
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer');
  const retryAfter = error.details['retryAfterSeconds'];
  if (retryAfter !== undefined && /^\d+$/.test(retryAfter)) response.setHeader('Retry-After', retryAfter);
  response.status(status);
  response.setHeader('Content-Type', 'application/problem+json');
  response.setHeader('Content-Language', language);
  response.setHeader('Cache-Control', 'no-store');
  response.vary('Accept-Language');
  response.end(JSON.stringify(body));
}

/** The language to answer in: Chinese unless the client prefers English. */
export function languageOf(request: Request): Language {
  return request.acceptsLanguages(['zh-CN', 'zh', 'en']) === 'en' ? 'en' : 'zh-CN';
}

// `materials[0].code` → `#/materials/0/code` (RFC 6901 in a fragment, as RFC 9457 shows it).
function pointed({ field, code }: FieldViolation): { pointer: string; code: string } {
  const steps = field.split(/[.[\]]+/).filter((step) => step !== '');
  return { pointer: `#${steps.map((step) => `/${encodeURI(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')}`, code };
}
