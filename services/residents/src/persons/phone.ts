import { Secret } from '@linli/config';
import { violation } from '@linli/grpc';

const mobile = /^1[3-9]\d{9}$/;
// 010 and 02x have eight digits after the area code, the others seven or eight; no local number begins with 0 or 1.
const landline = /^(?:(010|02\d)([2-9]\d{7})|(0[3-9]\d{2})([2-9]\d{6,7}))$/;

/**
 * A mainland phone as +86 and digits: `138 1234-5678`, `+86 13812345678`, `(0477) 8123456`, also in full-width digits.
 * @throws AppError invalid_argument FIELD_INVALID phone: malformed.
 */
export function normalisePhone(raw: Secret): Secret {
  const digits = raw.reveal().normalize('NFKC').replace(/[\s().\-\u2010-\u2015\u2212]/g, '');
  const national = digits.replace(/^(\+86|0086)/, '');
  if (mobile.test(national)) return new Secret(`+86${national}`);
  // Abroad the area code loses its zero.
  const local = national === digits || national.startsWith('0') ? national : `0${national}`;
  if (!landline.test(local)) throw violation('phone', 'malformed');
  return new Secret(`+86${local.slice(1)}`);
}

/** As people dial it here: `13812345678`, `0477-8123456`. */
export function nationalPhone(normalised: Secret): Secret {
  const national = normalised.reveal().replace(/^\+86/, '');
  if (mobile.test(national)) return new Secret(national);
  const [, metropolis, metropolitan, area, number] = landline.exec(`0${national}`) ?? [];
  return new Secret(`${metropolis ?? area}-${metropolitan ?? number}`);
}
