import { ClientError, Status } from 'nice-grpc';
import { toAppError } from './status';

describe('what a call fails with', () => {
  it.each([
    [Status.INTERNAL, 'Received RST_STREAM with code 2 triggered by internal client error: Session closed with error code 2', 'unavailable', 'SERVICE_UNAVAILABLE'],
    [Status.UNAVAILABLE, 'No connection established', 'unavailable', 'SERVICE_UNAVAILABLE'],
    [Status.DEADLINE_EXCEEDED, 'Deadline exceeded', 'deadline_exceeded', 'SERVICE_TOO_SLOW'],
    [Status.INTERNAL, 'Error serializing response', 'internal', 'CALL_FAILED'],
  ] as const)('%i %s is %s', (...[code, details, kind, reason]) => {
    expect(toAppError(new ClientError('/a/B', code, details))).toMatchObject({ kind, reason });
  });
});
