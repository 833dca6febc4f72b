import { unitScopes, type Caller } from '@linli/auth';
import { permissionDenied } from '@linli/errors';

/** Unit paths from `low` up to, not including, `high`, in byte order: a subtree or one unit. */
export interface PathRange {
  readonly low: string;
  readonly high: string;
}

/** Which units a list may show; `tenant` for all. */
export type Reach = 'tenant' | readonly PathRange[];

/** The subtree at a unit path: '0' is the character after '/'. */
export function subtreeRange(path: string): PathRange {
  return { low: path, high: `${path.slice(0, -1)}0` };
}

/** One unit alone: '!' sorts before everything a longer path can go on with. */
export function unitRange(path: string): PathRange {
  return { low: path, high: `${path}!` };
}

/** What a permission covers, cut to the subtree at `unitPath` when one is given. May be empty. */
export function reachOf(caller: Caller, permission: string, unitPath?: string): Reach {
  const scopes = unitScopes(caller, permission);
  const asked = unitPath === undefined ? undefined : subtreeRange(unitPath);
  if (scopes === 'tenant') return asked === undefined || isRoot(unitPath) ? 'tenant' : [asked];
  const covered = [...scopes.subtrees.map(subtreeRange), ...scopes.units.map(unitRange)];
  return asked === undefined ? covered : covered.flatMap((range) => overlap(range, asked));
}

/** As `reachOf`. @throws permission_denied UNIT_OUT_OF_SCOPE when the caller covers nothing at or below the unit. */
export function requireReach(caller: Caller, permission: string, unitPath: string | undefined): Reach {
  const reach = reachOf(caller, permission, unitPath);
  if (unitPath !== undefined && reach.length === 0) {
    throw permissionDenied('UNIT_OUT_OF_SCOPE', 'the permission does not cover the unit', { details: { permission } });
  }
  return reach;
}

/** The one unit that has nothing above it: below it is the whole office. */
function isRoot(unitPath = ''): boolean {
  return unitPath.split('/').length === 3;
}

// Of two subtrees one holds the other or they have nothing in common.
function overlap(a: PathRange, b: PathRange): PathRange[] {
  if (a.low >= b.low && a.high <= b.high) return [a];
  return b.low >= a.low && b.high <= a.high ? [b] : [];
}
