import { requests } from '@linli/contracts';
import { eventually as untilTrue } from '@linli/testing';
import { errandIn, eventsOf, type Errand } from './errand';
import { callers, filing, present, staffId, startOffice, unit, type Office } from './support';

const { CaseState, Channel } = requests;

/** The service's own scanner runs; the clock stands where a test puts it. */
describe('clocks of a case', () => {
  let office: Office;
  beforeAll(async () => {
    office = await startOffice();
  });
  afterAll(() => office.stop());
  beforeEach(() => office.clock.set('2026-11-24T09:00:00+08:00'));

  /** Until it holds, letting due alarms and timers go off in between. */
  async function eventually<T>(check: () => Promise<T>): Promise<T> {
    return untilTrue(async () => {
      await office.app.scanner.scanOnce();
      await office.app.timers.sweepOnce();
      return check();
    });
  }
  async function read(errand: Pick<Errand, 'current'>): Promise<requests.Case> {
    return present((await office.cases.getCase({ caseId: errand.current.id }, { caller: callers.director })).case);
  }
  async function typesOf(errand: Pick<Errand, 'current'>): Promise<string[]> {
    return (await eventsOf(office, errand.current.id)).map(({ type }) => type);
  }

  it('accepts by law when no notice came in time, from the day the papers came', async () => {
    const errand = await errandIn(office, 'submitted', { proxied: false });
    office.clock.set('2026-12-01T18:00:00+08:00');
    expect((await read(errand)).state).toBe(CaseState.CASE_STATE_SUBMITTED);
    office.clock.set('2026-12-01T18:00:01+08:00');
    const accepted = await eventually(async () => {
      const found = await read(errand);
      expect(found.state).toBe(CaseState.CASE_STATE_ACCEPTED);
      return found;
    });
    expect(accepted).toMatchObject({
      acceptedAutomatically: true,
      acceptedAt: new Date('2026-11-24T09:00:00+08:00'),
      dueAt: new Date('2026-12-08T18:00:00+08:00'),
      handlerUnitId: unit.civilAffairs,
      ownerId: staffId.coordinator,
    });
    const events = await eventsOf(office, errand.current.id);
    expect(events[1]).toMatchObject({ type: 'CaseAccepted', version: 2, payload: { automatically: true, case: { ownerId: staffId.coordinator } } });
    const { entries } = await office.thread.listEntries({ threadId: accepted.threadId, pageSize: 0, pageToken: '' }, { caller: callers.wang });
    expect(entries[1]).toMatchObject({ code: 'accepted', actorKind: 'system', actorId: '', facts: { automatically: 'true' } });
  });

  it('keeps the mandate’s agent then, and takes a late clerk’s acceptance as the law’s', async () => {
    const errand = await errandIn(office, 'submitted');
    office.clock.set('2026-12-01T18:00:01+08:00');
    const late = office.cases.acceptCase({ ...errand.ref(), agentId: '', handlerUnitId: unit.housing }, { caller: callers.clerk });
    const answer = await late.catch(async () => ({ case: await eventually(() => read(errand)) }));
    expect(answer.case).toMatchObject({ acceptedAutomatically: true, agentId: staffId.agent, acceptedAt: new Date('2026-11-24T09:00:00+08:00') });
  });

  it('says when half is used, three and one days are left, the time is over and the limit broken: each once, in order', async () => {
    const errand = await errandIn(office, 'processing');
    // Ten working days from 11-24: due on 12-08 at 18:00.
    const at = [
      ['2026-12-01T18:00:01+08:00', 'CaseHalfUsed'],
      ['2026-12-03T00:00:01+08:00', 'CaseDueSoon'],
      ['2026-12-07T00:00:01+08:00', 'CaseDueSoon'],
      ['2026-12-08T18:00:01+08:00', 'CaseOverdue'],
      ['2026-12-09T00:00:01+08:00', 'CaseBreached'],
    ] as const;
    const before = await typesOf(errand);
    for (const [index, [time, type]] of at.entries()) {
      office.clock.set(time);
      await eventually(async () => expect((await typesOf(errand)).slice(before.length)[index]).toBe(type));
    }
    const events = await eventsOf(office, errand.current.id);
    expect(events.map(({ version }) => version)).toEqual(events.map((_, index) => index + 1));
    expect(events.slice(-4, -2).map(({ payload }) => payload['level'])).toEqual(['three_days_left', 'one_day_left']);
    const found = await read(errand);
    expect(found).toMatchObject({ state: CaseState.CASE_STATE_PROCESSING, dueLight: requests.DueLight.DUE_LIGHT_RED, version: 8 });
    const { entries } = await office.thread.listEntries({ threadId: found.threadId, pageSize: 0, pageToken: '' }, { caller: callers.wang });
    expect(entries.map(({ code }) => code).slice(-5)).toEqual(['half_used', 'due_soon', 'due_soon', 'overdue', 'breached']);
  });

  it('warns of many cases at once, each by its own next version; one that cannot be warned of holds up no other', async () => {
    const errands: Errand[] = [];
    for (let index = 0; index < 4; index += 1) errands.push(await errandIn(office, 'processing'));
    const odd = present(errands[0]);
    const before = await Promise.all(errands.map(async (errand) => (await eventsOf(office, errand.current.id)).length));
    // As no use case leaves it: its clock goes on.
    await office.knex('cases').where({ id: odd.current.id }).update({ state: 'withdrawn', waits_for: 'nobody' });
    office.clock.set('2026-12-01T18:00:01+08:00');
    for (const [index, errand] of errands.slice(1).entries()) {
      const count = before[index + 1] ?? 0;
      await eventually(async () => expect((await typesOf(errand)).slice(count)).toEqual(['CaseHalfUsed']));
      const events = await eventsOf(office, errand.current.id);
      expect(events.at(-1)).toMatchObject({ version: count + 1, payload: { case: { caseId: errand.current.id, state: 'CASE_STATE_PROCESSING' } } });
      expect((await read(errand)).version).toBe(count + 1);
    }
    expect(await eventsOf(office, odd.current.id)).toHaveLength(before[0] ?? 0);
    const [clock] = await office.knex('clocks').where({ subject_id: odd.current.id }).whereNull('ended_at');
    expect(clock).toMatchObject({ last_alarm: null });
    expect(clock).not.toMatchObject({ alarm_failures: 0 });
  });

  it('says nothing while paused, and what was left runs on', async () => {
    const errand = await errandIn(office, 'paused');
    const before = (await typesOf(errand)).length;
    office.clock.set('2026-12-20T09:00:00+08:00');
    const canary = await errandIn(office, 'submitted');
    office.clock.set('2026-12-28T19:00:00+08:00');
    await eventually(async () => expect((await read(canary)).state).toBe(CaseState.CASE_STATE_ACCEPTED));
    expect(await typesOf(errand)).toHaveLength(before);
    const resumed = await errand.take(office.cases.resumeCase(errand.ref(), { caller: callers.handler }));
    expect(resumed.dueAt && resumed.dueAt > office.clock.now()).toBe(true);
  });

  it('closes a delivered case that nobody could call in ten working days', async () => {
    const errand = await errandIn(office, 'delivered');
    office.clock.set('2026-12-08T18:00:01+08:00');
    const closed = await eventually(async () => {
      const found = await read(errand);
      expect(found.state).toBe(CaseState.CASE_STATE_CLOSED);
      return found;
    });
    expect(closed.reopenUntil).toEqual(new Date('2027-01-07T23:59:59.999+08:00'));
    expect((await eventsOf(office, closed.id)).at(-1)).toMatchObject({ type: 'CaseClosed', payload: { cause: 'no_answer_in_time' } });
    // The resident never said that it was solved.
    expect((await office.cases.getCase({ caseId: closed.id }, { caller: callers.wang })).case?.nextActions).toEqual(['rate', 'reopen']);
  });

  it('warns of a late delivery by its own limit', async () => {
    const errand = await errandIn(office, 'decided');
    office.clock.set('2026-12-09T00:00:01+08:00');
    await eventually(async () => expect((await typesOf(errand)).at(-1)).toBe('CaseBreached'));
    const last = (await eventsOf(office, errand.current.id)).at(-1);
    expect(last?.payload).toMatchObject({ dueAt: '2026-12-08T10:00:00.000Z', case: { state: 'CASE_STATE_DECIDED' } });
  });

  it('ends the time for reopening without a change of the case', async () => {
    const errand = await errandIn(office, 'closed');
    office.clock.set('2026-12-25T00:00:01+08:00');
    await eventually(async () => {
      const open = await office.knex('clocks').where({ subject_id: errand.current.id }).whereNull('ended_at');
      expect(open).toEqual([]);
    });
    expect((await read(errand)).version).toBe(errand.current.version);
  });

  it('a mandate that runs out takes its agent off the open cases', async () => {
    const { mandate } = await office.mandates.signMandate(
      {
        requestId: '',
        residentId: callers.wang.subject,
        agentId: staffId.agent,
        itemCode: 'shop-licence',
        consentForm: requests.ConsentForm.CONSENT_FORM_ONLINE,
        expiresAt: new Date('2026-11-26T09:00:00+08:00'),
      },
      { caller: callers.wang },
    );
    const created = await office.cases.createCase(
      filing({ itemCode: 'shop-licence', mandateId: mandate?.id ?? '', channel: Channel.CHANNEL_HOME_VISIT }),
      { caller: callers.agent },
    );
    const current = present(created.case);
    office.clock.set('2026-11-26T09:00:01+08:00');
    await eventually(async () => expect((await read({ current })).proxied).toBe(false));
    expect((await eventsOf(office, current.id)).at(-1)).toMatchObject({ type: 'CaseReassigned', payload: { cause: 'mandate_expired' } });
  });
});
