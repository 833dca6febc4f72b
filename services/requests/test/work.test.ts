import { requests, work } from '@linli/contracts';
import { newId } from '@linli/db';
import { errandIn, refused, type Errand } from './errand';
import { callers, path, staff, staffId, startOffice, unit, type Office } from './support';
import type { Caller } from '@linli/auth';

const { Urgency } = work;

describe('the work queue', () => {
  let office: Office;
  let errands: Record<'submitted' | 'needs_material' | 'accepted' | 'processing' | 'paused' | 'awaiting_decision' | 'decided' | 'delivered' | 'closed', Errand>;
  beforeAll(async () => {
    office = await startOffice();
    errands = {
      submitted: await errandIn(office, 'submitted', { proxied: false }),
      needs_material: await errandIn(office, 'needs_material'),
      accepted: await errandIn(office, 'accepted'),
      processing: await errandIn(office, 'processing', { itemCode: 'certificate' }),
      paused: await errandIn(office, 'paused'),
      awaiting_decision: await errandIn(office, 'awaiting_decision'),
      decided: await errandIn(office, 'decided'),
      delivered: await errandIn(office, 'delivered'),
      closed: await errandIn(office, 'closed'),
    };
  });
  afterAll(() => office.stop());

  async function queue(caller: Caller, unitId = '', pageSize = 0): Promise<[string, string][]> {
    const found: work.WorkItem[] = [];
    let pageToken = '';
    do {
      const page = await office.work.listWork({ unitId, pageSize, pageToken }, { caller });
      found.push(...page.items);
      ({ nextPageToken: pageToken } = page);
    } while (pageToken !== '');
    const states = Object.fromEntries(Object.entries(errands).map(([state, { current }]) => [current.id, state]));
    return found.map(({ subjectId, action }) => [states[subjectId] ?? '?', action]);
  }

  it('holds the agent’s own work by due time, what has none last', async () => {
    const own: [string, string][] = [
      ['processing', 'request_decision'],
      ['accepted', 'start_processing'],
      ['decided', 'deliver'],
      ['needs_material', 'supply_material'],
    ];
    expect(await queue(callers.agent)).toEqual(own);
    expect(await queue(callers.agent, '', 1)).toEqual(own);
    expect(await queue(callers.partner)).toEqual([]);
    const { items } = await office.work.listWork({ unitId: '', pageSize: 1, pageToken: '' }, { caller: callers.agent });
    expect(items).toMatchObject([
      { kind: 'requests.case', ownerId: staffId.agent, titleZh: '居住证明', urgency: Urgency.URGENCY_YELLOW, dueAt: new Date('2026-11-25T18:00:00+08:00'), threadId: errands.processing.current.id },
    ]);
  });

  it('holds at a unit what its clerks, handlers and coordinators may do, each their own', async () => {
    expect(await queue(callers.clerk, unit.community)).toEqual([['submitted', 'accept']]);
    expect(await queue(callers.handler, unit.civilAffairs)).toEqual([
      ['awaiting_decision', 'decide'],
      ['paused', 'resume'],
    ]);
    // The coordinator calls back, and watches over what the agents owe.
    expect(await queue(callers.coordinator, unit.community)).toEqual([
      ['processing', 'request_decision'],
      ['accepted', 'start_processing'],
      ['decided', 'deliver'],
      ['delivered', 'call_back'],
      ['needs_material', 'supply_material'],
    ]);
    expect(await queue(callers.farClerk, unit.otherCommunity)).toEqual([]);
    expect(await queue(callers.farClerk, unit.community)).toEqual([]);
    await refused(office.work.listWork({ unitId: newId(), pageSize: 0, pageToken: '' }, { caller: callers.clerk }), 'UNIT_UNKNOWN');
  });

  it('holds for a resident what waits for them', async () => {
    expect(await queue(callers.wang)).toEqual([['delivered', 'rate']]);
    const draft = await office.cases.createCase(
      { requestId: newId(), itemCode: 'certificate', residentId: callers.li.subject, mandateId: '', channel: requests.Channel.CHANNEL_ONLINE, unitId: '', subject: '', submit: false, entrustedMaterialCodes: [] },
      { caller: callers.li },
    );
    expect((await office.work.listWork({ unitId: '', pageSize: 0, pageToken: '' }, { caller: callers.li })).items).toMatchObject([{ subjectId: draft.case?.id, action: 'submit', ownerId: '' }]);
  });

  it('counts what it lists', async () => {
    expect(await office.work.countWork({ unitId: '' }, { caller: callers.agent })).toEqual({
      total: 4,
      dueSoon: 1,
      overdue: 0,
      byAction: { request_decision: 1, start_processing: 1, deliver: 1, supply_material: 1 },
    });
    expect(await office.work.countWork({ unitId: unit.civilAffairs }, { caller: callers.handler })).toMatchObject({ total: 2, byAction: { decide: 1, resume: 1 } });
    expect(await office.work.countWork({ unitId: '' }, { caller: callers.wang })).toMatchObject({ total: 1, byAction: { rate: 1 } });
  });

  it('shows a department its open tasks in another’s case', async () => {
    const errand = await errandIn(office, 'processing', { itemCode: 'shop-licence' });
    await errand.take(office.cases.addTask({ ...errand.ref(), unitId: unit.housing, lead: true, titleZh: '现场核查' }, { caller: callers.handler }));
    const housing = staff(newId(), ['work.queue.read', 'requests.case.read', 'requests.case.process', 'requests.case.decide'], path.housing);
    const { items } = await office.work.listWork({ unitId: unit.housing, pageSize: 0, pageToken: '' }, { caller: housing });
    expect(items).toMatchObject([{ subjectId: errand.current.id, action: 'complete_task', ownerId: '' }]);
    await errand.take(office.cases.completeTask({ ...errand.ref(), taskId: errand.current.tasks[0]?.id ?? '' }, { caller: housing }));
    expect((await office.work.listWork({ unitId: unit.housing, pageSize: 0, pageToken: '' }, { caller: housing })).items).toEqual([]);
  });
});
