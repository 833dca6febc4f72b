import { organization } from '@linli/contracts';
import { newId } from '@linli/db';
import type { IncomingEvent } from '@linli/messaging';
import { testCaller } from '@linli/testing';
import { errandIn, lastEventOf, type Errand } from './errand';
import { callers, path, present, startOffice, tenantId, type Office } from './support';

const { CALENDAR_DAY_KIND_REST, CALENDAR_DAY_KIND_WORK } = organization.CalendarDayKind;

let office: Office;
beforeEach(async () => {
  office = await startOffice({ opening: '2026-11-24T09:00:00+08:00' });
});
afterEach(() => office.stop());

/** What `organization` tells, as the consumer hands it on. */
async function tell(name: 'CalendarOverrideSet' | 'CalendarOverrideRemoved' | 'CalendarOverrideRestated', payload: object, version: number): Promise<void> {
  const handler = office.app.handlers[`linli.organization.v1.${name}`];
  if (typeof handler !== 'function') throw new Error('there is no handler');
  const event = { id: newId(), type: name, tenantId, version, payload } as unknown as IncomingEvent<never>;
  await office.app.deps.db.withTenant({ tenantId }, (tx) => handler(tx, event));
}

const decide = 'organization.calendar.write';
const decider = testCaller({ tenantId, permissions: [decide, 'requests.case.read'] });
const movedBy = (day: string, caller = decider) => office.work.listMovedDueTimes({ day }, { caller });

async function allPages(day: string) {
  const pages = [];
  let pageToken = '';
  do {
    const page = await office.work.listMovedDueTimes({ day, pageSize: 3, pageToken }, { caller: decider });
    pages.push(page.items);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return pages;
}

const dueOf = async (caseId: string) => present((await office.cases.getCase({ caseId }, { caller: callers.director })).case);

describe('an office’s own days', () => {
  it('move every open due time over them, each with an event, and nothing else', async () => {
    const accepted = await errandIn(office, 'accepted');
    const closed = await errandIn(office, 'closed');
    // Ten working days after 24 November.
    expect(accepted.current.dueAt).toEqual(new Date('2026-12-08T18:00:00+08:00'));
    const reopenUntil = (await dueOf(closed.current.id)).reopenUntil;
    await tell('CalendarOverrideSet', { overrideId: newId(), day: '2026-12-02', kind: CALENDAR_DAY_KIND_REST }, 1);
    expect(await office.app.scanner.followOnce()).toEqual({ moved: 1, failed: 0 });
    const moved = await dueOf(accepted.current.id);
    expect(moved).toMatchObject({ dueAt: new Date('2026-12-09T18:00:00+08:00'), version: accepted.current.version + 1 });
    expect(moved.statutoryDueAt).not.toEqual(accepted.current.statutoryDueAt);
    expect(await lastEventOf(office, moved.id)).toMatchObject({ type: 'CaseDueChanged', payload: { dueAt: '2026-12-09T10:00:00.000Z' } });
    // Calendar days go on over days of rest, but for the last one of a right.
    expect((await dueOf(closed.current.id)).reopenUntil).toEqual(reopenUntil);
    expect(await office.app.scanner.followOnce()).toEqual({ moved: 0, failed: 0 });
  });

  it('are answered for with the due times that each moved, from when to when, to who decides on the calendar', async () => {
    const [first, second, closed] = [await errandIn(office, 'accepted'), await errandIn(office, 'accepted'), await errandIn(office, 'closed')];
    const [day, before, after] = ['2026-12-02', new Date('2026-12-08T18:00:00+08:00'), new Date('2026-12-09T18:00:00+08:00')];
    await tell('CalendarOverrideSet', { overrideId: newId(), day, kind: CALENDAR_DAY_KIND_REST }, 1);
    await office.app.scanner.followOnce();
    const moved = (errand: Errand) => ({ kind: 'requests.handle', subjectKind: 'requests.case', subjectId: errand.current.id, number: errand.current.number, unitId: errand.current.unitId, before, after, movedAt: office.clock.now() });
    const { items } = await movedBy(day);
    expect(new Set(items.map(({ subjectId }) => subjectId))).toEqual(new Set([first, second].map(({ current }) => current.id)));
    expect(items).toEqual(expect.arrayContaining([first, second].map((errand) => expect.objectContaining(moved(errand)))));
    expect(items.map(({ subjectId }) => subjectId)).not.toContain(closed.current.id);
    office.clock.set('2026-11-24T10:00:00+08:00');
    await tell('CalendarOverrideRemoved', { overrideId: newId(), day }, 2);
    await office.app.scanner.followOnce();
    const pages = await allPages(day);
    expect(pages.map((page) => page.length)).toEqual([3, 1]);
    expect(pages.flat().map((item) => [item.before, item.after])).toEqual([[after, before], [after, before], [before, after], [before, after]]);
    expect(pages.flat().slice(2)).toEqual(items);
    expect((await movedBy('2026-12-03')).items).toEqual([]);
    expect((await movedBy('')).items).toEqual([]);
    expect((await movedBy(day, testCaller({ tenantId: 'baihe', permissions: [decide] }))).items).toEqual([]);
    // Who may not read cases learns neither their numbers nor where they are.
    expect((await movedBy(day, testCaller({ tenantId, permissions: [decide] }))).items).toMatchObject(Array.from({ length: 4 }, () => ({ number: '', unitId: '' })));
    const within = testCaller({ tenantId, grants: [{ permissions: [decide], scope: 'subtree', unitPath: path.community }] });
    await expect(movedBy(day, within)).rejects.toMatchObject({ kind: 'permission_denied', reason: 'UNIT_OUT_OF_SCOPE' });
    await expect(movedBy(day, callers.director)).rejects.toMatchObject({ reason: 'PERMISSION_MISSING' });
    await expect(movedBy('2026-02-30')).rejects.toMatchObject({ violations: [{ field: 'day', code: 'malformed' }] });
    const { nextPageToken } = await office.work.listMovedDueTimes({ day, pageSize: 1 }, { caller: decider });
    await expect(office.work.listMovedDueTimes({ day: '2026-12-03', pageToken: nextPageToken }, { caller: decider })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });

  it('count for what begins after, and what is told late or twice changes nothing', async () => {
    const day = '2026-12-05';
    await tell('CalendarOverrideSet', { overrideId: newId(), day, kind: CALENDAR_DAY_KIND_WORK }, 3);
    await office.app.scanner.followOnce();
    expect((await errandIn(office, 'accepted')).current.dueAt).toEqual(new Date('2026-12-07T18:00:00+08:00'));
    await tell('CalendarOverrideRemoved', { overrideId: newId(), day }, 2);
    await tell('CalendarOverrideRestated', { overrideId: newId(), day, kind: CALENDAR_DAY_KIND_WORK, removed: false }, 3);
    expect(await office.app.scanner.followOnce()).toEqual({ moved: 0, failed: 0 });
    await tell('CalendarOverrideRestated', { overrideId: newId(), day, kind: CALENDAR_DAY_KIND_WORK, removed: true }, 4);
    expect(await office.app.scanner.followOnce()).toEqual({ moved: 1, failed: 0 });
  });
});
