import { Secret } from '@linli/config';
import { violation } from '@linli/grpc';

const field = 'identity_number';
// GB/T 2260: provinces, regions and municipalities; 81 to 83 for the residence permits of Hong Kong, Macao and Taiwan.
const provinces = /^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])/;
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const checkCharacters = '10X98765432';

/**
 * A citizen's number (GB 11643-1999) as 18 characters: spaces go, full-width digits and `x` are put right, 15 digits
 * (born before 2000) become 18. `today` is YYYY-MM-DD.
 * @throws AppError invalid_argument FIELD_INVALID identity_number: malformed, region_unknown, birth_date_invalid, check_character_wrong.
 */
export function normaliseIdentityNumber(raw: Secret, today: string): Secret {
  const text = raw.reveal().normalize('NFKC').replace(/\s/g, '').toUpperCase();
  if (!/^(\d{15}|\d{17}[\dX])$/.test(text)) throw violation(field, 'malformed');
  const stem = text.length === 15 ? `${text.slice(0, 6)}19${text.slice(6)}` : text.slice(0, 17);
  const full = `${stem}${checkCharacter(stem)}`;
  if (!provinces.test(full)) throw violation(field, 'region_unknown');
  if (!isBirthDate(full.slice(6, 14), today)) throw violation(field, 'birth_date_invalid');
  if (text.length === 18 && text !== full) throw violation(field, 'check_character_wrong');
  return new Secret(full);
}

/** ISO 7064 MOD 11-2 over the first 17 digits. */
export function checkCharacter(stem: string): string {
  const sum = weights.reduce((total, weight, index) => total + weight * Number(stem[index]), 0);
  return checkCharacters.charAt(sum % 11);
}

function isBirthDate(digits: string, today: string): boolean {
  const date = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  // Date.parse lets 02-30 pass as 03-02.
  const exists = !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
  return exists && date >= '1900-01-01' && date <= today;
}
