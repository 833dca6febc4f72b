import { createCalendar, loadCalendar, recomputeProvisional } from '@linli/clocks';
import { openSystemDatabase } from '@linli/db';
import { silentLogger } from '@linli/testing';
import { caseDueMoved } from '../src/cases/alarms';
import { errandIn, lastEventOf } from './errand';
import { callers, present, startOffice, type Office } from './support';

/** The office takes cases on before the notice of the year's holidays is loaded; then it is. */
describe('a due date beyond the loaded calendar', () => {
  let office: Office;
  beforeAll(async () => {
    const untilLastYear = createCalendar([{ year: 2025, rest: { '2025-01-01': '元旦' }, work: {} }]);
    office = await startOffice({ opening: '2026-09-28T09:00:00+08:00', overrides: { calendar: untilLastYear } });
  });
  afterAll(() => office.stop());

  it('is marked, and computed again when the calendar arrives: a change, an event, an entry', async () => {
    const submitted = await errandIn(office, 'submitted');
    const accepted = await errandIn(office, 'accepted');
    const closed = await errandIn(office, 'closed');
    // Monday to Friday without the three days that the law fixes: ten working days from 09-28.
    expect(accepted.current).toMatchObject({ dueProvisional: true, dueAt: new Date('2026-10-14T18:00:00+08:00') });
    const calendar = loadCalendar();
    const system = openSystemDatabase({ url: office.database.relayUrl, name: 'test', log: silentLogger() });
    const deps = { ...office.app.deps, calendar };
    await recomputeProvisional({ database: deps.db, system, calendar, now: deps.now, log: deps.log, onMoved: caseDueMoved(deps) });
    await system.close();

    const read = async (caseId: string) => present((await office.cases.getCase({ caseId }, { caller: callers.director })).case);
    // With the holiday of 10-01 to 10-07 and the made-up day 10-10.
    const moved = await read(accepted.current.id);
    expect(moved).toMatchObject({ dueProvisional: false, dueAt: new Date('2026-10-16T18:00:00+08:00'), version: accepted.current.version + 1 });
    expect(moved.statutoryDueAt).not.toEqual(accepted.current.statutoryDueAt);
    expect(await lastEventOf(office, moved.id)).toMatchObject({ type: 'CaseDueChanged', payload: { dueAt: '2026-10-16T10:00:00.000Z' } });
    const { entries } = await office.thread.listEntries({ threadId: moved.threadId, pageSize: 0, pageToken: '' }, { caller: callers.wang });
    expect(entries.at(-1)).toMatchObject({ code: 'due_changed', actorKind: 'system', facts: { due_at: '2026-10-16T10:00:00.000Z' } });

    // Five working days for the notice; thirty days for reopening, which no rest day cuts short.
    expect((await read(submitted.current.id)).noticeDueAt).toEqual(new Date('2026-10-10T18:00:00+08:00'));
    expect((await read(closed.current.id)).reopenUntil).toEqual(new Date('2026-10-28T23:59:59.999+08:00'));
  });
});
