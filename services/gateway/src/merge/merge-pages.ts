import { isAppError } from '@linli/errors';
import type { Logger } from '@linli/telemetry';
import type { PageTokens } from '@linli/db';
import type { Source } from '../clients';

/** One page of one service. */
export interface SourcePage<Item> {
  readonly items: readonly Item[];
  readonly nextPageToken: string;
}

export interface Merged<Item> {
  readonly items: readonly Item[];
  readonly nextPageToken: string;
  /** Services that did not answer; undefined when all did. */
  readonly unreachable: string[] | undefined;
}

interface Merge<Client, Item> {
  readonly sources: readonly Source<Client>[];
  readonly fetch: (client: Client, page: { pageSize: number; pageToken: string }) => Promise<SourcePage<Item>>;
  readonly compare: (a: Item, b: Item) => number;
  readonly pageSize: number;
  readonly pageToken: string;
  /** What the list was asked with, so that a token fits no other list. */
  readonly context: Readonly<Record<string, string>>;
}

/** Where one service's list goes on: its own token, and how many items behind it were shown already. */
interface Place {
  readonly token: string;
  readonly skip: number;
  readonly ended: boolean;
}

const standardSize = 50;
// What a service gives at most, whatever it is asked for.
const mostSize = 200;
const start: Place = { token: '', skip: 0, ended: false };

/**
 * Merges the same list of several services, each sorted by `compare`, page by page: at most one call a service a page,
 * and memory for one page of each. A service that does not answer is named, and asked again on the next page. A page can
 * be short, even empty; only an empty token is the end.
 * @throws invalid_argument PAGE_TOKEN_INVALID; unavailable, when no service answers.
 */
export async function mergePages<Client, Item>(deps: { tokens: PageTokens; log: Logger }, merge: Merge<Client, Item>): Promise<Merged<Item>> {
  const size = merge.pageSize === 0 ? standardSize : Math.min(merge.pageSize, mostSize);
  const places = readPlaces(deps.tokens, merge);
  const silent: string[] = [];
  const errors: unknown[] = [];
  const pages = await Promise.all(
    merge.sources.map(async ({ service, client }): Promise<SourcePage<Item>> => {
      const { token, skip, ended } = places[service] ?? start;
      if (ended) return { items: [], nextPageToken: '' };
      try {
        const page = await merge.fetch(client, { pageSize: Math.min(size + skip, mostSize), pageToken: token });
        return { ...page, items: page.items.slice(skip) };
      } catch (error) {
        if (!isAppError(error) || !['unavailable', 'deadline_exceeded'].includes(error.kind)) throw error;
        deps.log.warn({ err: error, peer: service }, 'a part of a merged list is missing');
        silent.push(service);
        errors.push(error);
        return { items: [], nextPageToken: '' };
      }
    }),
  );
  // Part of a list is worth showing; nothing at all is an outage.
  if (silent.length > 0 && merge.sources.every(({ service }) => silent.includes(service) || places[service]?.ended === true)) throw errors[0];
  const shown = firstOf(pages, { size, compare: merge.compare });
  const next = Object.fromEntries(
    merge.sources.map(({ service }, source) => {
      const before = places[service] ?? start;
      if (silent.includes(service)) return [service, before];
      return [service, advance(before, pages[source], shown.filter((entry) => entry.source === source).length)];
    }),
  );
  const isDone = Object.values(next).every(({ ended }) => ended);
  return {
    items: shown.map(({ item }) => item),
    nextPageToken: isDone ? '' : deps.tokens.sign([JSON.stringify(next)], merge.context),
    unreachable: silent.length === 0 ? undefined : silent.sort(),
  };
}

interface Entry<Item> {
  readonly item: Item;
  /** Index of the service. */
  readonly source: number;
}

/** The first `size` of all, but nothing that comes after the end of a page that goes on: its next items may belong before. */
function firstOf<Item>(pages: readonly SourcePage<Item>[], { size, compare }: { size: number; compare: (a: Item, b: Item) => number }): Entry<Item>[] {
  const all = pages.flatMap(({ items }, source) => items.map((item): Entry<Item> => ({ item, source }))).sort((a, b) => compare(a.item, b.item));
  const left = pages.map(({ items }) => items.length);
  const isDry = (source: number) => left[source] === 0 && pages[source]?.nextPageToken !== '';
  const shown: Entry<Item>[] = [];
  if (pages.some((_page, source) => isDry(source))) return shown;
  for (const entry of all.slice(0, size)) {
    shown.push(entry);
    left[entry.source] = (left[entry.source] ?? 0) - 1;
    if (isDry(entry.source)) break;
  }
  return shown;
}

function advance(before: Place, page: SourcePage<unknown> | undefined, taken: number): Place {
  if (before.ended || page === undefined) return before;
  if (taken < page.items.length) return { ...before, skip: before.skip + taken };
  return { token: page.nextPageToken, skip: 0, ended: page.nextPageToken === '' };
}

function readPlaces<Client, Item>(tokens: PageTokens, { pageToken, context }: Merge<Client, Item>): Readonly<Record<string, Place>> {
  const [places] = tokens.read(pageToken, context) ?? [];
  return typeof places === 'string' ? (JSON.parse(places) as Record<string, Place>) : {};
}
