import { coversUnit, unitScopes, type Caller, type UnitScopes } from '@linli/auth';
import type { Knex } from 'knex';

/** Paths end with '/', so the first text after all paths of a subtree is the path with '0', which follows '/'. */
export function endOfSubtree(path: string): string {
  return `${path.slice(0, -1)}0`;
}

/** Whether the path is of the office's root, which has no other unit above it: its subtree is the whole office. */
export function isRoot(path: string): boolean {
  return path.indexOf('/', 1) === path.length - 1;
}

/** Keeps rows whose path lies in the subtree; a range, which the index serves under row-level security. */
export function whereInSubtree(query: Knex.QueryBuilder, column: string, path: string): void {
  void query.where(column, '>=', path).where(column, '<', endOfSubtree(path));
}

/** Keeps rows whose unit path the scopes cover. Scopes over nothing keep no row. */
export function whereInScopes(query: Knex.QueryBuilder, column: string, scopes: UnitScopes): void {
  if (scopes === 'tenant') return;
  void query.where((any) => {
    void any.whereIn(column, scopes.units);
    for (const path of scopes.subtrees) void any.orWhere((subtree) => whereInSubtree(subtree, column, path));
  });
}

/** Whether the permission is held over the whole tenant: for what belongs to no single unit. */
export function coversTenant(caller: Caller, permission: string): boolean {
  return unitScopes(caller, permission) === 'tenant';
}

/** Whether the permission covers at least one of the paths. */
export function coversAny(caller: Caller, permission: string, paths: readonly string[]): boolean {
  return coversTenant(caller, permission) || paths.some((path) => coversUnit(caller, permission, path));
}
