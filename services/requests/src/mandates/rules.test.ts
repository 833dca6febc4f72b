import { assertCovers, assertExpiry, expire, revoke, stateAt, type Mandate } from './rules';

const at = (day: string) => new Date(`${day}T12:00:00+08:00`);
const now = at('2026-11-24');

function mandate(facts: Partial<Mandate> = {}): Mandate {
  return {
    id: 'm',
    residentId: 'r',
    agentId: 'a',
    itemCode: 'age-allowance',
    consentForm: 'signature',
    signedAt: at('2026-11-01'),
    expiresAt: at('2026-12-01'),
    endedAt: undefined,
    state: 'signed',
    unitId: 'u',
    unitPath: '/u/',
    version: 1,
    ...facts,
  };
}

const wanted = { residentId: 'r', itemCode: 'age-allowance' };
const over = { expiresAt: now };

it('a mandate is over at the moment it expires, written down or not', () => {
  expect(stateAt(mandate(), now)).toBe('signed');
  expect(stateAt(mandate(over), now)).toBe('expired');
  expect(stateAt(mandate({ ...over, state: 'revoked' }), now)).toBe('revoked');
});

it.each([
  ['no mandate', undefined, 'MANDATE_NOT_FOUND'],
  ['another resident’s', mandate({ residentId: 'other' }), 'MANDATE_OTHER_RESIDENT'],
  ['one for another item', mandate({ itemCode: 'other' }), 'MANDATE_OTHER_ITEM'],
  ['a revoked one', mandate({ state: 'revoked' }), 'MANDATE_REVOKED'],
  ['one whose time is over', mandate(over), 'MANDATE_EXPIRED'],
])('an agent does not act under %s', (_what, given, reason) => {
  expect(() => assertCovers(given, wanted, now)).toThrow(expect.objectContaining({ reason }));
});

it('an agent acts under one in force', () => {
  expect(assertCovers(mandate(), wanted, now)).toEqual(mandate());
});

it('revoking ends it once, at the version it was seen at', () => {
  expect(revoke(mandate(), 1, now)).toMatchObject({ state: 'revoked', endedAt: now, version: 2 });
  expect(() => revoke(mandate({ version: 2 }), 1, now)).toThrow(expect.objectContaining({ reason: 'VERSION_STALE', details: { current: '2' } }));
  expect(() => revoke(mandate({ state: 'revoked' }), 1, now)).toThrow(expect.objectContaining({ reason: 'MANDATE_REVOKED' }));
  expect(() => revoke(mandate(over), 1, now)).toThrow(expect.objectContaining({ reason: 'MANDATE_EXPIRED' }));
});

it('expiring ends it once, at its own time and not before', () => {
  expect(expire(mandate(), now)).toBeUndefined();
  expect(expire(mandate({ ...over, state: 'revoked' }), now)).toBeUndefined();
  expect(expire(mandate(over), at('2026-12-24'))).toMatchObject({ state: 'expired', endedAt: now, version: 2 });
});

it('it ends in the future and within the longest time', () => {
  const bounds = { now, latest: at('2027-11-24') };
  expect(() => assertExpiry(at('2027-11-24'), bounds)).not.toThrow();
  expect(() => assertExpiry(now, bounds)).toThrow(expect.objectContaining({ reason: 'MANDATE_EXPIRY_PAST' }));
  expect(() => assertExpiry(at('2027-11-25'), bounds)).toThrow(expect.objectContaining({ reason: 'MANDATE_TOO_LONG' }));
});
