import type { Caller } from '@linli/auth';
import type { Tx } from '@linli/db';
import { coversSite, type Asked } from './reach';
import { siteNotFound } from './rules';
import type { Site } from './site';
import { findSite, shareSites } from './store';

/** @throws not_found SITE_NOT_FOUND. */
export async function getCoveredSite(tx: Tx, caller: Caller, { siteId, ...asked }: Asked & { readonly siteId: string }): Promise<Site> {
  const site = await findSite(tx, siteId);
  if (site === undefined || !(await coversSite(tx, caller, { ...asked, site }))) throw siteNotFound();
  return site;
}

/** The sites by id; each keeps its leader and stays open or closed until this transaction ends. */
export async function holdSites(tx: Tx, siteIds: readonly string[]): Promise<ReadonlyMap<string, Site>> {
  return new Map((await shareSites(tx, [...new Set(siteIds)])).map((site) => [site.id, site]));
}

/** @throws not_found SITE_NOT_FOUND. */
export async function holdSite(tx: Tx, siteId: string): Promise<Site> {
  const site = (await holdSites(tx, [siteId])).get(siteId);
  if (site === undefined) throw siteNotFound();
  return site;
}
