import { AppError, errorKinds, failedPrecondition, isAppError, kindOfGrpcCode, type ErrorKind } from './index';

describe('AppError', () => {
  it('carries kind, reason, details and cause', () => {
    const cause = new Error('below');
    const error = failedPrecondition('CASE_NOT_SUBMITTED', 'case is not submitted', { details: { state: 'draft' }, cause });
    expect(error).toMatchObject({ kind: 'failed_precondition', reason: 'CASE_NOT_SUBMITTED', details: { state: 'draft' }, cause });
  });

  it('is recognised by brand and nothing else is', () => {
    expect(isAppError(new AppError('internal', 'X', 'x'))).toBe(true);
    expect(isAppError(Object.assign(new Error('x'), { kind: 'internal', reason: 'X' }))).toBe(false);
    expect(isAppError(null)).toBe(false);
  });
});

describe('kinds', () => {
  it('map to gRPC codes one to one', () => {
    for (const kind of Object.keys(errorKinds) as ErrorKind[]) {
      expect(kindOfGrpcCode(errorKinds[kind].grpc)).toBe(kind);
    }
    expect(kindOfGrpcCode(12)).toBe('internal');
  });
});
