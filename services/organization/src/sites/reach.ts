import { coversUnit, unitScopes, type Caller, type UnitScopes } from '@linli/auth';
import type { Tx } from '@linli/db';
import type { Knex } from 'knex';
import { whereInScopes } from '../scope';
import { ownersFor } from '../staff/owners-for';
import type { Site } from './site';

/** What one may see of sites: by where they lie, or because one is their leader or stands in for them. */
export interface SiteReach {
  readonly scopes: UnitScopes;
  /** See `ownersFor`. */
  readonly leaderIds: readonly string[];
}

/** A permission that is asked for, and when. */
export interface Asked {
  readonly permission: string;
  readonly now: Date;
}

export async function reachOf(tx: Tx, caller: Caller, asked: Asked): Promise<SiteReach> {
  return { scopes: unitScopes(caller, asked.permission), leaderIds: await ownersFor(tx, caller, asked) };
}

/** Whether the permission covers where the site lies, or the caller holds it for their own and is its leader, or stands in for them. */
export async function coversSite(tx: Tx, caller: Caller, { site, ...asked }: Asked & { readonly site: Pick<Site, 'unitPath' | 'leaderId'> }): Promise<boolean> {
  return coversUnit(caller, asked.permission, site.unitPath) || (await ownersFor(tx, caller, asked)).includes(site.leaderId);
}

/** Keeps the rows that are covered; `path` and `leader` are their columns of the same. */
export function whereReached(query: Knex.QueryBuilder, reach: SiteReach, { path, leader }: { readonly path: string; readonly leader: string }): void {
  const { scopes, leaderIds } = reach;
  if (scopes === 'tenant') return;
  void query.where((any) => {
    whereInScopes(any, path, scopes);
    if (leaderIds.length > 0) void any.orWhereIn(leader, leaderIds);
  });
}
