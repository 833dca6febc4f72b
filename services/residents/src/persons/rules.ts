import { aborted, invalidArgument, permissionDenied } from '@linli/errors';

export const languages = ['zh', 'mn'] as const;
export const personFields = ['name', 'phone', 'identity_number'] as const;
export const revealPurposes = ['case_filing', 'contact', 'identity_check', 'own_access'] as const;

export type Language = (typeof languages)[number];
export type PersonField = (typeof personFields)[number];
export type RevealPurpose = (typeof revealPurposes)[number];

/** What is shown of a person. What identifies them stays in the vault. */
export interface Person {
  readonly id: string;
  readonly maskedName: string;
  readonly maskedPhone: string;
  readonly maskedIdentityNumber: string;
  readonly preferredLanguage: Language;
  readonly unitId: string;
  readonly unitPath: string;
  readonly registeredAt: Date;
  readonly version: number;
}

/** @throws AppError aborted VERSION_STALE. */
export function assertVersion(person: Person, version: number): void {
  if (person.version !== version) throw aborted('VERSION_STALE', 'the person has changed', { details: { current: String(person.version) } });
}

/** Name and unit rest on papers that staff has seen. @throws AppError permission_denied PERSON_FIELD_BY_STAFF_ONLY. */
export function assertMayChangeOwn(fields: readonly string[]): void {
  const refused = fields.find((field) => field === 'name' || field === 'unit_id');
  if (refused !== undefined) {
    throw permissionDenied('PERSON_FIELD_BY_STAFF_ONLY', 'this is changed at the window, with papers', { details: { field: refused } });
  }
}

/**
 * A person sees their own for the purpose own_access; staff needs another purpose, and the identity number one that cannot do without.
 * @throws AppError permission_denied PURPOSE_NOT_YOURS, PURPOSE_DOES_NOT_COVER; invalid_argument FIELD_INVALID case_id required.
 */
export function assertMayReveal(asked: {
  readonly own: boolean;
  readonly fields: readonly PersonField[];
  readonly purpose: RevealPurpose;
  readonly caseId: string | undefined;
}): void {
  const { own, fields, purpose, caseId } = asked;
  if (own !== (purpose === 'own_access')) {
    throw permissionDenied('PURPOSE_NOT_YOURS', 'own access is the purpose of the person and of nobody else', { details: { purpose } });
  }
  if (purpose === 'contact' && fields.includes('identity_number')) {
    throw permissionDenied('PURPOSE_DOES_NOT_COVER', 'to reach somebody needs no identity number', { details: { purpose, field: 'identity_number' } });
  }
  if (purpose === 'case_filing' && caseId === undefined) {
    throw invalidArgument('FIELD_INVALID', 'case_id: required', {
      details: { field: 'case_id' },
      violations: [{ field: 'case_id', code: 'required' }],
    });
  }
}
