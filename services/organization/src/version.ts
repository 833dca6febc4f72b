import { aborted } from '@linli/errors';
import { violation } from '@linli/grpc';

/**
 * Optimistic locking: a change names the version it was decided on.
 * @throws invalid_argument when none is given, aborted VERSION_STALE when the row has moved on.
 */
export function assertVersion(row: { readonly version: number }, given: number): void {
  if (given === 0) throw violation('version', 'required');
  if (row.version !== given) {
    throw aborted('VERSION_STALE', 'the row has changed since it was read', { details: { current: String(row.version) } });
  }
}
