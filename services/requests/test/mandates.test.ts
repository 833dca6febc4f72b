import { requests } from '@linli/contracts';
import { newId } from '@linli/db';
import { testCaller } from '@linli/testing';
import { callers, opening, path, present, resident, residentId, residentMay, staff, staffId, startOffice, tenantId, type Office } from './support';

const { CONSENT_FORM_ONLINE: ONLINE, CONSENT_FORM_SIGNATURE: SIGNATURE, CONSENT_FORM_VOICE: VOICE, CONSENT_FORM_GUARDIAN: GUARDIAN } = requests.ConsentForm;
const { MANDATE_STATE_SIGNED: SIGNED, MANDATE_STATE_REVOKED: REVOKED, MANDATE_STATE_EXPIRED: EXPIRED } = requests.MandateState;

let office: Office;

beforeAll(async () => {
  office = await startOffice();
});

afterAll(() => office.stop());

beforeEach(() => office.clock.set(opening));

const model = { residentId: residentId.wang, agentId: staffId.agent, itemCode: 'age-allowance', consentForm: ONLINE };

async function sign(facts: Partial<requests.SignMandateRequest> = {}, caller = callers.wang): Promise<requests.Mandate> {
  return present((await office.mandates.signMandate({ requestId: newId(), ...model, ...facts }, { caller })).mandate);
}

async function history(id: string): Promise<string[]> {
  const rows = await office.knex('outbox').where({ aggregate_id: id }).orderBy('id').select<{ event_type: string; aggregate_version: string }[]>();
  return rows.map((row) => `${row.event_type.replace('linli.requests.v1.', '')} ${row.aggregate_version}`);
}

describe('signing', () => {
  it('on line is the resident’s, for ninety days, at the unit where they are served', async () => {
    const mandate = await sign();
    expect(mandate).toMatchObject({ ...model, state: SIGNED, unitPath: path.grid, version: 1, signedAt: new Date(opening), revokedAt: undefined });
    // The ninetieth day ends with business.
    expect(mandate.expiresAt).toEqual(new Date('2027-02-22T18:00:00+08:00'));
    expect(await history(mandate.id)).toEqual(['MandateSigned 1']);
  });

  it.each([SIGNATURE, VOICE, GUARDIAN])('as %s is recorded by staff of the resident’s unit', async (consentForm) => {
    expect(await sign({ consentForm }, callers.clerk)).toMatchObject({ consentForm, unitPath: path.grid });
  });

  it('is done once for a repeated request', async () => {
    const request = { requestId: newId(), ...model };
    const [one, two] = await Promise.all([1, 2].map(() => office.mandates.signMandate(request, { caller: callers.wang })));
    expect(two).toEqual(one);
    const other = office.mandates.signMandate({ ...request, agentId: staffId.partner }, { caller: callers.wang });
    await expect(other).rejects.toMatchObject({ reason: 'IDEMPOTENCY_KEY_REUSED' });
  });

  it.each([
    ['on line by staff', { consentForm: ONLINE }, callers.clerk, 'CONSENT_BY_RESIDENT_ONLY'],
    ['on paper by the resident', { consentForm: SIGNATURE }, callers.wang, 'CONSENT_BY_STAFF_ONLY'],
    ['for somebody else', { residentId: residentId.li }, callers.wang, 'PERSON_NOT_FOUND'],
    ['for nobody', { residentId: newId(), consentForm: SIGNATURE }, callers.clerk, 'PERSON_NOT_FOUND'],
    ['by staff of another unit', { consentForm: SIGNATURE }, callers.farClerk, 'PERSON_NOT_FOUND'],
    ['with an agent who is none', { agentId: newId() }, callers.wang, 'AGENT_UNKNOWN'],
    ['for an item that is none', { itemCode: 'nothing' }, callers.wang, 'ITEM_NOT_IN_FORCE'],
    ['for what must be done in person', { itemCode: 'marriage-record' }, callers.wang, 'ITEM_WITHOUT_PROXY'],
    ['until yesterday', { expiresAt: new Date('2026-11-23T00:00:00+08:00') }, callers.wang, 'MANDATE_EXPIRY_PAST'],
    ['for ever', { expiresAt: new Date('2027-11-26T00:00:00+08:00') }, callers.wang, 'MANDATE_TOO_LONG'],
    ['without saying how', { consentForm: requests.ConsentForm.CONSENT_FORM_UNSPECIFIED }, callers.wang, 'FIELD_INVALID'],
    ['with an id that is none', { agentId: 'me' }, callers.wang, 'FIELD_INVALID'],
  ])('%s is refused', async (...[, facts, caller, reason]) => {
    await expect(sign(facts, caller)).rejects.toMatchObject({ reason });
  });

  it('with an agent who has left is refused', async () => {
    await office.knex('directory_staff').where({ id: staffId.otherAgent }).update({ active: false });
    await expect(sign({ agentId: staffId.otherAgent })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'AGENT_INACTIVE' });
    await office.knex('directory_staff').where({ id: staffId.otherAgent }).update({ active: true });
  });
});

describe('revoking', () => {
  const revoke = (mandateId: string, version: number, caller = callers.wang) => office.mandates.revokeMandate({ mandateId, version }, { caller });

  it('ends it at once, for good', async () => {
    const { id } = await sign();
    office.clock.advance(60_000);
    expect((await revoke(id, 1)).mandate).toMatchObject({ state: REVOKED, revokedAt: office.clock.now(), version: 2 });
    await expect(revoke(id, 2)).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'MANDATE_REVOKED' });
    expect(await history(id)).toEqual(['MandateSigned 1', 'MandateRevoked 2']);
    expect(await office.knex('timers').where({ subject_id: id })).toEqual([]);
  });

  it('needs the version it was seen at; of two at a time one wins', async () => {
    const { id } = await sign();
    await expect(revoke(id, 0)).rejects.toMatchObject({ violations: [{ field: 'version', code: 'required' }] });
    const both = await Promise.allSettled([revoke(id, 1), revoke(id, 1)]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(both.find((result) => result.status === 'rejected')?.reason).toMatchObject({ kind: 'aborted', reason: 'VERSION_STALE', details: { current: '2' } });
  });

  it('is the resident’s and that of staff with the right at the unit, and nobody else’s', async () => {
    const { id } = await sign();
    for (const stranger of [callers.li, resident(residentId.wang, 'baihe'), staff(newId(), residentMay, path.otherCommunity)]) {
      await expect(revoke(id, 1, stranger)).rejects.toMatchObject({ kind: 'not_found', reason: 'MANDATE_NOT_FOUND' });
    }
    await expect(revoke(id, 1, callers.agent)).rejects.toMatchObject({ kind: 'permission_denied', reason: 'PERMISSION_MISSING' });
    expect((await revoke(id, 1, callers.coordinator)).mandate?.state).toBe(REVOKED);
  });

  it('is too late once its time is over, before and after that was written down', async () => {
    const { id } = await sign({ expiresAt: new Date('2026-11-25T09:00:00+08:00') });
    office.clock.set('2026-11-25T09:00:00+08:00');
    await expect(revoke(id, 1)).rejects.toMatchObject({ reason: expect.stringMatching(/MANDATE_EXPIRED|VERSION_STALE/) });
  });
});

describe('expiring', () => {
  it('happens at its time, once, with any number of sweeps', async () => {
    const { id } = await sign({ expiresAt: new Date('2026-11-25T09:00:00+08:00') });
    await office.app.timers.sweepOnce();
    expect((await office.mandates.getMandate({ mandateId: id }, { caller: callers.wang })).mandate?.state).toBe(SIGNED);
    office.clock.set('2026-11-25T09:00:00+08:00');
    await Promise.all([1, 2, 3].map(() => office.app.timers.sweepOnce()));
    expect((await office.mandates.getMandate({ mandateId: id }, { caller: callers.wang })).mandate).toMatchObject({ state: EXPIRED, revokedAt: undefined, version: 2 });
    expect(await history(id)).toEqual(['MandateSigned 1', 'MandateExpired 2']);
    expect(await office.knex('audit_entries').where({ object_id: id, action: 'mandate.expire', actor: 'system:requests' })).toHaveLength(1);
  });

  it('shows before a sweep has written it down', async () => {
    const { id } = await sign({ expiresAt: new Date('2026-11-25T09:00:00+08:00') });
    await office.knex('timers').where({ subject_id: id }).delete();
    office.clock.set('2026-11-25T09:00:00+08:00');
    expect((await office.mandates.getMandate({ mandateId: id }, { caller: callers.wang })).mandate?.state).toBe(EXPIRED);
  });
});

describe('reading', () => {
  const reader = (unitPath: string) => staff(newId(), ['requests.mandate.read'], unitPath);

  it('is the resident’s, the unit’s, and the named agent’s for their own', async () => {
    const { id } = await sign();
    const agent = testCaller({ tenantId, subject: staffId.agent, grants: [{ permissions: ['requests.mandate.read'], scope: 'self', unitPath: '' }] });
    for (const friend of [callers.wang, reader(path.community), agent]) expect((await office.mandates.getMandate({ mandateId: id }, { caller: friend })).mandate?.id).toBe(id);
    for (const stranger of [callers.li, reader(path.otherCommunity), resident(residentId.wang, 'baihe'), { ...agent, subject: newId() }]) {
      await expect(office.mandates.getMandate({ mandateId: id }, { caller: stranger })).rejects.toMatchObject({ reason: 'MANDATE_NOT_FOUND' });
      const { mandates } = await office.mandates.listMandates({ residentId: residentId.wang }, { caller: stranger });
      expect(mandates).toEqual([]);
    }
  });

  it('lists by resident, agent and state, the newest first, page by page', async () => {
    const agentId = staffId.clerk;
    const signed: requests.Mandate[] = [];
    for (let count = 0; count < 3; count += 1) signed.push(await sign({ agentId }));
    const [first, second, third] = signed.map(({ id }) => id);
    await office.mandates.revokeMandate({ mandateId: second ?? '', version: 1 }, { caller: callers.wang });
    const caller = reader(path.root);
    const page = await office.mandates.listMandates({ agentId, pageSize: 2 }, { caller });
    expect(page.mandates.map(({ id }) => id)).toEqual([third, second]);
    const rest = await office.mandates.listMandates({ agentId, pageSize: 2, pageToken: page.nextPageToken }, { caller });
    expect(rest).toMatchObject({ mandates: [{ id: first }], nextPageToken: '' });
    const revoked = await office.mandates.listMandates({ agentId, residentId: residentId.wang, state: REVOKED }, { caller });
    expect(revoked.mandates.map(({ id }) => id)).toEqual([second]);
    const other = office.mandates.listMandates({ agentId, state: SIGNED, pageToken: page.nextPageToken }, { caller });
    await expect(other).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });
});
