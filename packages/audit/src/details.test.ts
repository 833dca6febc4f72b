import { isAppError } from '@linli/errors';
import { newId } from '@linli/db';
import fc from 'fast-check';
import { assertCodes, type AuditDetails } from './details';

function refusal(details: AuditDetails): unknown {
  try {
    assertCodes(details);
    return undefined;
  } catch (error) {
    return isAppError(error) ? error : undefined;
  }
}

const digits = (length: number) => fc.array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length }).map((list) => list.join(''));
const around = fc.constantFrom(
  (text: string) => text,
  (text: string) => `id:${text}`,
  (text: string) => `${text}/x`,
  (text: string) => `a_${text}.b`.replace('_', ':'),
);

describe('audit details', () => {
  it.each([
    { caseId: '01a20d80-2781-7069-883e-7d105224a7f2', version: 3, byLaw: true },
    { number: 'XS-20261124-00042', itemCode: 'social-aid.apply', unitPath: '/a1/b2/c3/' },
    { at: '2026-11-24T09:30:00.000+08:00', epoch: 1_795_000_000_000, seconds: 1_795_000_000 },
    { actor: 'system:requests', language: 'zh-CN', empty: '' },
  ] as AuditDetails[])('take codes and ids: %j', (details) => {
    expect(refusal(details)).toBeUndefined();
  });

  it.each([
    { who: '王小明' },
    { note: 'called twice' },
    { phone: '13812345678' },
    { phone: 13812345678 },
    { phone: '+8613812345678' },
    { phone: '138-1234-5678' },
    { id: '150602199003071234' },
    { id: '15060219900307123X' },
    { id: '150602900307123' },
    { ref: 'person:150602199003071234' },
    { 'bad key': 1 },
    { 王小明: 1 },
    { long: 'x'.repeat(201) },
  ] as AuditDetails[])('refuse what may be personal: %j', (details) => {
    const error = refusal(details);
    expect(error).toMatchObject({ kind: 'internal', reason: 'AUDIT_NOT_A_CODE' });
    expect(JSON.stringify(error)).not.toMatch(/\d{5}|王/);
  });

  it('refuse every 18-digit identity number and every 11-digit mobile number, wherever it stands', () => {
    const identity = fc.tuple(fc.integer({ min: 1, max: 8 }), digits(16), fc.constantFrom(...'0123456789Xx')).map((parts) => parts.join(''));
    const phone = fc.tuple(fc.integer({ min: 3, max: 9 }), digits(9)).map(([second, rest]) => `1${second}${rest}`);
    fc.assert(
      fc.property(fc.oneof(identity, phone), around, (number, put) => {
        expect(refusal({ value: put(number) })).toBeDefined();
      }),
    );
  });

  it('never take an id of ours for a number of a person', () => {
    for (let index = 0; index < 20_000; index += 1) assertCodes({ id: newId(), subject: `staff:${newId()}` });
    const hex = fc.array(fc.constantFrom(...'0123456789abcdef'), { minLength: 32, maxLength: 32 }).map((list) => list.join(''));
    const uuid = hex.map((text) => [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-'));
    fc.assert(fc.property(uuid, (id) => expect(refusal({ id })).toBeUndefined()), { numRuns: 2000 });
  });
});
