import type { ErrorKind } from './kinds';

/** One wrong field of an input: `field` is a JSON pointer-like path (`materials[0].code`), `code` a stable word. */
export interface FieldViolation {
  readonly field: string;
  readonly code: string;
}

export interface ErrorOptions {
  /** Values for the sentence a person reads. Codes, numbers and dates only, never anything personal. */
  readonly details?: Readonly<Record<string, string>>;
  readonly violations?: readonly FieldViolation[];
  readonly cause?: unknown;
}

const brand = Symbol.for('linli.AppError');

/** The only error the domain throws. `reason` is stable and unique per rule; `message` is for developers. */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly reason: string;
  readonly details: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];

  // eslint-disable-next-line max-params -- the constructors beside it, one a kind, are what others call
  constructor(kind: ErrorKind, reason: string, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.reason = reason;
    this.details = options.details ?? {};
    this.violations = options.violations ?? [];
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Recognises by brand, so that two copies of this package in one process still understand each other. */
export function isAppError(error: unknown): error is AppError {
  return typeof error === 'object' && error !== null && brand in error;
}
