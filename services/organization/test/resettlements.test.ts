import { randomUUID } from 'node:crypto';
import { organization } from '@linli/contracts';
import { at, openSite, scan, startSiteOffice, type SiteOffice } from './site-support';
import { fresh, history, sentEvents } from './support';

const { RESETTLEMENT_STATE_SIGNED, RESETTLEMENT_STATE_TRANSITION, RESETTLEMENT_STATE_ALLOTTED, RESETTLEMENT_STATE_HANDED_OVER, RESETTLEMENT_STATE_DEFECTS, RESETTLEMENT_STATE_CLOSED } =
  organization.ResettlementState;

let all: SiteOffice;
let site: organization.Site;

beforeAll(async () => {
  all = await startSiteOffice();
}, 30_000);
beforeEach(async () => {
  all.office.clock.set('2026-11-24T09:00:00+08:00');
  site = await openSite(all);
});
afterAll(() => all.office.stop());

function present({ resettlement }: { resettlement: organization.Resettlement | undefined }): organization.Resettlement {
  if (resettlement === undefined) throw new Error('no resettlement came back');
  return resettlement;
}

async function sign(facts: object = {}, caller = all.leader): Promise<organization.Resettlement> {
  const request = { siteId: site.id, householdId: randomUUID(), agreementNumber: fresh('hq'), promisedOn: '2026-12-31', ...facts };
  return present(await all.office.resettlements.createResettlement(request, { caller }));
}

async function go(from: organization.Resettlement, state: organization.ResettlementState, caller = all.leader): Promise<organization.Resettlement> {
  return present(await all.office.resettlements.advanceResettlement({ resettlementId: from.id, version: from.version, state }, { caller }));
}

async function pay(of: organization.Resettlement, month: string, paid: boolean): Promise<organization.Resettlement> {
  return present(await all.office.resettlements.recordTransitionPayment({ resettlementId: of.id, version: of.version, month, paid }, { caller: all.leader }));
}

const get = async (id: string) => present(await all.office.resettlements.getResettlement({ resettlementId: id }, { caller: all.director }));
const workOn = async (id: string, caller = all.leader) => (await all.office.work.listWork({ pageSize: 200 }, { caller })).items.find(({ subjectId }) => subjectId === id);

describe('a resettlement', () => {
  it('is followed from the agreement until the home is in order', async () => {
    const signed = await sign();
    expect(signed).toMatchObject({ state: RESETTLEMENT_STATE_SIGNED, promisedOn: '2026-12-31', nextStates: [RESETTLEMENT_STATE_TRANSITION, RESETTLEMENT_STATE_ALLOTTED], version: 1 });
    expect(await workOn(signed.id)).toMatchObject({ kind: 'organization.resettlement', action: 'follow_promise', dueAt: new Date('2026-12-31T10:00:00Z') });
    const handedOver = await go(await go(await go(signed, RESETTLEMENT_STATE_TRANSITION), RESETTLEMENT_STATE_ALLOTTED), RESETTLEMENT_STATE_HANDED_OVER);
    expect(await workOn(signed.id)).toMatchObject({ action: 'close', dueAt: undefined });
    const closed = await go(await go(handedOver, RESETTLEMENT_STATE_DEFECTS), RESETTLEMENT_STATE_CLOSED);
    expect(closed).toMatchObject({ state: RESETTLEMENT_STATE_CLOSED, nextStates: [], closedAt: all.office.clock.now(), version: 6 });
    expect(await workOn(signed.id)).toBeUndefined();
    expect(await history(all.office, signed.id)).toEqual(['ResettlementSigned 1', ...[2, 3, 4, 5, 6].map((version) => `ResettlementMoved ${version}`)]);
    all.office.clock.set('2027-02-01T09:00:00+08:00');
    await scan(all.office);
    expect((await get(signed.id)).version).toBe(6);
  });

  it('skips no state and goes to none twice, also for two at once', async () => {
    const signed = await sign();
    await expect(go(signed, RESETTLEMENT_STATE_HANDED_OVER)).rejects.toMatchObject({ reason: 'RESETTLEMENT_STATE_FORBIDS', details: { state: 'signed', target: 'handed_over' } });
    const results = await Promise.allSettled([go(signed, RESETTLEMENT_STATE_TRANSITION), go(signed, RESETTLEMENT_STATE_TRANSITION)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { reason: 'VERSION_STALE' } });
  });

  it('is entered once for a repeated request, and each agreement once', async () => {
    const facts = { requestId: fresh('r'), householdId: randomUUID(), agreementNumber: fresh('hq') };
    const [one, two] = await Promise.all([sign(facts), sign(facts)]);
    expect(one).toEqual(two);
    await expect(sign({ agreementNumber: facts.agreementNumber })).rejects.toMatchObject({ kind: 'already_exists', reason: 'AGREEMENT_TAKEN' });
  });

  it.each([
    ['household_id', { householdId: '张三' }],
    ['agreement_number', { agreementNumber: '' }],
    ['promised_on', { promisedOn: '' }],
    ['promised_on', { promisedOn: '2026-02-30' }],
  ])('names the wrong field %s', async (field, wrong) => {
    await expect(sign(wrong)).rejects.toMatchObject({ kind: 'invalid_argument', violations: [{ field }] });
  });

  it('keeps whether the fee of a month was paid, and only of months in which one is owed', async () => {
    const signed = await sign();
    await expect(pay(signed, '2026-11', true)).rejects.toMatchObject({ reason: 'NOT_IN_TRANSITION' });
    const away = await go(signed, RESETTLEMENT_STATE_TRANSITION);
    const paid = await pay(await pay(await pay(away, '2026-11', false), '2026-10', true), '2026-11', true);
    expect(paid.payments).toEqual([{ month: '2026-10', paid: true }, { month: '2026-11', paid: true }]);
    expect(await get(signed.id)).toEqual(paid);
    await expect(pay(paid, '2026-12', true)).rejects.toMatchObject({ violations: [{ field: 'month', code: 'in_future' }] });
    await expect(pay(paid, '2026-13', true)).rejects.toMatchObject({ violations: [{ field: 'month', code: 'malformed' }] });
  });

  it('is shown where one may see the site, says no household outside, and keeps the site open', async () => {
    const signed = await sign();
    const listed = async (caller: typeof all.leader) => (await all.office.resettlements.listResettlements({ pageSize: 200 }, { caller })).resettlements.some(({ id }) => id === signed.id);
    for (const inside of [all.leader, at(all.here.path)]) expect(await listed(inside)).toBe(true);
    for (const outside of [all.other, at(all.there.path), { ...all.director, tenantId: 'baihe' }]) {
      expect(await listed(outside)).toBe(false);
      await expect(all.office.resettlements.getResettlement({ resettlementId: signed.id }, { caller: outside })).rejects.toMatchObject({ reason: 'RESETTLEMENT_NOT_FOUND' });
    }
    await expect(go(signed, RESETTLEMENT_STATE_TRANSITION, all.other)).rejects.toMatchObject({ reason: 'RESETTLEMENT_NOT_FOUND' });
    await expect(sign({}, all.other)).rejects.toMatchObject({ reason: 'SITE_NOT_FOUND' });
    for (const { payload } of await sentEvents(all.office, signed.id)) expect(JSON.stringify(payload)).not.toContain(signed.householdId);
    await expect(all.office.sites.closeSite({ siteId: site.id, version: 1 }, { caller: all.director })).rejects.toMatchObject({ reason: 'SITE_HAS_RESETTLEMENTS', details: { open: '1' } });
  });

  it('is followed by a new leader of the site', async () => {
    const signed = await sign();
    await all.office.sites.assignSiteLeader({ siteId: site.id, version: 1, leaderId: all.other.subject }, { caller: all.director });
    expect(await workOn(signed.id)).toBeUndefined();
    expect(await workOn(signed.id, all.other)).toMatchObject({ action: 'follow_promise' });
  });
});

describe('a promised date', () => {
  it('that passes is told once, and the home may still be handed over', async () => {
    const signed = await sign();
    all.office.clock.set('2026-12-31T23:59:00+08:00');
    await scan(all.office);
    expect((await get(signed.id)).missedAt).toBeUndefined();
    all.office.clock.set('2027-01-01T00:00:00+08:00');
    await scan(all.office);
    await scan(all.office);
    const missed = await get(signed.id);
    expect(missed).toMatchObject({ missedAt: all.office.clock.now(), version: 2 });
    const [event] = (await sentEvents(all.office, signed.id)).slice(-1);
    expect(event).toMatchObject({ type: 'ResettlementDateMissed', payload: { resettlementId: signed.id, siteId: site.id, promisedOn: '2026-12-31' } });
    expect((await go(await go(missed, RESETTLEMENT_STATE_ALLOTTED), RESETTLEMENT_STATE_HANDED_OVER)).handedOverAt).toEqual(all.office.clock.now());
  });

  it('of an agreement entered after it is told at once', async () => {
    const signed = await sign({ promisedOn: '2026-06-30' });
    await scan(all.office);
    expect(await history(all.office, signed.id)).toEqual(['ResettlementSigned 1', 'ResettlementDateMissed 2']);
  });
});
