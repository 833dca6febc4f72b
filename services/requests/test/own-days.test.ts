import { organization } from '@linli/contracts';
import { newId } from '@linli/db';
import type { IncomingEvent } from '@linli/messaging';
import { errandIn, lastEventOf } from './errand';
import { callers, present, startOffice, tenantId, type Office } from './support';

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
