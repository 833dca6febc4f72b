import { isAppError } from '@linli/errors';
import { isOutage } from './outage';

const deepestCause = 4;
const mostFrames = 12;
const longestMessage = 200;

/**
 * What a log line may hold of an error. An AppError gives kind, reason and details; a database error its SQLSTATE,
 * table and constraint, never its message or detail, which can quote a row; anything else its type, frames and a
 * message without digits and letters that could be somebody's.
 */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  const cause =
    error instanceof Error && error.cause !== undefined && depth < deepestCause
      ? { cause: describeError(error.cause, depth + 1) }
      : {};
  if (isAppError(error)) {
    const stack = error.kind === 'internal' ? { stack: frames(error) } : {};
    return { kind: error.kind, reason: error.reason, details: error.details, ...stack, ...cause };
  }
  if (!(error instanceof Error)) return { type: typeof error };
  return { type: error.name, ...ownFacts(error), ...message(error), ...(isOutage(error) ? {} : { stack: frames(error) }), ...cause };
}

/** A short word for a metric label or a span attribute: the reason of an AppError, else the error's type. */
export function errorType(error: unknown): string {
  if (isAppError(error)) return error.reason;
  return error instanceof Error ? error.name : typeof error;
}

function ownFacts(error: Error): Record<string, unknown> {
  const facts: Record<string, unknown> = {};
  for (const key of ['code', 'constraint', 'table', 'schema', 'routine', 'syscall', 'port']) {
    const value: unknown = Reflect.get(error, key);
    if (typeof value === 'string' || typeof value === 'number') facts[key] = value;
  }
  return facts;
}

function message(error: Error): { message?: string } {
  const isFromDatabase = 'severity' in error || 'schema' in error;
  // A SyntaxError of JSON.parse quotes the text it could not read.
  if (isFromDatabase || error instanceof SyntaxError || error.message === '') return {};
  const scrubbed = error.message.replace(/[^\x20-\x7e]+/g, '…').replace(/\d{6,}[\dxX]*/g, '…');
  return { message: scrubbed.slice(0, longestMessage) };
}

// Only the frames: the head of a stack repeats the message.
function frames(error: Error): string {
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return lines.slice(0, mostFrames).map((line) => line.trim()).join('\n');
}
