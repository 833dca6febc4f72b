import type { UnitScopes } from '@linli/auth';
import { newId, type Tx } from '@linli/db';
import { explainSent, rowsRead } from '@linli/testing';
import { endOfSubtree } from '../src/scope';
import { exportUnits } from '../src/import/export-store';
import { listUnits, type UnitFilter } from '../src/units/store';
import { listOpenJobs } from '../src/jobs/store';
import { listPublicPublications } from '../src/publications/store';
import { listAnswered, listTopics, type TopicReach } from '../src/topics/store';
import { countWork, listWork } from '../src/work/store';
import { loadPublic, loadTopics, loadTree, loadWork } from './bulk';
import { startOffice, type Office } from './support';

const tenantId = 'xingsheng';
const limit = 51;
const nobody = '00000000-0000-7000-8000-000000000000';
const today = '2026-11-24';
// A page reads the page, the entries of closed units between, and never a share of the tree.
const mostRead = 400;

/** The lists of units over a large tree, planned and run as the app role under row-level security. */
describe('the plans of lists of units', () => {
  let office: Office;
  let tree: Awaited<ReturnType<typeof loadTree>>;
  beforeAll(async () => {
    office = await startOffice();
    tree = await loadTree(office.knex, tenantId);
  }, 120_000);
  afterAll(() => office.stop());

  const lists: [string, string, () => Partial<UnitFilter>][] = [
    ['the open tree', 'units_as_of_idx', () => ({})],
    ['its later page', 'units_as_of_idx', () => ({ afterPath: tree.middle })],
    ['an open subtree', 'units_as_of_idx', () => ({ under: tree.community })],
    ['a subtree that is all one may see', 'units_as_of_idx', () => ({ scopes: onlyUnder(tree.community) })],
    ['the open grids', 'units_kind_as_of_idx', () => ({ kind: 'grid' })],
    ['the tree as of a day', 'units_as_of_idx', () => ({ asOf: '2022-06-30' })],
    ['its later page as of a day', 'units_as_of_idx', () => ({ asOf: '2022-06-30', afterPath: tree.middle })],
    ['a subtree as of a day', 'units_as_of_idx', () => ({ asOf: '2022-06-30', under: tree.community })],
    ['a subtree as of a day for who may see no more', 'units_as_of_idx', () => ({ asOf: '2022-06-30', scopes: onlyUnder(tree.community) })],
    ['the grids as of a day', 'units_kind_as_of_idx', () => ({ asOf: '2022-06-30', kind: 'grid' })],
  ];

  it.each(lists)('%s: %s', async (_name, index, filter) => {
    const { rows, nodes } = await observe((tx) => listUnits(tx, { scopes: 'tenant', under: undefined, kind: undefined, asOf: today, afterPath: undefined, limit, ...filter() }));
    expect(rows).toHaveLength(limit);
    expect(nodes.map((node) => node['Index Name']).filter(Boolean).sort()).toEqual(['unit_names_pkey', index].sort());
    const ofUnits = nodes.filter((node) => node['Relation Name'] !== 'unit_names');
    expect(ofUnits.filter((node) => node['Node Type'] === 'Sort')).toEqual([]);
    const read = nodes.filter((node) => node['Relation Name'] === 'units').map(rowsRead);
    expect(Math.max(...read)).toBeLessThan(mostRead);
  });

  it('the tree as of its first day reads what had begun, not what it passes over', async () => {
    const { rows, nodes } = await observe((tx) => listUnits(tx, { scopes: 'tenant', under: undefined, kind: undefined, asOf: '2015-01-02', afterPath: undefined, limit }));
    expect(rows.length).toBe(Math.min(limit, await tree.countInForce('/', '2015-01-02')));
    expect(nodes.map((node) => node['Index Name'])).toContain('units_began_idx');
    expect(Math.max(...nodes.filter((node) => node['Relation Name'] === 'units').map(rowsRead))).toBeLessThan(mostRead);
  });

  describe('of topics by unit', () => {
    let topics: Awaited<ReturnType<typeof loadTopics>>;
    beforeAll(async () => {
      topics = await loadTopics(office.knex, tenantId);
    }, 60_000);

    async function read(reach: TopicReach, beforeId?: string) {
      const { rows, nodes } = await observe((tx) => listTopics(tx, { reach, state: 'collected', beforeId, limit }));
      const ofTopics = nodes.filter((node) => node['Relation Name'] === 'topics');
      expect(ofTopics.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
      expect(ofTopics.reduce((sum, node) => sum + rowsRead(node), 0)).toBeLessThan(mostRead);
      return { ids: rows.map(({ id }) => id), indexes: ofTopics.map((node) => node['Index Name']) };
    }

    it('a page for who may see one community whose rows lie behind all others: topics_unit_path_idx', async () => {
      const reach = { scopes: onlyUnder(tree.communityAt(2)) };
      const { ids, indexes } = await read(reach);
      expect(ids).toEqual(topics.newest(2, { count: limit }));
      expect(indexes).toContain('topics_unit_path_idx');
      expect((await read(reach, ids.at(-1))).ids).toEqual(topics.newest(2, { after: limit, count: limit }));
    });

    it('one unit without what lies below, two together in one order, and the whole office by the key', async () => {
      const units = [tree.communityAt(5)];
      expect((await read({ scopes: { subtrees: [], units, self: false } })).ids).toEqual(topics.newest(5, { count: limit }));
      const both = { scopes: { subtrees: [tree.communityAt(3)], units, self: false } };
      expect((await read(both, topics.newest(5, { after: 989, count: 1 })[0])).ids).toEqual([...topics.newest(5, { after: 990, count: 10 }), ...topics.newest(3, { count: limit - 10 })]);
      expect((await read({ scopes: 'tenant' })).ids).toEqual(topics.newest(19, { count: limit }));
      expect((await read({ scopes: { subtrees: [], units: [], self: true } })).ids).toEqual([]);
    });
  });

  it('a stand-in’s queue and its count: one read of work_items_owner_idx for each person whose work it is', async () => {
    const now = new Date('2026-11-24T09:00:00+08:00');
    const { idOf, worksEach } = await loadWork(office.knex, { tenantId, now, unitPath: tree.community });
    // Number 9 stands in for 8, as their partner, and for 4, who names them before their own.
    const source = { ownerId: idOf(9), now };
    const { rows, nodes } = await observe((tx) => listWork(tx, { source, after: undefined, limit }));
    expect(new Set(rows.map(({ ownerId }) => ownerId))).toEqual(new Set([idOf(4), idOf(8), idOf(9)]));
    const later = await observe((tx) => listWork(tx, { source, after: rows.at(-1), limit }));
    expect(later.rows[0]?.subjectId).not.toBe(rows.at(-1)?.subjectId);
    for (const page of [nodes, later.nodes]) {
      const read = page.filter((node) => node['Relation Name'] === 'work_items');
      expect(read.map((node) => node['Index Name'])).toEqual(['work_items_owner_idx']);
      expect(read.reduce((sum, node) => sum + rowsRead(node), 0)).toBeLessThan(mostRead);
      const around = page.filter((node) => ['staff', 'absences'].includes(String(node['Relation Name'])));
      expect(around.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
      expect(around.reduce((sum, node) => sum + rowsRead(node), 0)).toBeLessThan(mostRead);
    }
    const counted = await observe((tx) => countWork(tx, { source, now, soonUntil: now, most: 10_000 }));
    expect(counted.rows).toMatchObject([{ action: 'answer', total: 3 * worksEach }]);
    expect(counted.nodes.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
  });

  describe('of what anybody may read', () => {
    beforeAll(() => loadPublic(office.knex, tenantId), 60_000);

    const near = { day: '2026-11-24', limit };
    const lists: [string, string, (tx: Tx, under: string | undefined) => Promise<{ id: string }[]>][] = [
      ['topics, latest answer first', 'topics_unit_answered_idx', (tx, under) => listAnswered(tx, { under, after: { answeredAt: new Date('2026-11-20T00:00:00Z'), id: newId() }, limit })],
      ['publications', 'publications_unit_period_idx', (tx, under) => listPublicPublications(tx, { ...near, under, after: { fromDay: '2026-11-24', id: newId() } })],
      ['jobs', 'jobs_unit_open_idx', (tx, unitPath) => listOpenJobs(tx, { unitPath, today: near.day, after: { openUntil: '2026-11-24', id: nobody }, limit })],
    ];

    it.each(lists)('a later page of %s, of one community: %s', async (_name, index, list) => {
      const { rows, nodes } = await observe((tx) => list(tx, tree.communityAt(2)));
      expect(rows.length).toBeGreaterThan(0);
      const ofRows = nodes.filter((node) => ['topics', 'publications', 'jobs'].includes(node['Relation Name'] ?? ''));
      expect(ofRows.map((node) => node['Index Name'])).toContain(index);
      expect(ofRows.reduce((sum, node) => sum + rowsRead(node), 0)).toBeLessThan(mostRead);
    });

    it.each(lists)('a later page of %s, of the whole office', async (_name, _index, list) => {
      const { rows, nodes } = await observe((tx) => list(tx, undefined));
      expect(rows).toHaveLength(limit);
      const ofRows = nodes.filter((node) => ['topics', 'publications', 'jobs'].includes(node['Relation Name'] ?? ''));
      expect(ofRows.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
      expect(ofRows.reduce((sum, node) => sum + rowsRead(node), 0)).toBeLessThan(mostRead);
    });
  });

  it('a later page of an export: units_as_of_idx', async () => {
    const { rows, nodes } = await observe((tx) => exportUnits(tx, { after: { key: tree.middle, id: '' }, limit, day: today }));
    expect(rows).toHaveLength(limit);
    const ofUnits = nodes.filter((node) => node['Relation Name'] === 'units');
    expect(ofUnits.map((node) => node['Index Name'])).toContain('units_as_of_idx');
    expect(Math.max(...ofUnits.map(rowsRead))).toBeLessThan(mostRead);
  });

  function onlyUnder(path: string): UnitScopes {
    return { subtrees: [path], units: [], self: false };
  }

  it('finds in a subtree no unit from outside, and of a day none that was not in force', async () => {
    const { rows } = await observe((tx) => listUnits(tx, { scopes: 'tenant', under: tree.community, kind: undefined, asOf: '2022-06-30', afterPath: undefined, limit: 10_000 }));
    expect(rows.filter(({ path }) => path < tree.community || path >= endOfSubtree(tree.community))).toEqual([]);
    expect(rows.filter(({ validFrom, validTo }) => validFrom > '2022-06-30' || (validTo ?? '9999-12-31') <= '2022-06-30')).toEqual([]);
    expect(rows.length).toBe(await tree.countInForce(tree.community, '2022-06-30'));
  });

  function observe<T>(query: (tx: Tx) => Promise<T>) {
    return office.app.deps.db.withTenant({ tenantId }, (tx) => explainSent(tx, query));
  }
});
