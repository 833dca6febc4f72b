import type { Caller } from '@linli/auth';
import type { thread } from '@linli/contracts';
import { newId } from '@linli/db';
import { errandIn, refused, type Errand } from './errand';
import { callers, signMandate, staffId, startOffice, type Office } from './support';

describe('the thread of a case', () => {
  let office: Office;
  let errand: Errand;
  beforeAll(async () => {
    office = await startOffice();
    errand = await errandIn(office, 'needs_material', { entrustedMaterialCodes: ['id-card'] });
    await errand.take(
      office.cases.requestMaterial({ ...errand.ref(), materialCodes: ['bank-card'], explanation: '银行卡', supervisorReason: '窗口漏告知' }, { caller: callers.coordinator }),
    );
    await errand.take(office.cases.supplyMaterial({ ...errand.ref(), materialCodes: ['photo', 'bank-card'] }, { caller: callers.agent }));
    await errand.take(office.cases.acceptCase({ ...errand.ref(), agentId: '', handlerUnitId: '' }, { caller: callers.clerk }));
    await signMandate(office, { agentId: staffId.otherAgent });
    await errand.take(office.cases.reassignCase({ ...errand.ref(), agentId: staffId.otherAgent, reasonCode: 'complaint' }, { caller: callers.coordinator }));
  });
  afterAll(() => office.stop());

  async function entries(caller: Caller, pageSize = 0, threadId = errand.current.threadId): Promise<thread.Entry[]> {
    const found: thread.Entry[] = [];
    let pageToken = '';
    do {
      const page = await office.thread.listEntries({ threadId, pageSize, pageToken }, { caller });
      found.push(...page.entries);
      ({ nextPageToken: pageToken } = page);
    } while (pageToken !== '');
    return found;
  }

  it('tells the whole story, one entry a version, the oldest first, page by page', async () => {
    const story = await entries(callers.clerk);
    expect(story.map(({ subjectVersion, code }) => [subjectVersion, code])).toEqual([
      [1, 'submitted'],
      [2, 'material_requested'],
      [3, 'material_requested'],
      [4, 'material_supplied'],
      [5, 'accepted'],
      [6, 'reassigned'],
    ]);
    expect(story[2]).toMatchObject({ actorKind: 'staff', actorId: staffId.coordinator, note: '银行卡\n窗口漏告知', facts: { materials: 'bank-card', is_once: 'false' } });
    expect(story[5]?.facts).toMatchObject({ reassign_reason: 'complaint', agent_id: staffId.otherAgent });
    expect(await entries(callers.clerk, 2)).toEqual(story);
  });

  it('shows the resident neither who in the office acted nor why inside', async () => {
    const story = await entries(callers.wang);
    expect(story).toHaveLength(6);
    expect(story.filter(({ actorKind }) => actorKind === 'staff').every(({ actorId }) => actorId === '')).toBe(true);
    const text = JSON.stringify(story);
    for (const hidden of ['窗口漏告知', 'complaint', ...Object.values(staffId)]) expect(text).not.toContain(hidden);
    expect(story[2]?.note).toBe('银行卡');
  });

  it('is nothing at all for those whom the case does not concern', async () => {
    for (const caller of [callers.li, callers.farClerk, { ...callers.clerk, tenantId: 'binhe-town' }]) expect(await entries(caller)).toEqual([]);
    expect(await entries(callers.clerk, 0, newId())).toEqual([]);
    await expect(office.thread.listEntries({ threadId: 'x', pageSize: 0, pageToken: '' }, { caller: callers.clerk })).rejects.toMatchObject({ violations: [{ field: 'thread_id' }] });
    await refused(office.thread.listEntries({ threadId: newId(), pageSize: 0, pageToken: 'x' }, { caller: callers.clerk }), 'PAGE_TOKEN_INVALID');
  });

  it('keeps on record which staff read it', async () => {
    await entries(callers.clerk);
    const reads = (await office.knex('audit_entries').where({ action: 'thread.read', object_id: errand.current.threadId })) as { actor: string }[];
    expect(reads.map(({ actor }) => actor)).toContain(staffId.clerk);
    expect(reads.map(({ actor }) => actor)).not.toContain(callers.wang.subject);
  });
});
