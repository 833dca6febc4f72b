import { requests } from '@linli/contracts';
import { testCaller } from '@linli/testing';
import { callers, catalogue, startOffice, type Office } from './support';

let office: Office;
const caller = callers.admin;
const [model] = catalogue;

beforeAll(async () => {
  office = await startOffice();
});

afterAll(() => office.stop());

let serial = 0;
const fresh = () => `errand-${(serial += 1)}`;

function item(facts: Partial<requests.ServiceItem> = {}): requests.ServiceItem {
  if (model === undefined) throw new Error('the catalogue is empty');
  return { ...model, code: fresh(), ...facts };
}

async function published(code: string): Promise<{ version: string; payload: unknown }[]> {
  const rows = await office.knex('outbox').where({ aggregate_id: code }).orderBy('id').select<{ aggregate_version: string; payload: Buffer }[]>();
  return rows.map((row) => ({ version: row.aggregate_version, payload: JSON.parse(String(row.payload)) as unknown }));
}

describe('an import', () => {
  it('brings items in once, with one event each', async () => {
    const items = [item(), item()];
    expect(await office.items.importItems({ items }, { caller })).toEqual({ created: 2, unchanged: 0 });
    expect(await office.items.importItems({ items }, { caller })).toEqual({ created: 0, unchanged: 2 });
    for (const { code, effectiveFrom } of items) expect(await published(code)).toEqual([{ version: '1', payload: { code, version: 1, effectiveFrom } }]);
    const { item: found } = await office.items.getItem({ code: items[0]?.code ?? '' }, { caller });
    expect(found).toEqual({ ...items[0], version: 1 });
    expect(await office.knex('audit_entries').where({ action: 'item.publish', object_id: items[0]?.code, actor: caller.subject })).toHaveLength(1);
  });

  it('makes a changed item a new version from its day on', async () => {
    const first = item();
    const second = { ...first, nameZh: '高龄老人津贴', effectiveFrom: '2026-12-01' };
    await office.items.importItems({ items: [first] }, { caller });
    expect(await office.items.importItems({ items: [second] }, { caller })).toEqual({ created: 1, unchanged: 0 });
    const on = async (onDay: string) => (await office.items.getItem({ code: first.code, onDay }, { caller })).item;
    expect(await on('2026-11-30')).toMatchObject({ version: 1, nameZh: first.nameZh, effectiveTo: '2026-12-01' });
    expect(await on('2026-12-01')).toMatchObject({ version: 2, nameZh: second.nameZh, effectiveTo: '' });
    expect(await on('')).toMatchObject({ version: 1 });
    await expect(on('2025-12-31')).rejects.toMatchObject({ kind: 'not_found', reason: 'ITEM_NOT_IN_FORCE' });
    expect((await published(first.code)).map(({ version }) => version)).toEqual(['1', '2']);
  });

  it('takes a whole history in whatever order, and again', async () => {
    const first = item();
    const history = ['2026-03-01', '2026-01-01', '2026-02-01'].map((effectiveFrom) => ({ ...first, effectiveFrom, nameZh: `自${effectiveFrom}起` }));
    expect(await office.items.importItems({ items: history }, { caller })).toEqual({ created: 3, unchanged: 0 });
    expect(await office.items.importItems({ items: history }, { caller })).toEqual({ created: 0, unchanged: 3 });
    expect((await published(first.code)).map(({ payload }) => (payload as { effectiveFrom: string }).effectiveFrom)).toEqual(['2026-01-01', '2026-02-01', '2026-03-01']);
  });

  it('writes nothing when one of its items is refused', async () => {
    const [good, known] = [item(), item()];
    await office.items.importItems({ items: [known] }, { caller });
    const clash = { ...known, nameZh: '另一名称' };
    await expect(office.items.importItems({ items: [good, clash] }, { caller })).rejects.toMatchObject({ kind: 'failed_precondition', reason: 'ITEM_VERSION_OVERLAP' });
    await expect(office.items.getItem({ code: good.code }, { caller })).rejects.toMatchObject({ reason: 'ITEM_NOT_IN_FORCE' });
    expect(await published(good.code)).toEqual([]);
  });

  it('by two at a time makes each version once', async () => {
    const first = item();
    await Promise.all([1, 2, 3].map(() => office.items.importItems({ items: [first] }, { caller })));
    expect(await published(first.code)).toHaveLength(1);
  });

  const limit = (amount: number): requests.Limit => ({ amount, unit: requests.LimitUnit.LIMIT_UNIT_WORKING_DAYS });
  it.each([
    ['a longer promise than the law', { promisedLimit: limit(21) }, 'PROMISE_LONGER_THAN_LAW', undefined],
    ['no promise', { promisedLimit: undefined }, 'FIELD_INVALID', 'items[0].promised_limit'],
    ['a limit of nothing', { promisedLimit: limit(0) }, 'FIELD_INVALID', 'items[0].promised_limit.amount'],
    ['a code with a blank', { code: 'a b' }, 'FIELD_INVALID', 'items[0].code'],
    ['a code that could be a phone', { code: 'a-13812345678' }, 'FIELD_INVALID', 'items[0].code'],
    ['no day', { effectiveFrom: '' }, 'FIELD_INVALID', 'items[0].effective_from'],
    ['a day that is none', { effectiveFrom: '2026-02-30' }, 'FIELD_INVALID', 'items[0].effective_from'],
    ['a day beyond all days', { effectiveFrom: '9999-12-31' }, 'FIELD_INVALID', 'items[0].effective_from'],
    ['an unknown form of material', { materials: [{ code: 'a', nameZh: '甲', form: 'scan', required: true }] }, 'FIELD_INVALID', 'items[0].materials[0].form'],
  ])('refuses %s', async (...[, facts, reason, field]) => {
    const importing = office.items.importItems({ items: [item(facts)] }, { caller });
    await expect(importing).rejects.toMatchObject({ kind: 'invalid_argument', reason, violations: field === undefined ? [] : [{ field }] });
  });

  it('refuses nothing and too much', async () => {
    await expect(office.items.importItems({ items: [] }, { caller })).rejects.toMatchObject({ violations: [{ code: 'required' }] });
    const many = Array.from({ length: 501 }, () => item());
    await expect(office.items.importItems({ items: many }, { caller })).rejects.toMatchObject({ violations: [{ code: 'too_many' }] });
  });
});

describe('the list', () => {
  const elsewhere = testCaller({ tenantId: 'baihe', permissions: ['requests.item.read', 'requests.item.write'] });

  it('shows what is in force, by code, page by page', async () => {
    const codes = ['b-2', 'a-1', 'c-3', 'd-4'];
    const proxyAllowed = (code: string) => code !== 'c-3';
    await office.items.importItems({ items: codes.map((code) => item({ code, proxyAllowed: proxyAllowed(code) })) }, { caller: elsewhere });
    await office.items.importItems({ items: [item({ code: 'e-5', effectiveFrom: '2027-01-01' })] }, { caller: elsewhere });
    const first = await office.items.listItems({ pageSize: 3 }, { caller: elsewhere });
    expect(first.items.map(({ code }) => code)).toEqual(['a-1', 'b-2', 'c-3']);
    const second = await office.items.listItems({ pageSize: 3, pageToken: first.nextPageToken }, { caller: elsewhere });
    expect(second).toMatchObject({ items: [{ code: 'd-4' }], nextPageToken: '' });
    const proxied = await office.items.listItems({ proxyAllowedOnly: true, onDay: '2027-01-01' }, { caller: elsewhere });
    expect(proxied.items.map(({ code }) => code)).toEqual(['a-1', 'b-2', 'd-4', 'e-5']);
  });

  it('takes no token of another list, or of nobody’s making', async () => {
    const { nextPageToken } = await office.items.listItems({ pageSize: 1 }, { caller: elsewhere });
    for (const request of [{ pageSize: 1, pageToken: nextPageToken, proxyAllowedOnly: true }, { pageToken: 'x.y' }]) {
      await expect(office.items.listItems(request, { caller: elsewhere })).rejects.toMatchObject({ kind: 'invalid_argument', reason: 'PAGE_TOKEN_INVALID' });
    }
    await expect(office.items.listItems({ pageSize: 1, pageToken: nextPageToken }, { caller })).rejects.toMatchObject({ reason: 'PAGE_TOKEN_INVALID' });
  });

  it('of one office is not the other’s', async () => {
    await expect(office.items.getItem({ code: 'a-1' }, { caller })).rejects.toMatchObject({ kind: 'not_found' });
  });
});
