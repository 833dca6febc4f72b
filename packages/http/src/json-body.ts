import { invalidArgument, type AppError } from '@linli/errors';
import express, { type RequestHandler } from 'express';

const deepest = 32;

/**
 * Reads a JSON body into `request.body`, which stays undefined when none was sent. Stricter than JSON.parse: UTF-8 only,
 * no NUL or half characters (PostgreSQL keeps neither), no `__proto__`, no key twice (RFC 7493 §2.3: whoever checked the
 * first would be deceived by the last), at most 32 levels, no compression.
 */
export function jsonBody(limitBytes: number): RequestHandler[] {
  const refuseOthers: RequestHandler = (request, _response, next) => {
    next(hasBody(request.headers) && !isJson(request.headers['content-type']) ? unsupportedType('application/json; charset=utf-8') : undefined);
  };
  const parse: RequestHandler = (request, _response, next) => {
    const bytes: unknown = request.body;
    request.body = bytes instanceof Buffer && bytes.length > 0 ? parseJson(bytes) : undefined;
    next();
  };
  return [refuseOthers, express.raw({ type: () => true, limit: limitBytes, inflate: false }), parse];
}

/** @throws invalid_argument BODY_NOT_UTF8, BODY_NOT_JSON, BODY_TOO_DEEP, BODY_FORBIDDEN_KEY, BODY_KEY_TWICE, BODY_FORBIDDEN_CHARACTER. */
export function parseJson(bytes: Uint8Array): unknown {
  const text = decode(bytes);
  const value = parseText(text);
  assertHarmless(value, 1);
  assertKeysOnce(text);
  return value;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidArgument('BODY_NOT_UTF8', 'the body is not UTF-8');
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No cause: the parser's message quotes the body.
    throw invalidArgument('BODY_NOT_JSON', 'the body is not JSON');
  }
}

function assertHarmless(value: unknown, depth: number): void {
  if (typeof value === 'string') assertStorable(value);
  if (typeof value !== 'object' || value === null) return;
  if (depth > deepest) throw invalidArgument('BODY_TOO_DEEP', 'the body is nested too deeply', { details: { limit: String(deepest) } });
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__') throw invalidArgument('BODY_FORBIDDEN_KEY', 'the body has a key that is never allowed');
    assertStorable(key);
    assertHarmless(member, depth + 1);
  }
}

/** `text` is JSON: what JSON.parse took two keys for, it gives no sign of. */
function assertKeysOnce(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let previous = '';
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}:,]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') {
      const key = String(JSON.parse(previous));
      const keys = open.at(-1);
      if (keys?.has(key)) throw invalidArgument('BODY_KEY_TWICE', 'an object of the body has a key twice');
      keys?.add(key);
    }
    previous = token;
  }
}

function assertStorable(text: string): void {
  if (text.includes('\0') || !text.isWellFormed()) {
    throw invalidArgument('BODY_FORBIDDEN_CHARACTER', 'the body holds a NUL or half of a character');
  }
}

function hasBody(headers: { 'content-length'?: string | undefined; 'transfer-encoding'?: string | undefined }): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

function isJson(contentType: string | undefined): boolean {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';').map((part) => part.trim());
  if (!/^application\/(?:[\w.-]+\+)?json$/.test(type)) return false;
  return parameters.every((parameter) => !parameter.startsWith('charset=') || /^charset="?utf-8"?$/.test(parameter));
}

/** For a body that is not of the one type that the route takes. */
export function unsupportedType(mediaType: string): AppError {
  return invalidArgument('MEDIA_TYPE_UNSUPPORTED', 'the body is of a type that the route does not take', { details: { mediaType } });
}
