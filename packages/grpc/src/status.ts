import { AppError, errorKinds, internal, isAppError, kindOfGrpcCode } from '@linli/errors';
import { ClientError, Status } from 'nice-grpc';
import { BadRequest, ErrorInfo, RichClientError, RichServerError } from 'nice-grpc-error-details';

const domain = 'linli';

/** An AppError as `google.rpc.Status` with one ErrorInfo and, for wrong fields, one BadRequest (AIP-193). */
export function toServerError(error: AppError): RichServerError {
  const { grpc } = errorKinds[error.kind];
  // A defect leaves as fixed text: its own words could quote data.
  if (error.kind === 'internal') return new RichServerError(grpc, 'internal error', [infoOf('INTERNAL', {})]);
  const fieldViolations = error.violations.map(({ field, code }) => ({ field, description: code }));
  const fields = fieldViolations.length > 0 ? [BadRequest.fromPartial({ fieldViolations })] : [];
  return new RichServerError(grpc, error.message, [infoOf(error.reason, error.details), ...fields]);
}

function infoOf(reason: string, details: Readonly<Record<string, string>>): ErrorInfo {
  return ErrorInfo.fromPartial({ reason, domain, metadata: details });
}

/** Rebuilds the AppError that the server threw; anything else a call can fail with becomes its nearest kind. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (!(error instanceof ClientError)) return internal('CALL_FAILED', 'a call between services failed', { cause: error });
  const kind = kindOfGrpcCode(error.code);
  if (error instanceof RichClientError) {
    const carried = readDetails(error);
    if (carried !== undefined) return new AppError(kind, carried.reason, error.details, carried);
  }
  if (kind === 'unavailable' || isLostOnTheWay(error)) return new AppError('unavailable', 'SERVICE_UNAVAILABLE', 'a service does not answer', { cause: error });
  if (kind === 'deadline_exceeded') return new AppError(kind, 'SERVICE_TOO_SLOW', 'a service took too long');
  return new AppError(kind, 'CALL_FAILED', 'a call between services failed', { cause: error });
}

/** A stream that ended with its connection, as an overloaded one does: grpc-js calls it INTERNAL, but no server of ours said so. */
function isLostOnTheWay({ code, details }: ClientError): boolean {
  return code === Status.INTERNAL && /RST_STREAM|Session closed/.test(details);
}

function readDetails({ extra }: RichClientError) {
  const info = extra.find((detail): detail is ErrorInfo => detail.$type === ErrorInfo.$type);
  const request = extra.find((detail): detail is BadRequest => detail.$type === BadRequest.$type);
  if (info === undefined) return undefined;
  const violations = (request?.fieldViolations ?? []).map(({ field, description }) => ({ field, code: description }));
  return { reason: info.reason, details: { ...info.metadata }, violations };
}
