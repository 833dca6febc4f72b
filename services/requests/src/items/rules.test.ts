import { assertItem, nextVersion, type Item, type NewItem } from './rules';

function item(facts: Partial<NewItem> = {}): NewItem {
  return {
    code: 'age-allowance',
    nameZh: '高龄津贴申请',
    nameMn: '',
    caseType: 'promise',
    ownerDepartmentCode: 'civil-affairs',
    legalBasis: '《老年人权益保障法》',
    materials: [{ code: 'id-card', nameZh: '身份证', form: 'original', required: true }],
    sharedDataSources: [],
    feeRule: '',
    statutoryLimit: { amount: 20, unit: 'working_days' },
    promisedLimit: { amount: 10, unit: 'working_days' },
    needsInPerson: false,
    proxyAllowed: true,
    effectiveFrom: '2026-01-01',
    effectiveTo: undefined,
    ...facts,
  };
}

const version = (number: number, facts: Partial<NewItem> = {}): Item => ({ ...item(facts), version: number });

describe('an item', () => {
  it('promises no more time than the law gives, where the two compare', () => {
    expect(() => assertItem(item({ promisedLimit: { amount: 20, unit: 'working_days' } }))).not.toThrow();
    expect(() => assertItem(item({ promisedLimit: { amount: 21, unit: 'calendar_days' } }))).not.toThrow();
    expect(() => assertItem(item({ statutoryLimit: undefined, promisedLimit: { amount: 99, unit: 'working_days' } }))).not.toThrow();
    expect(() => assertItem(item({ promisedLimit: { amount: 21, unit: 'working_days' } }))).toThrow(
      expect.objectContaining({ reason: 'PROMISE_LONGER_THAN_LAW', details: { code: 'age-allowance' } }),
    );
  });

  it.each([
    ['a material that sharing provides', { materials: [{ code: 'a', nameZh: '甲', form: 'shared_data' as const, required: true }] }, 'MATERIAL_ALREADY_SHARED'],
    ['one material twice', { materials: [item().materials, item().materials].flat() }, 'MATERIAL_TWICE'],
    ['an end before its beginning', { effectiveTo: '2026-01-01' }, 'ITEM_DATES_REVERSED'],
  ])('does not ask for %s', (_what, facts, reason) => {
    expect(() => assertItem(item(facts))).toThrow(expect.objectContaining({ kind: 'invalid_argument', reason }));
  });
});

describe('the next version', () => {
  const changed = { nameZh: '高龄老人津贴' };

  it('of a new item is the first', () => {
    expect(nextVersion([], item())).toEqual({ publish: version(1), endsLatest: false });
  });

  it('of an unchanged item is none, from whatever day it is listed', () => {
    expect(nextVersion([version(1)], item())).toBeUndefined();
    expect(nextVersion([version(1)], item({ effectiveFrom: '2027-01-01' }))).toBeUndefined();
  });

  it('of a changed item follows from its own day on and ends the one before', () => {
    const given = item({ ...changed, effectiveFrom: '2026-06-01' });
    expect(nextVersion([version(1)], given)).toEqual({ publish: { ...given, version: 2 }, endsLatest: true });
  });

  it.each(['2026-01-01', '2025-12-31'])('must not begin on %s, when the one before did not end yet', (effectiveFrom) => {
    expect(() => nextVersion([version(1)], item({ ...changed, effectiveFrom }))).toThrow(expect.objectContaining({ kind: 'failed_precondition', reason: 'ITEM_VERSION_OVERLAP' }));
  });

  it('begins where an ended one ends, or later', () => {
    const ended = version(1, { effectiveTo: '2026-06-01' });
    expect(() => nextVersion([ended], item({ ...changed, effectiveFrom: '2026-05-31' }))).toThrow(expect.objectContaining({ reason: 'ITEM_VERSION_OVERLAP' }));
    expect(nextVersion([ended], item({ ...changed, effectiveFrom: '2026-06-01' }))).toMatchObject({ publish: { version: 2 }, endsLatest: false });
  });

  it('is none for a version that was published before and has been followed since', () => {
    const versions = [version(1, { effectiveTo: '2026-06-01' }), version(2, { ...changed, effectiveFrom: '2026-06-01' })];
    expect(nextVersion(versions, item())).toBeUndefined();
    expect(nextVersion(versions, item({ ...changed, effectiveFrom: '2026-06-01' }))).toBeUndefined();
    expect(() => nextVersion(versions, item({ nameZh: '另一事项' }))).toThrow(expect.objectContaining({ reason: 'ITEM_VERSION_OVERLAP' }));
  });
});
