import { requireText, violation, type TextRule } from '@linli/grpc';

/** Codes are part of links and sheets: plain letters, digits and `.`, `_`, `-`. */
export const codeRule: TextRule = { max: 64, pattern: /^[A-Za-z0-9][A-Za-z0-9._-]*$/ };

/** The code of the unit that a public list is confined to; '' for none. */
export function readUnitCode({ unitCode }: { readonly unitCode: string }): string {
  return requireText(unitCode, 'unit_code', { ...codeRule, optional: true });
}

/**
 * A number as authorities write them: 乌劳监〔2026〕12号, ZJ-2026-77. A few characters name the body, and the rest is no text, so
 * that no sentence fits; neither a telephone nor an identity number does.
 */
const authorityNumberRule: TextRule = {
  max: 40,
  pattern: /^(?=.*[0-9])(?!.*[0-9]{11})(?!.*1-?[3-9](-?[0-9]){9})[一-鿿]{0,6}([〔（(][0-9]{4}[〕）)])?第?[A-Za-z0-9][A-Za-z0-9-]*号?$/,
};

/** Under which an authority took something in. */
export function readAuthorityNumber(text: string, field: string, { optional = false } = {}): string {
  return requireText(text, field, { ...authorityNumberRule, optional });
}

/** A reason, a category or a purpose: a code, never a text, since codes are in events. */
export function readCode(text: string, field: string): string {
  return requireText(text, field, { max: 64, pattern: /^[a-z][a-z0-9_]*$/ });
}

/** Whom an identity provider says somebody is. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
}

interface IdentityFields {
  readonly identityIssuer: string;
  readonly identitySubject: string;
}

export function readIdentity(fields: IdentityFields): Identity {
  return {
    issuer: requireText(fields.identityIssuer, 'identity_issuer', { max: 300 }),
    subject: requireText(fields.identitySubject, 'identity_subject', { max: 255 }),
  };
}

/** Undefined when both parts are empty: somebody who does not sign in. */
export function readIdentityOrNone(fields: IdentityFields): Identity | undefined {
  return fields.identityIssuer === '' && fields.identitySubject === '' ? undefined : readIdentity(fields);
}

/** A telephone number as the office writes it; empty when there is none. */
export function readWorkPhone(text: string): string {
  return readPhone(text, 'work_phone');
}

/** Of whom the office calls at another organisation; empty when there is none. */
export function readContactPhone(text: string): string {
  return readPhone(text, 'contact_phone');
}

/** The same of another line of the office's. */
export function readPhone(text: string, field: string): string {
  return requireText(text, field, { max: 20, optional: true, pattern: /^\+?[0-9][0-9 -]{2,18}$/ });
}

/** `undefined` for an absent time. @throws invalid_argument for a time that is none. */
export function readTime(time: Date | undefined, field: string): Date | undefined {
  if (time !== undefined && Number.isNaN(time.getTime())) throw violation(field, 'malformed');
  return time;
}

/** @throws invalid_argument for an absent time, or one that is none. */
export function requireTime(time: Date | undefined, field: string): Date {
  const read = readTime(time, field);
  if (read === undefined) throw violation(field, 'required');
  return read;
}

/** A link to a page that anybody can open, or ''. */
export function readLink(text: string, field: string): string {
  return requireText(text, field, { max: 500, optional: true, pattern: /^https:\/\/[A-Za-z0-9.-]+(:[0-9]{1,5})?(\/[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]*)?$/ });
}
