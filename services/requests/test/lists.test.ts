import { unitScopes, type Caller } from '@linli/auth';
import { requests } from '@linli/contracts';
import { newId } from '@linli/db';
import fc from 'fast-check';
import { caseStates, type CaseState } from '../src/cases/case';
import { loadCases } from './bulk';
import { refused } from './errand';
import { callers, opening, path, residentId, staff, staffId, startOffice, tenantId, unit, type Office } from './support';

const { CaseOrder, CaseState: Wire } = requests;
const read = 'requests.case.read';

interface Row {
  id: string;
  number: string | null;
  state: CaseState;
  unit_path: string;
  handler_unit_path: string | null;
  resident_id: string;
  agent_id: string | null;
  backup_id: string | null;
  owner_id: string | null;
  next_due_at: Date | number;
}

describe('lists of cases', () => {
  let office: Office;
  let rows: Row[];
  beforeAll(async () => {
    office = await startOffice();
    const { agent, partner, clerk, handler } = staffId;
    await loadCases(office.knex, {
      tenantId,
      count: 700,
      unitPaths: [path.grid, path.community, path.otherCommunity],
      handlerPaths: [path.civilAffairs, path.housing],
      staff: [agent, partner, clerk, handler],
      residents: [residentId.wang, residentId.li],
      openPercent: 60,
      now: new Date(opening),
    });
    await loadCases(office.knex, { tenantId: 'binhe-town', count: 0, unitPaths: [path.grid], handlerPaths: [path.housing], staff: [agent], residents: [residentId.wang], openPercent: 60, now: new Date(opening) });
    rows = (await office.knex('cases').where({ tenant_id: tenantId })) as Row[];
  });
  afterAll(() => office.stop());

  const empty: requests.ListCasesRequest = { number: '', state: Wire.CASE_STATE_UNSPECIFIED, unitId: '', agentId: '', residentId: '', dueBefore: undefined, order: CaseOrder.CASE_ORDER_UNSPECIFIED, pageSize: 0, pageToken: '' };

  /** Every page, put together. */
  async function listAll(request: Partial<requests.ListCasesRequest>, caller: Caller): Promise<requests.Case[]> {
    const found: requests.Case[] = [];
    let pageToken = '';
    do {
      const page = await office.cases.listCases({ ...empty, pageSize: 37, ...request, pageToken }, { caller });
      found.push(...page.cases);
      ({ nextPageToken: pageToken } = page);
    } while (pageToken !== '');
    return found;
  }

  function covered(caller: Caller, row: Row): boolean {
    const scopes = unitScopes(caller, read);
    if (scopes === 'tenant') return true;
    const within = (unitPath: string | null) => unitPath !== null && (scopes.units.includes(unitPath) || scopes.subtrees.some((subtree) => unitPath.startsWith(subtree)));
    return within(row.unit_path) || within(row.handler_unit_path);
  }

  /** What the list must be, worked out the slow way. */
  function expected(request: Partial<requests.ListCasesRequest>, caller: Caller): string[] {
    const due = request.order === CaseOrder.CASE_ORDER_DUE || request.dueBefore !== undefined;
    const time = (row: Row) => (row.next_due_at instanceof Date ? row.next_due_at.getTime() : Infinity);
    const narrowed = Boolean(request.agentId) || Boolean(request.residentId) || Boolean(request.number);
    const unitPath = Object.entries(unit).find(([, id]) => id === request.unitId)?.[0];
    const asked = unitPath === undefined ? undefined : path[unitPath as keyof typeof path];
    const inUnit = (row: Row) => asked === undefined || ((covered({ ...caller, grants: caller.grants }, row) && row.unit_path.startsWith(asked)) || (row.handler_unit_path?.startsWith(asked) ?? false));
    const own = (row: Row) => [row.agent_id, row.backup_id, row.owner_id].includes(caller.subject);
    const whose = (row: Row) => (request.agentId ? row.agent_id === request.agentId || row.owner_id === request.agentId : true) && (request.residentId ? row.resident_id === request.residentId : true);
    return rows
      .filter((row) => covered(caller, row) || (narrowed && own(row)))
      .filter((row) => inUnit(row) && whose(row))
      .filter((row) => !request.state || request.state === Wire.CASE_STATE_UNSPECIFIED || `CASE_STATE_${row.state.toUpperCase()}` === String(request.state))
      .filter((row) => !due || time(row) < (request.dueBefore?.getTime() ?? Infinity))
      .sort((a, b) => (due ? time(a) - time(b) || (a.id < b.id ? -1 : 1) : a.id < b.id ? 1 : -1))
      .map(({ id }) => id);
  }

  it('hold exactly what the filters and the caller’s units say, in order, page by page', async () => {
    const request = fc.record({
      state: fc.constantFrom(Wire.CASE_STATE_UNSPECIFIED, ...caseStates.map((state) => Wire[`CASE_STATE_${state.toUpperCase()}` as keyof typeof Wire])),
      agentId: fc.constantFrom('', '', staffId.agent, staffId.clerk),
      order: fc.constantFrom(CaseOrder.CASE_ORDER_UNSPECIFIED, CaseOrder.CASE_ORDER_NEWEST, CaseOrder.CASE_ORDER_DUE),
      pageSize: fc.constantFrom(1, 7, 200),
    });
    const caller = fc.constantFrom(callers.director, callers.clerk, callers.handler, callers.farClerk, callers.agent, staff(newId(), [read], path.root));
    await fc.assert(
      fc.asyncProperty(request, caller, async (asked, who) => {
        expect((await listAll({ ...asked, pageSize: asked.pageSize === 1 ? 53 : asked.pageSize }, who)).map(({ id }) => id)).toEqual(expected(asked, who));
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['a community', unit.community, callers.director],
    ['a grid of the clerk’s community', unit.grid, callers.clerk],
    ['a department', unit.civilAffairs, callers.handler],
    ['the whole office', unit.root, callers.director],
  ])('of %s', async (_name, unitId, caller) => {
    for (const order of [CaseOrder.CASE_ORDER_NEWEST, CaseOrder.CASE_ORDER_DUE]) {
      expect((await listAll({ unitId, order }, caller)).map(({ id }) => id)).toEqual(expected({ unitId, order }, caller));
    }
  });

  it('by number, one; of a resident, theirs; before a time, the due ones', async () => {
    const row = rows.find(({ number, unit_path: at }) => number !== null && at === path.grid);
    expect(await listAll({ number: row?.number ?? '' }, callers.clerk)).toMatchObject([{ id: row?.id }]);
    expect(await listAll({ number: row?.number ?? '' }, callers.farClerk)).toEqual([]);
    const asked = { residentId: residentId.li };
    expect((await listAll(asked, callers.director)).map(({ id }) => id)).toEqual(expected(asked, callers.director));
    const dueBefore = new Date('2026-11-26T00:00:00+08:00');
    expect((await listAll({ dueBefore }, callers.director)).map(({ id }) => id)).toEqual(expected({ dueBefore }, callers.director));
  });

  it('show a resident their own cases whatever they ask', async () => {
    const own = rows.filter((row) => row.resident_id === residentId.wang).map(({ id }) => id);
    expect((await listAll({}, callers.wang)).map(({ id }) => id)).toEqual(own.sort().reverse());
    expect(await listAll({ unitId: unit.community, agentId: staffId.agent }, callers.wang)).toHaveLength(own.length);
    await refused(listAll({ residentId: residentId.li }, callers.wang), 'OWN_CASES_ONLY');
  });

  it('show who covers no unit what they run', async () => {
    const self = { ...callers.agent, grants: [{ permissions: [read], scope: 'self' as const, unitPath: '' }] };
    const own = expected({ agentId: staffId.agent }, self);
    expect((await listAll({}, self)).map(({ id }) => id)).toEqual(own);
    expect(own.length).toBeGreaterThan(0);
  });

  it('carry no texts, parts or next actions', async () => {
    const [row] = await listAll({ pageSize: 1 }, callers.director);
    expect(row).toMatchObject({ subject: '', notices: [], callbacks: [], nextActions: [] });
  });

  it('refuse a forged, foreign or changed page token', async () => {
    const { nextPageToken } = await office.cases.listCases({ ...empty, pageSize: 5 }, { caller: callers.director });
    const list = (request: Partial<requests.ListCasesRequest>, caller: Caller = callers.director) => office.cases.listCases({ ...empty, pageSize: 5, pageToken: nextPageToken, ...request }, { caller });
    await expect(list({})).resolves.toBeDefined();
    await refused(list({ pageToken: `x${nextPageToken}` }), 'PAGE_TOKEN_INVALID');
    await refused(list({ state: Wire.CASE_STATE_CLOSED }), 'PAGE_TOKEN_INVALID');
    await refused(list({}, callers.clerk), 'PAGE_TOKEN_INVALID');
    await refused(list({}, { ...callers.director, tenantId: 'binhe-town' }), 'PAGE_TOKEN_INVALID');
  });

  it('refuse what does not go together and units out of reach', async () => {
    const list = (request: Partial<requests.ListCasesRequest>, caller: Caller = callers.director) => office.cases.listCases({ ...empty, ...request }, { caller });
    await expect(list({ number: 'XS-20260101-0000001', agentId: staffId.agent })).rejects.toMatchObject({ kind: 'invalid_argument' });
    await expect(list({ number: `' or 1=1` })).rejects.toMatchObject({ violations: [{ field: 'number' }] });
    await expect(list({ dueBefore: new Date(), order: CaseOrder.CASE_ORDER_NEWEST })).rejects.toMatchObject({ violations: [{ field: 'order' }] });
    await expect(list({ pageSize: -1 })).rejects.toMatchObject({ violations: [{ field: 'page_size' }] });
    await refused(list({ unitId: unit.community }, callers.farClerk), 'UNIT_OUT_OF_SCOPE');
    await refused(list({ unitId: newId() }), 'UNIT_UNKNOWN');
  });

  it('count by state, due soon and overdue, a case of two units once', async () => {
    const soon = new Date('2026-11-27T23:59:59.999+08:00').getTime();
    for (const caller of [callers.director, callers.clerk, callers.handler, staff(newId(), [read], path.root)]) {
      const seen = rows.filter((row) => covered(caller, row));
      const dues = seen.flatMap(({ next_due_at: due }) => (due instanceof Date ? [due.getTime()] : []));
      const counts = await office.cases.countCases({ unitId: '' }, { caller });
      expect(counts).toEqual({
        byState: Object.fromEntries(caseStates.map((state) => [state, seen.filter((row) => row.state === state).length])),
        overdue: dues.filter((due) => due < office.clock.now().getTime()).length,
        dueSoon: dues.filter((due) => due >= office.clock.now().getTime() && due <= soon).length,
      });
    }
    const own = rows.filter((row) => row.resident_id === residentId.wang);
    expect((await office.cases.countCases({ unitId: '' }, { caller: callers.wang })).byState['closed']).toBe(own.filter(({ state }) => state === 'closed').length);
  });
});
