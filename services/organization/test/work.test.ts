import { organization, work, type thread } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { recordChanges } from '../src/changes';
import { endWork, setWork, type Work } from '../src/work/store';
import { everything, makeStaff, makeTenant, makeUnit, startOffice, type Office } from './support';

const { UNIT_KIND_COMMUNITY } = organization.UnitKind;
const write = 'organization.unit.write';

let office: Office;
let here: organization.Unit;
let there: organization.Unit;
let worker: organization.Staff;

beforeAll(async () => {
  office = await startOffice();
  const { root } = await makeTenant(office);
  here = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  there = await makeUnit(office, root.id, { kind: UNIT_KIND_COMMUNITY });
  worker = await makeStaff(office, here.id);
});

afterAll(() => office.stop());

let counter = 0;
function workAt(unit: organization.Unit, facts: Partial<Work> = {}): Work {
  counter += 1;
  const subjectId = `0191c000-0000-7000-8000-${String(counter).padStart(12, '0')}`;
  return { kind: 'organization.topic', subjectId, number: '', action: 'answer', titleZh: '议题', unitId: unit.id, unitPath: unit.path, ownerId: undefined, permission: write, dueAt: undefined, threadId: subjectId, version: 1, ...facts };
}

const set = (...works: Work[]) => office.app.deps.db.withTenant({ tenantId: 'xingsheng' }, (tx) => setWork(tx, works));
const at = (unitPath: string, permissions = [write]) => testCaller({ tenantId: 'xingsheng', grants: [{ permissions: ['work.queue.read', 'thread.read', ...permissions], scope: 'subtree', unitPath }] });

describe('the work queue', () => {
  it('shows a person their own by due time, what has none last, page by page', async () => {
    const due = (day: string) => new Date(`2026-12-${day}T10:00:00Z`);
    const mine = [workAt(here, { ownerId: worker.id }), workAt(here, { ownerId: worker.id, dueAt: due('02') }), workAt(here, { ownerId: worker.id, dueAt: due('01') })];
    await set(...mine, workAt(here, { ownerId: undefined }));
    const caller = { ...at(here.path), subject: worker.id, kind: 'staff' as const };
    const seen: string[] = [];
    let pageToken = '';
    do {
      const page = await office.work.listWork({ pageSize: 1, pageToken }, { caller });
      seen.push(...page.items.map(({ subjectId }) => subjectId));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(seen).toEqual([mine[2]?.subjectId, mine[1]?.subjectId, mine[0]?.subjectId]);
    const { items } = await office.work.listWork({}, { caller });
    expect(items[0]).toMatchObject({ kind: 'organization.topic', action: 'answer', ownerId: worker.id, unitId: here.id, urgency: work.Urgency.URGENCY_GREEN, version: 1 });
    expect(await office.work.countWork({}, { caller })).toMatchObject({ total: 3, overdue: 0, byAction: { answer: 3 } });
  });

  describe('of who stands in', () => {
    afterEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));
    const time = (iso: string) => new Date(`${iso}+08:00`);
    const own = (staff: { id: string }) => ({ ...at(here.path), subject: staff.id, kind: 'staff' as const });
    /** The subjects of a queue, page by page. */
    async function queue(staff: { id: string }, pageSize = 2): Promise<string[]> {
      const seen: string[] = [];
      let pageToken = '';
      do {
        const page = await office.work.listWork({ pageSize, pageToken }, { caller: own(staff) });
        seen.push(...page.items.map(({ subjectId }) => subjectId));
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
      expect((await office.work.countWork({}, { caller: own(staff) })).total).toBe(seen.length);
      return seen;
    }
    const due = (day: number) => time(`2026-12-${String(day).padStart(2, '0')}T10:00:00`);
    const waiting = (owner: { id: string }, day: number) => workAt(here, { ownerId: owner.id, dueAt: due(day) });
    const away = (staff: { id: string }, facts: object = {}) => office.staff.startAbsence({ staffId: staff.id, version: versions(staff), ...facts }, { caller: everything() });
    const steps = new Map<string, number>();
    function versions({ id }: { id: string }): number {
      const version = (steps.get(id) ?? 2) + 1;
      steps.set(id, version);
      return version - 1;
    }
    async function pair() {
      const [a, b] = [await makeStaff(office, here.id), await makeStaff(office, here.id)];
      await office.staff.setPartner({ staffId: a.id, version: versions(a), partnerId: b.id }, { caller: everything() });
      versions(b);
      return { a, b };
    }

    it('holds what waits for the partner while they are away, in one order, each thing still the partner’s', async () => {
      const { a, b } = await pair();
      const works = [waiting(a, 1), waiting(b, 2), waiting(a, 3), waiting(b, 4), workAt(here, { ownerId: a.id })];
      await set(...works);
      const [all, bs] = [works.map(({ subjectId }) => subjectId), [works[1]?.subjectId, works[3]?.subjectId]];
      await away(a, { from: time('2026-11-25T08:00:00'), until: time('2026-11-26T18:00:00') });
      for (const [now, expected] of [
        ['2026-11-25T07:59:59', bs],
        ['2026-11-25T08:00:00', all],
        ['2026-11-26T17:59:59', all],
        ['2026-11-26T18:00:00', bs],
      ] as const) {
        office.clock.set(`${now}+08:00`);
        expect([now, await queue(b)]).toEqual([now, expected]);
      }
      office.clock.set('2026-11-25T08:00:00+08:00');
      const { items } = await office.work.listWork({}, { caller: own(b) });
      expect(items.map(({ ownerId }) => ownerId)).toEqual([a.id, b.id, a.id, b.id, a.id]);
      // Whoever is away keeps their own.
      expect(await queue(a)).toHaveLength(3);
    });

    it('is that of whom the absence names; of the partner while the named one is away; of nobody while both are', async () => {
      const { a, b } = await pair();
      const named = await makeStaff(office, here.id);
      await set(waiting(a, 1));
      await away(a, { standInId: named.id });
      expect([await queue(named), await queue(b)]).toEqual([[expect.any(String)], []]);
      await away(named, { until: time('2026-11-25T00:00:00') });
      expect([await queue(named), await queue(b)]).toEqual([[], [expect.any(String)]]);
      await away(b, { until: time('2026-11-24T18:00:00') });
      expect([await queue(named), await queue(b)]).toEqual([[], []]);
      office.clock.set('2026-11-24T18:00:00+08:00');
      expect([await queue(named), await queue(b)]).toEqual([[], [expect.any(String)]]);
      office.clock.set('2026-11-25T00:00:00+08:00');
      expect([await queue(named), await queue(b)]).toEqual([[expect.any(String)], []]);
      // Somebody who left stands in for nobody.
      await office.staff.deactivateStaff({ staffId: named.id, version: versions(named) }, { caller: everything() });
      expect([await queue(named), await queue(b)]).toEqual([[], [expect.any(String)]]);
    });

    it('does not reach further: who stands in for the partner of somebody away does not stand in for both', async () => {
      const [{ a, b }, third] = [await pair(), await makeStaff(office, here.id)];
      await set(waiting(a, 1), waiting(b, 2));
      await away(a);
      await away(b, { standInId: third.id });
      expect(await queue(third)).toHaveLength(1);
    });
  });

  it('shows at a unit what the caller may do there, and nothing of elsewhere', async () => {
    const [own, foreign, others] = [workAt(here), workAt(there), workAt(here, { permission: 'organization.staff.write' })];
    await set(own, foreign, others);
    const ids = async (caller: ReturnType<typeof at>, unitId: string) => (await office.work.listWork({ unitId, pageSize: 200 }, { caller })).items.map(({ subjectId }) => subjectId);
    const seen = await ids(at(here.path), here.id);
    expect(seen).toContain(own.subjectId);
    expect(seen).not.toContain(foreign.subjectId);
    expect(seen).not.toContain(others.subjectId);
    expect(await ids(at(here.path), there.id)).toEqual([]);
    expect(await ids(at(here.path, ['organization.staff.write']), here.id)).toEqual([others.subjectId]);
    await expect(office.work.listWork({ unitId: own.subjectId }, { caller: at(here.path) })).rejects.toMatchObject({ kind: 'not_found', reason: 'UNIT_UNKNOWN' });
  });

  it('holds one thing a subject, which a later step replaces and the end takes away', async () => {
    const first = workAt(here);
    const { total } = await office.work.countWork({ unitId: here.id }, { caller: at(here.path) });
    await set(first);
    await set({ ...first, action: 'close', version: 2, dueAt: new Date('2026-11-20T10:00:00Z') });
    const counted = await office.work.countWork({ unitId: here.id }, { caller: at(here.path) });
    expect(counted).toMatchObject({ total: total + 1, overdue: 1, byAction: { close: 1 } });
    await office.app.deps.db.withTenant({ tenantId: 'xingsheng' }, (tx) => endWork(tx, first.kind, [first.subjectId]));
    expect(await office.work.countWork({ unitId: here.id }, { caller: at(here.path) })).toMatchObject({ total, overdue: 0 });
  });
});

describe('a thread', () => {
  it('tells what happened to a matter, to those who may read threads at its unit', async () => {
    const caller = { ...at(here.path), subject: worker.id };
    const threadId = here.id;
    await office.app.deps.db.withTenant(caller, (tx) =>
      recordChanges(tx, caller, [
        {
          action: 'unit.rename',
          objectType: 'unit',
          id: here.id,
          version: 7,
          event: 'UnitRenamed',
          payload: organization.UnitRenamed.fromPartial({ unitId: here.id }),
          entry: { threadId, unitPath: here.path, at: office.clock.now(), code: 'renamed', facts: { from: 'a' }, note: '居民提议' },
        },
      ]),
    );
    const read = async (by: ReturnType<typeof at>): Promise<thread.Entry[]> => (await office.threads.listEntries({ threadId }, { caller: by })).entries;
    expect(await read(at(here.path))).toEqual([
      expect.objectContaining({ subjectVersion: 1, code: 'created' }),
      expect.objectContaining({ subjectKind: 'organization.unit', subjectVersion: 7, actorId: worker.id, code: 'renamed', facts: { from: 'a' }, note: '居民提议' }),
    ]);
    expect(await read(at(there.path))).toEqual([]);
    expect(await read({ ...at(here.path), kind: 'resident' })).toEqual([]);
  });
});
