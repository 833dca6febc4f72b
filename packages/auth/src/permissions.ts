import { permissionDenied, unauthenticated } from '@linli/errors';
import type { Caller, Grant } from './caller';

/** @throws unauthenticated CALLER_MISSING, permission_denied PERMISSION_MISSING; says nothing about units. */
export function requirePermission(caller: Caller | undefined, permission: string): Caller {
  if (caller === undefined) throw unauthenticated('CALLER_MISSING', 'the call names no caller');
  if (grantsOf(caller, permission).length === 0) {
    throw permissionDenied('PERMISSION_MISSING', 'no grant of the caller holds the permission', { details: { permission } });
  }
  return caller;
}

/** Whether the permission is held for one's own things and `subject` is the caller. */
export function isSelf(caller: Caller, permission: string, subject: string): boolean {
  return subject !== '' && caller.subject === subject && grantsOf(caller, permission).some((grant) => grant.scope === 'self');
}

/** The grants that hold a permission. */
export function grantsOf(caller: Caller, permission: string): readonly Grant[] {
  return caller.grants.filter((grant) => grant.permissions.includes(permission));
}
