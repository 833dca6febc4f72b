import { internal } from '@linli/errors';

/** Facts of an audited act: codes, ids, counts and flags. Never a name, a number of a person, or a text that somebody wrote. */
export type AuditDetails = Readonly<Record<string, string | number | boolean>>;

const code = /^[A-Za-z0-9_.:/@+-]{0,200}$/;
const key = /^[a-z][A-Za-z0-9_]{0,63}$/;
// Bounded by anything but letters and digits, so that a UUID, which has longer runs, never looks like one of these.
const personal = [
  /(?<![A-Za-z0-9])[1-8]\d{16}[\dXx](?![A-Za-z0-9])/, // identity number
  /(?<![A-Za-z0-9])[1-8]\d{7}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}(?![A-Za-z0-9])/, // identity number of 15 digits
  /(?<![A-Za-z0-9])(86)?1[3-9]\d{9}(?![A-Za-z0-9])/, // mobile phone
  /(?<![A-Za-z0-9])1[3-9]\d[-.]\d{4}[-.]\d{4}(?![A-Za-z0-9])/,
];

/**
 * Keeps text that is not a code, and numbers that look like a person's, out of a trail that cannot be corrected later.
 * @throws AppError internal AUDIT_NOT_A_CODE: a defect of the caller's; the value itself is never repeated.
 */
export function assertCodes(values: AuditDetails): void {
  for (const [name, value] of Object.entries(values)) {
    const text = String(value);
    if (!key.test(name) || !code.test(text) || personal.some((pattern) => pattern.test(text))) {
      throw internal('AUDIT_NOT_A_CODE', 'an audit entry holds codes and ids only', { details: { key: key.test(name) ? name : 'malformed' } });
    }
  }
}
