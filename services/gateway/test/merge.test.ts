import { Secret } from '@linli/config';
import { pageToken } from '@linli/db';
import { notFound, unavailable } from '@linli/errors';
import { silentLogger } from '@linli/testing';
import fc from 'fast-check';
import { mergePages, type SourcePage } from '../src/merge/merge-pages';

const deps = { tokens: pageToken(new Secret('key')), log: silentLogger() };

type Fetch = (page: { pageSize: number; pageToken: string }) => Promise<SourcePage<number>>;

/** A service whose list is `numbers`, whose page tokens are offsets, and which gives at most `most` at a time. */
function listOf(numbers: readonly number[], most = 200): Fetch {
  return async ({ pageSize, pageToken: token }) => {
    const from = Number(token);
    const to = from + Math.min(pageSize, most);
    return { items: numbers.slice(from, to), nextPageToken: to < numbers.length ? String(to) : '' };
  };
}

function merge(sources: Readonly<Record<string, Fetch>>, page: { pageSize: number; pageToken: string }, context = 'mine') {
  return mergePages(deps, {
    sources: Object.entries(sources).map(([service, client]) => ({ service, client })),
    fetch: (client, at) => client(at),
    compare: (a, b) => a - b,
    context: { context },
    ...page,
  });
}

async function readAll(sources: Readonly<Record<string, Fetch>>, sizes: readonly number[]): Promise<number[]> {
  const all: number[] = [];
  let token = '';
  for (let pages = 0; pages < 500; pages += 1) {
    const { items, nextPageToken } = await merge(sources, { pageSize: sizes[pages % sizes.length] ?? 1, pageToken: token });
    all.push(...items);
    if (nextPageToken === '') return all;
    token = nextPageToken;
  }
  throw new Error('the list does not end');
}

describe('a merged list', () => {
  it('has every item once, in order, whatever the lists and page sizes', async () => {
    const sorted = fc.array(fc.nat(50), { maxLength: 20 }).map((numbers) => numbers.sort((a, b) => a - b));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(sorted, fc.integer({ min: 3, max: 200 })), { minLength: 1, maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }), async (given, sizes) => {
        const lists = given.map(([numbers]) => numbers);
        const sources = Object.fromEntries(given.map(([numbers, most], index) => [`s${index}`, listOf(numbers, most)]));
        expect(await readAll(sources, sizes)).toEqual(lists.flat().sort((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  it('answers what it has, names what did not answer, and asks it again on the next page', async () => {
    const health = { away: true };
    const sources: Record<string, Fetch> = {
      requests: listOf([1, 3, 5]),
      property: (page) => (health.away ? Promise.reject(unavailable('SERVICE_UNAVAILABLE', 'away')) : listOf([2, 4])(page)),
    };
    const first = await merge(sources, { pageSize: 2, pageToken: '' });
    expect(first).toMatchObject({ items: [1, 3], unreachable: ['property'] });
    health.away = false;
    const second = await merge(sources, { pageSize: 10, pageToken: first.nextPageToken });
    expect(second).toEqual({ items: [2, 4, 5], nextPageToken: '', unreachable: undefined });
  });

  it('is an outage when nobody answers, and a refusal when one refuses', async () => {
    const away: Fetch = () => Promise.reject(unavailable('SERVICE_UNAVAILABLE', 'away'));
    await expect(merge({ requests: away }, { pageSize: 5, pageToken: '' })).rejects.toMatchObject({ kind: 'unavailable' });
    const none: Fetch = () => Promise.reject(notFound('CASE_NOT_FOUND', 'none'));
    await expect(merge({ requests: listOf([1]), property: none }, { pageSize: 5, pageToken: '' })).rejects.toMatchObject({ kind: 'not_found' });
  });

  it('takes its own page tokens only, and for the same list only', async () => {
    const sources = { requests: listOf([1, 2, 3]) };
    const { nextPageToken } = await merge(sources, { pageSize: 1, pageToken: '' });
    await expect(merge(sources, { pageSize: 1, pageToken: nextPageToken }, 'yours')).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
    await expect(merge(sources, { pageSize: 1, pageToken: `${nextPageToken.slice(0, -2)}AA` })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });
});
