import { requests } from '@linli/contracts';
import { newId } from '@linli/db';
import { errandIn, eventsOf, lastEventOf, refused } from './errand';
import { callers, filing, path, present, resident, residentId, signMandate, staffId, startOffice, unit, type Office } from './support';

const { CaseState, Channel } = requests;

describe('filing a case', () => {
  let office: Office;
  beforeAll(async () => {
    office = await startOffice();
  });
  afterAll(() => office.stop());

  const file = (facts: Partial<requests.CreateCaseRequest>, caller = callers.clerk) => office.cases.createCase(filing(facts), { caller });

  it('at the window, without a mandate: numbered, with the notice’s time running', async () => {
    const created = present((await file({})).case);
    expect(created).toMatchObject({ proxied: false, agentId: '', ownerId: '', state: CaseState.CASE_STATE_SUBMITTED, version: 1, channel: Channel.CHANNEL_WINDOW });
    expect(created.number).toMatch(/^XS-20261124-\d{5}$/);
    // Five working days after Tuesday 2026-11-24, at the end of business.
    expect(created.noticeDueAt).toEqual(new Date('2026-12-01T18:00:00+08:00'));
    expect(await lastEventOf(office, created.id)).toMatchObject({ type: 'CaseSubmitted', version: 1, payload: { noticeDueAt: '2026-12-01T10:00:00.000Z' } });
  });

  it('by the resident on line, at the unit that serves them', async () => {
    const created = present((await file({ channel: Channel.CHANNEL_ONLINE }, callers.wang)).case);
    expect(created).toMatchObject({ residentId: residentId.wang, unitId: unit.grid, unitPath: path.grid, nextActions: ['withdraw'] });
  });

  it('as a draft, changed and handed in later', async () => {
    const draft = present((await file({ channel: Channel.CHANNEL_ONLINE, submit: false }, callers.wang)).case);
    expect(draft).toMatchObject({ state: CaseState.CASE_STATE_DRAFT, number: '', nextActions: ['update_draft', 'submit', 'withdraw'] });
    const mandateId = await signMandate(office);
    const ref = { caseId: draft.id, version: draft.version };
    const { case: changed } = await office.cases.updateDraft({ ...ref, subject: '为母亲办理', mandateId, channel: undefined }, { caller: callers.wang });
    expect(changed).toMatchObject({ proxied: true, agentId: staffId.agent, ownerId: staffId.agent, subject: '为母亲办理', version: 2 });
    const { case: submitted } = await office.cases.submitCase({ caseId: draft.id, version: 2 }, { caller: callers.agent });
    expect(submitted).toMatchObject({ state: CaseState.CASE_STATE_SUBMITTED, version: 3, proxied: true });
    expect((await eventsOf(office, draft.id)).map(({ type, version }) => [type, version])).toEqual([
      ['CaseDrafted', 1],
      ['CaseDraftUpdated', 2],
      ['CaseSubmitted', 3],
    ]);
  });

  it('answers a repeat with the same case and refuses the key for another request', async () => {
    const request = filing({});
    const first = await office.cases.createCase(request, { caller: callers.clerk });
    const again = await office.cases.createCase(request, { caller: callers.clerk });
    expect(again.case?.id).toBe(first.case?.id);
    expect(again.case?.number).toBe(first.case?.number);
    expect(await eventsOf(office, present(first.case).id)).toHaveLength(1);
    await refused(office.cases.createCase({ ...request, subject: '别的事' }, { caller: callers.clerk }), 'IDEMPOTENCY_KEY_REUSED');
  });

  it('gives a concurrent pair with one key one case', async () => {
    const request = filing({});
    const [one, two] = await Promise.all([1, 2].map(() => office.cases.createCase(request, { caller: callers.clerk })));
    expect(one?.case?.id).toBe(two?.case?.id);
  });

  it('gives concurrent filings numbers of their own', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => file({})));
    const numbers = answers.map((answer) => answer.case?.number);
    expect(new Set(numbers).size).toBe(20);
  });

  it('refuses what no mandate covers', async () => {
    const revoked = await signMandate(office);
    await office.mandates.revokeMandate({ mandateId: revoked, version: 1 }, { caller: callers.wang });
    const mine = { channel: Channel.CHANNEL_HOME_VISIT };
    await refused(file(mine, callers.agent), 'MANDATE_REQUIRED');
    await refused(file({ channel: Channel.CHANNEL_GRID_WORKER }, callers.clerk), 'MANDATE_REQUIRED');
    await refused(file({ ...mine, mandateId: newId() }, callers.agent), 'MANDATE_NOT_FOUND');
    await refused(file({ ...mine, mandateId: revoked }, callers.agent), 'MANDATE_REVOKED');
    await refused(file({ ...mine, mandateId: await signMandate(office, { itemCode: 'certificate' }) }, callers.agent), 'MANDATE_OTHER_ITEM');
    await refused(file({ ...mine, mandateId: await signMandate(office, { resident: callers.li }) }, callers.agent), 'MANDATE_OTHER_RESIDENT');
    await refused(file({ ...mine, mandateId: await signMandate(office) }, callers.otherAgent), 'MANDATE_OF_OTHER_AGENT');
  });

  it('refuses a proxy where the item must be done in person', async () => {
    const draft = present((await file({ itemCode: 'marriage-record', submit: false })).case);
    expect(draft.proxied).toBe(false);
    // Such a mandate cannot be signed; one signed before the catalogue changed could still be used.
    const mandateId = await signMandate(office, { itemCode: 'age-allowance' });
    await office.knex('mandates').where({ id: mandateId }).update({ item_code: 'marriage-record' });
    await refused(file({ itemCode: 'marriage-record', mandateId, channel: Channel.CHANNEL_HOME_VISIT }, callers.agent), 'PROXY_NOT_ALLOWED');
  });

  it('takes papers under a mandate only, into the agent’s hands, of the item’s materials', async () => {
    const mandateId = await signMandate(office);
    const mine = { mandateId, channel: Channel.CHANNEL_HOME_VISIT };
    await refused(file({ entrustedMaterialCodes: ['id-card'] }), 'PAPERS_NEED_MANDATE');
    await refused(file({ ...mine, entrustedMaterialCodes: ['passport'] }, callers.agent), 'MATERIAL_UNKNOWN', { material: 'passport' });
    await refused(file({ ...mine, entrustedMaterialCodes: ['id-card'] }, callers.clerk), 'PAPERS_TO_AGENT_ONLY');
    const created = present((await file({ ...mine, entrustedMaterialCodes: ['id-card', 'photo', 'id-card'] }, callers.agent)).case);
    expect(created.heldPapers.map(({ materialCode, heldBy }) => [materialCode, heldBy])).toEqual(
      expect.arrayContaining([
        ['id-card', staffId.agent],
        ['photo', staffId.agent],
      ]),
    );
    expect(created.heldPapers).toHaveLength(2);
  });

  it('refuses persons, items, units and channels that do not fit', async () => {
    await refused(file({ residentId: newId() }), 'PERSON_NOT_FOUND');
    await refused(file({ residentId: residentId.li }, callers.wang), 'PERSON_NOT_FOUND');
    await refused(file({ residentId: residentId.li }), 'PERSON_NOT_FOUND');
    await refused(file({ itemCode: 'no-such-item' }), 'ITEM_NOT_IN_FORCE');
    await refused(file({ unitId: newId() }), 'UNIT_UNKNOWN');
    await refused(file({ channel: Channel.CHANNEL_ONLINE }), 'CHANNEL_NOT_OF_CALLER');
    await refused(file({ channel: Channel.CHANNEL_WINDOW }, callers.wang), 'CHANNEL_NOT_OF_CALLER');
    await refused(file({ channel: Channel.CHANNEL_ONLINE, unitId: unit.otherCommunity }, callers.wang), 'UNIT_NOT_SERVING');
    const above = await file({ channel: Channel.CHANNEL_ONLINE, unitId: unit.community }, callers.wang);
    expect(above.case?.unitPath).toBe(path.community);
  });

  it.each([
    ['item_code', { itemCode: '' }],
    ['item_code', { itemCode: 'a b' }],
    ['resident_id', { residentId: 'x' }],
    ['mandate_id', { mandateId: 'x' }],
    ['channel', { channel: Channel.CHANNEL_UNSPECIFIED }],
    ['channel', { channel: Channel.UNRECOGNIZED }],
    ['subject', { subject: 'x'.repeat(2001) }],
    ['subject', { subject: 'a\u0000b' }],
    ['entrusted_material_codes', { entrustedMaterialCodes: Array.from({ length: 51 }, () => 'photo') }],
  ])('names the wrong field %s', async (field, facts) => {
    await expect(file(facts)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('keeps identity numbers out of texts', async () => {
    await refused(file({ subject: '身份证 11010519491231002X' }), 'TEXT_HOLDS_IDENTITY_NUMBER', { field: 'subject' });
  });

  it('keeps papers in view when a draft’s mandate is taken back', async () => {
    const mandateId = await signMandate(office);
    const draft = present((await file({ mandateId, channel: Channel.CHANNEL_HOME_VISIT, submit: false, entrustedMaterialCodes: ['photo'] }, callers.agent)).case);
    const request = { caseId: draft.id, version: 1, subject: undefined, mandateId: '', channel: undefined };
    await refused(office.cases.updateDraft(request, { caller: callers.wang }), 'PAPERS_NOT_RETURNED');
  });

  it('hands a draft in only while its mandate holds, under the item’s version in force', async () => {
    const mandateId = await signMandate(office);
    const draft = present((await file({ mandateId, channel: Channel.CHANNEL_HOME_VISIT, submit: false }, callers.agent)).case);
    await office.mandates.revokeMandate({ mandateId, version: 1 }, { caller: callers.wang });
    const now = present((await office.cases.getCase({ caseId: draft.id }, { caller: callers.wang })).case);
    expect(now).toMatchObject({ proxied: false, agentId: '', version: 2 });
    await refused(office.cases.submitCase({ caseId: draft.id, version: 2 }, { caller: callers.agent }), 'MANDATE_REQUIRED');
    const { case: submitted } = await office.cases.submitCase({ caseId: draft.id, version: 2 }, { caller: callers.wang });
    expect(submitted?.state).toBe(CaseState.CASE_STATE_SUBMITTED);
  });

  it('is the tenant’s own: numbers, cases and residents of another office are not there', async () => {
    const errand = await errandIn(office, 'submitted');
    const elsewhere = { ...callers.clerk, tenantId: 'binhe-town' };
    await refused(office.cases.getCase({ caseId: errand.current.id }, { caller: elsewhere }), 'CASE_NOT_FOUND');
    await refused(office.cases.acceptCase({ ...errand.ref(), agentId: '', handlerUnitId: '' }, { caller: elsewhere }), 'CASE_NOT_FOUND');
    await refused(office.cases.getCase({ caseId: errand.current.id }, { caller: resident(residentId.wang, 'binhe-town') }), 'CASE_NOT_FOUND');
    await refused(office.cases.createCase(filing({}), { caller: elsewhere }), 'ITEM_NOT_IN_FORCE');
  });
});
