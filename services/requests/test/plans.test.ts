import type { Tx } from '@linli/db';
import { explainSent, rowsRead } from '@linli/testing';
import { countCases } from '../src/cases/count-store';
import { listCases, type CaseList } from '../src/cases/list-store';
import { subtreeRange, unitRange, type Reach } from '../src/cases/reach';
import { countWork, listWork, type WorkSource } from '../src/work/store';
import { bigOffice, loadBigOffice } from './bulk';
import { startOffice, tenantId, type Office } from './support';

const rowCount = 200_000;
// A page reads the page and, for lists over units, the first few of each unit below: never a share of the table.
const mostRowsRead = 15_000;

/** The lists, counts and work queues at an office's real size, planned and run as the app role under row-level security. */
describe('the plans of lists', () => {
  let office: Office;
  const big = bigOffice();
  beforeAll(async () => {
    office = await startOffice();
    await loadBigOffice(office.knex, { ...big, tenantId, count: rowCount });
  }, 240_000);
  afterAll(() => office.stop());

  const department = big.handlerPaths[2] ?? '';
  const community = big.unitPaths[0] ?? '';
  const grid = big.unitPaths[10] ?? '';
  const person = big.staff[5] ?? '';
  const reaches: [string, Reach][] = [
    ['the tenant', 'tenant'],
    ['the whole tree', [subtreeRange(big.rootPath)]],
    ['a community', [subtreeRange(community)]],
    ['one grid alone', [unitRange(grid)]],
    ['a department', [subtreeRange(department)]],
  ];
  const base: CaseList = { order: 'newest', reach: 'tenant', subject: person, after: undefined, limit: 51 };
  const middle = { id: `01910000-0000-7000-8000-${(rowCount / 2).toString(16).padStart(12, '0')}`, dueAt: big.now };

  const lists: [string, CaseList][] = [
    ...reaches.flatMap(([name, reach]): [string, CaseList][] => [
      [`newest of ${name}`, { ...base, reach }],
      [`a later page of ${name}`, { ...base, reach, after: middle }],
      [`awaiting decision of ${name}`, { ...base, reach, state: 'awaiting_decision' }],
      [`closed of ${name}`, { ...base, reach, state: 'closed', after: middle }],
      [`by due time of ${name}`, { ...base, reach, order: 'due' }],
      [`a later page by due time of ${name}`, { ...base, reach, order: 'due', after: middle }],
      [`processing by due time of ${name}`, { ...base, reach, order: 'due', state: 'processing' }],
      [`an agent’s within ${name}`, { ...base, reach, agentId: person, subject: '' }],
      [`an agent’s by due time within ${name}`, { ...base, reach, agentId: person, order: 'due', subject: '' }],
      [`a resident’s within ${name}`, { ...base, reach, residentId: big.residents[7], subject: '' }],
      [`a number within ${name}`, { ...base, reach, number: 'XS-20260101-0004711', subject: '' }],
    ]),
    ['one’s own as an agent', { ...base, agentId: person }],
    ['one’s own that are paused', { ...base, agentId: person, state: 'paused' }],
    ['a resident’s own', { ...base, residentId: big.residents[7], subject: big.residents[7] ?? '' }],
    ['a resident’s own by due time', { ...base, residentId: big.residents[7], subject: big.residents[7] ?? '', order: 'due' }],
    ['due before a time', { ...base, order: 'due', dueBefore: big.now }],
  ];

  it.each(lists)('%s', async (_name, list) => {
    const { rows, read } = await observe((tx) => listCases(tx, list));
    expect(read).toBeLessThan(mostRowsRead);
    expect(rows.length).toBeLessThanOrEqual(list.limit);
  });

  const everywhere: Extract<WorkSource, { waits: unknown }> = {
    waits: (['clerks', 'handlers', 'coordinators', 'owner'] as const).map((waiting) => ({ for: waiting, reach: [subtreeRange(big.rootPath)] })),
    tasks: [subtreeRange(big.rootPath)],
  };
  const sources: [string, WorkSource][] = [
    ['one’s own', { ownerId: person }],
    ['a resident’s', { residentId: big.residents[3] ?? '' }],
    ['the whole tree’s', everywhere],
    ['the whole office’s', { waits: everywhere.waits.map(({ for: whom }) => ({ for: whom, reach: 'tenant' })), tasks: 'tenant' }],
    ['a community’s clerks’', { waits: [{ for: 'clerks', reach: [subtreeRange(community)] }], tasks: [] }],
    ['a department’s', { waits: [{ for: 'handlers', reach: [subtreeRange(department)] }], tasks: [subtreeRange(department)] }],
  ];

  it.each(sources)('work: %s', async (_name, source) => {
    for (const after of [undefined, middle]) {
      const { read } = await observe((tx) => listWork(tx, { source, after, limit: 51 }));
      expect(read).toBeLessThan(mostRowsRead);
    }
    await observe((tx) => countWork(tx, { source, now: big.now, soonUntil: big.now, most: 10_000 }));
  });

  it.each(reaches)('counts of %s', async (_name, reach) => {
    await observe((tx) => countCases(tx, { reach, now: big.now, soonUntil: big.now }));
  });

  /** Fails on a sequential scan of a table that grows. */
  async function observe<T>(query: (tx: Tx) => Promise<T>): Promise<{ rows: T; read: number }> {
    const { rows, nodes } = await office.app.deps.db.withTenant({ tenantId }, (tx) => explainSent(tx, query));
    const growing = nodes.filter((node) => ['cases', 'case_entries', 'case_tasks'].includes(node['Relation Name'] ?? ''));
    expect(growing.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
    return { rows, read: growing.reduce((sum, node) => sum + rowsRead(node), 0) };
  }
});
