import { coversUnit, isSelf, unitScopes, type Caller, type UnitScopes } from '@linli/auth';
import type { Knex } from 'knex';
import { whereInScopes } from '../scope';
import type { Site } from './site';

/** What one may see of sites: by where they lie, or because one is their leader. */
export interface SiteReach {
  readonly scopes: UnitScopes;
  /** The caller, when the permission is held for one's own. */
  readonly leaderId: string | undefined;
}

export function reachOf(caller: Caller, permission: string): SiteReach {
  const scopes = unitScopes(caller, permission);
  return { scopes, leaderId: scopes !== 'tenant' && scopes.self ? caller.subject : undefined };
}

/** Whether the permission covers where the site lies, or the caller is its leader and holds it for their own. */
export function coversSite(caller: Caller, permission: string, site: Pick<Site, 'unitPath' | 'leaderId'>): boolean {
  return coversUnit(caller, permission, site.unitPath) || isSelf(caller, permission, site.leaderId);
}

/** Keeps the rows that are covered; `path` and `leader` are their columns of the same. */
export function whereReached(query: Knex.QueryBuilder, reach: SiteReach, { path, leader }: { readonly path: string; readonly leader: string }): void {
  const { scopes, leaderId } = reach;
  if (scopes === 'tenant') return;
  void query.where((any) => {
    whereInScopes(any, path, scopes);
    if (leaderId !== undefined) void any.orWhere(leader, leaderId);
  });
}
