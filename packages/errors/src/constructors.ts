import { AppError, type ErrorOptions } from './app-error';

/** The input is wrong whatever the state. */
export function invalidArgument(reason: string, message: string, options?: ErrorOptions): AppError {
  return new AppError('invalid_argument', reason, message, options);
}

/** Who calls is not known. */
export function unauthenticated(reason: string, message: string, options?: ErrorOptions): AppError {
  return new AppError('unauthenticated', reason, message, options);
}

/** Who calls is known and may not. */
export function permissionDenied(reason: string, message: string, options?: ErrorOptions): AppError {
  return new AppError('permission_denied', reason, message, options);
}

/** It is not there, or not for this caller. */
export function notFound(reason: string, message: string, options?: ErrorOptions): AppError {
  return new AppError('not_found', reason, message, options);
}

/** It is there already. */
export function alreadyExists(reason: string, message: string, options?: ErrorOptions): AppError {
  return new AppError('already_exists', reason, message, options);
}

/** The state says no. */
export function failedPrecondition(reason: string, message: string, options?: ErrorOptions): AppError {
  return new AppError('failed_precondition', reason, message, options);
}

/** Somebody else was faster: read again. */
export function aborted(reason: string, message: string, options?: ErrorOptions): AppError {
  return new AppError('aborted', reason, message, options);
}

/** A limit is reached: later. */
export function resourceExhausted(reason: string, message: string, options?: ErrorOptions): AppError {
  return new AppError('resource_exhausted', reason, message, options);
}

/** A part that is needed does not answer. */
export function unavailable(reason: string, message: string, options?: ErrorOptions): AppError {
  return new AppError('unavailable', reason, message, options);
}

/** It took too long. */
export function deadlineExceeded(reason: string, message: string, options?: ErrorOptions): AppError {
  return new AppError('deadline_exceeded', reason, message, options);
}

/** A defect of ours. */
export function internal(reason: string, message: string, options?: ErrorOptions): AppError {
  return new AppError('internal', reason, message, options);
}
