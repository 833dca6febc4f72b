import fc from 'fast-check';
import { residents } from '@linli/contracts';
import { isAppError } from '@linli/errors';
import { readChanges, readLookUp, readRegistration, readReveal } from './wire';

const now = new Date('2026-11-24T00:00:00Z');
const id = '01920000-0000-7000-8000-000000000001';
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...'0123456789 -+()xX１２３'), maxLength: 22 }),
  fc.string({ unit: fc.constantFrom(...'王小明𠮷·a\u0301\u200b\u202e\u200d\u3164 \0'), maxLength: 60 }),
  fc.constantFrom('', id, '13800005678', '王小明', 'x'.repeat(100_000)),
);

const wanted = new Set(['required', 'too_long', 'too_many', 'malformed', 'unknown', 'one_of_two', 'region_unknown', 'birth_date_invalid', 'check_character_wrong']);

/** What was read; undefined when it was refused with FIELD_INVALID and a code that is known. */
function outcome<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isAppError(error) || error.reason !== 'FIELD_INVALID') throw error;
    expect(wanted).toContain(error.violations[0]?.code);
    // What was typed is personal, right or wrong: no part of it is in the error.
    expect(JSON.stringify([error.message, error.details, error.violations])).not.toMatch(/[0-9]{3}|王/);
    return undefined;
  }
}

describe('what residents reads', () => {
  it('is a person in one form, or refused without a word of it', () => {
    const request = fc.record({ name: text, phone: text, identityNumber: text, preferredLanguage: fc.constantFrom(...Object.values(residents.Language)), unitId: fc.oneof(fc.constant(id), text), identityIssuer: text, identitySubject: text, requestId: fc.constant('') });
    fc.assert(
      fc.property(request, (sent) => {
        const read = outcome(() => readRegistration(sent, now));
        if (read === undefined) return;
        expect(read.name.reveal()).toMatch(/^[\p{L}\u3007]/u);
        expect([...read.name.reveal()].length).toBeLessThanOrEqual(50);
        if (read.phone !== undefined) expect(read.phone.reveal()).toMatch(/^\+86\d{9,11}$/);
        if (read.identityNumber !== undefined) expect(read.identityNumber.reveal()).toMatch(/^\d{17}[\dX]$/);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is a look-up by exactly one thing, a change or a purpose, or refused', () => {
    const optional = fc.option(text, { nil: undefined });
    fc.assert(
      fc.property(fc.tuple(text, text), optional, fc.array(fc.constantFrom(...Object.values(residents.PersonField)), { maxLength: 5 }), ([phone, identityNumber], name, fields) => {
        const found = outcome(() => readLookUp({ phone, identityNumber }, now));
        if (found !== undefined) expect([phone === '', identityNumber === ''].filter(Boolean)).toHaveLength(1);
        outcome(() => readChanges(residents.UpdatePersonRequest.fromPartial({ personId: id, version: 1, name, phone: name })));
        const reveal = outcome(() => readReveal({ personId: phone, fields, purpose: residents.RevealPurpose.REVEAL_PURPOSE_CONTACT, caseId: identityNumber }));
        if (reveal !== undefined) expect(new Set(reveal.fields).size).toBe(reveal.fields.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each(['王\u202e明', '王\u200b明', '王\u3164', `王${'\u0336'.repeat(30)}`, '\u200d', '1', '<script>', "Robert'); drop table persons;--"])('refuses the name %j', (name) => {
    expect(outcome(() => readChanges(residents.UpdatePersonRequest.fromPartial({ name })))).toBeUndefined();
  });
});
