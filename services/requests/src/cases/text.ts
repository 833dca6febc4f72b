import { invalidArgument } from '@linli/errors';
import { requireText } from '@linli/grpc';

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checkCharacters = '10X98765432';
const form = /^\d{6}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]$/;

/**
 * Free text as people write it: trimmed, no control characters, at most `max` characters.
 * @throws invalid_argument FIELD_INVALID; TEXT_HOLDS_IDENTITY_NUMBER, for an identity number belongs in the vault only.
 */
export function readFreeText(raw: string, field: string, rule: { readonly max: number; readonly optional?: boolean }): string {
  const text = requireText(raw, field, rule);
  if (holdsIdentityNumber(text)) {
    throw invalidArgument('TEXT_HOLDS_IDENTITY_NUMBER', 'a text must not hold an identity number', {
      details: { field },
      violations: [{ field, code: 'identity_number' }],
    });
  }
  return text;
}

/** Whether 18 characters in a row, spaces and dashes between them not counted, are a valid number of GB 11643-1999. */
export function holdsIdentityNumber(text: string): boolean {
  // NFKC turns full-width digits into plain ones.
  const compact = text.normalize('NFKC').toUpperCase().replace(/(?<=\d)[\s\p{Pd}.·_]+(?=[\dX])/gu, '');
  for (const [run] of compact.matchAll(/\d{17,}X?/g)) {
    for (let start = 0; start + 18 <= run.length; start += 1) {
      if (isIdentityNumber(run.slice(start, start + 18))) return true;
    }
  }
  return false;
}

function isIdentityNumber(candidate: string): boolean {
  if (!form.test(candidate)) return false;
  const sum = weights.reduce((total, weight, index) => total + weight * Number(candidate[index]), 0);
  return checkCharacters[sum % 11] === candidate[17];
}
