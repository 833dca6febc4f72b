import { organization } from '@linli/contracts';
import { newId } from '@linli/db';
import { handleAlone } from '@linli/messaging';
import { loadCases } from './bulk';
import { errandIn, eventsOf } from './errand';
import { callers, filing, path, present, residentId, staffId, startOffice, tenantId, unit, type Office } from './support';

let office: Office;

beforeAll(async () => {
  office = await startOffice();
});

afterAll(() => office.stop());

/** A unit as organization tells of its end; versions rise from test to test. */
async function close(unitId: string, successor: { id: string; path: string }, version: number): Promise<void> {
  const type = 'linli.organization.v1.UnitClosed';
  const payload = organization.UnitClosed.fromPartial({ unitId, validTo: '2026-11-24', successorId: successor.id, successorPath: successor.path });
  const handler = office.app.handlers[type];
  if (handler === undefined) throw new Error('nobody handles the end of a unit');
  await office.app.deps.db.withTenant({ tenantId }, (tx) => handleAlone(handler, tx, { id: newId(), type, tenantId, aggregateId: unitId, version, time: office.clock.now(), payload }));
}

function below(parentPath: string): { id: string; path: string } {
  const id = newId();
  return { id, path: `${parentPath}${id}/` };
}

describe('a unit that closes', () => {
  it('hands over its cases that are open or may be reopened; each with its version, its event and its entry', async () => {
    const open = await errandIn(office, 'accepted');
    const closed = await errandIn(office, 'closed');
    const withdrawn = await errandIn(office, 'withdrawn');
    const next = below(path.otherCommunity);
    await expect(office.cases.getCase({ caseId: open.current.id }, { caller: callers.farClerk })).rejects.toMatchObject({ reason: 'CASE_NOT_FOUND' });
    await close(unit.grid, next, 10);
    for (const { current } of [open, closed]) {
      const { case: moved } = await office.cases.getCase({ caseId: current.id }, { caller: callers.farClerk });
      expect(moved).toMatchObject({ unitId: next.id, version: current.version + 1, state: current.state, ownerId: current.ownerId });
      expect((await eventsOf(office, current.id)).at(-1)).toMatchObject({ type: 'CaseReassigned', payload: { cause: 'unit_succeeded', case: { unitId: next.id, unitPath: next.path } } });
    }
    const { entries } = await office.thread.listEntries({ threadId: open.current.threadId }, { caller: callers.farClerk });
    expect(entries.at(-1)).toMatchObject({ code: 'reassigned', actorKind: 'system', facts: { cause: 'unit_succeeded', unit_id: next.id } });
    expect((await office.cases.getCase({ caseId: withdrawn.current.id }, { caller: callers.director })).case).toMatchObject({ unitId: unit.grid });
  });

  it('takes along what was filed there at that moment', async () => {
    const next = below(path.otherCommunity);
    await close(unit.grid, next, 20);
    const { case: late } = await office.cases.createCase(filing({}), { caller: callers.clerk });
    expect(present(late).unitId).toBe(unit.grid);
    office.clock.set(new Date(office.clock.now().getTime() + 600_000).toISOString());
    await office.app.timers.sweepOnce();
    expect((await office.cases.getCase({ caseId: present(late).id }, { caller: callers.director })).case).toMatchObject({ unitId: next.id });
  });

  it('hands over what it decides and what it owes', async () => {
    const errand = await errandIn(office, 'processing', { itemCode: 'shop-licence' });
    await errand.take(office.cases.addTask({ ...errand.ref(), unitId: unit.civilAffairs, lead: true, titleZh: '核验' }, { caller: callers.handler }));
    await close(unit.civilAffairs, { id: unit.housing, path: path.housing }, 10);
    const { case: moved } = await office.cases.getCase({ caseId: errand.current.id }, { caller: callers.director });
    expect(moved).toMatchObject({ handlerUnitId: unit.housing, tasks: [{ unitId: unit.housing }] });
    expect((await eventsOf(office, errand.current.id)).slice(-2)).toMatchObject([{ type: 'CaseReassigned' }, { type: 'CaseReassigned', version: present(moved).version }]);
  });

  it('hands over hundreds of cases, each by one version', async () => {
    const [old, next] = [below(path.community), below(path.otherCommunity)];
    await office.knex('directory_units').insert({ tenant_id: tenantId, id: old.id, path: old.path, kind: 'grid', code: old.id, valid_to: null, version: 1 });
    await loadCases(office.knex, { tenantId, count: 450, unitPaths: [old.path], handlerPaths: [path.housing], staff: [staffId.agent], residents: [residentId.wang], openPercent: 80, now: office.clock.now() });
    const open = office.knex.raw(`waits_for <> 'nobody'`);
    const before = await office.knex('cases').where({ unit_path: old.path }).andWhere(open);
    expect(before.length).toBeGreaterThan(200);
    await close(old.id, next, 2);
    expect(await office.knex('cases').where({ unit_path: next.path, unit_id: next.id, version: 2 })).toHaveLength(before.length);
    expect(await office.knex('cases').where({ unit_path: old.path }).andWhere(open)).toEqual([]);
    const events = await office.knex('outbox').whereIn('aggregate_id', before.map(({ id }: { id: string }) => id));
    expect(events).toHaveLength(before.length);
  });
});
