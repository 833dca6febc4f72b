export { AppError, isAppError, type ErrorOptions, type FieldViolation } from './app-error';
export { assertNever } from './assert-never';
export {
  aborted,
  alreadyExists,
  deadlineExceeded,
  failedPrecondition,
  internal,
  invalidArgument,
  notFound,
  permissionDenied,
  resourceExhausted,
  unauthenticated,
  unavailable,
} from './constructors';
export { errorKinds, kindOfGrpcCode, type ErrorKind, type KindFacts } from './kinds';
