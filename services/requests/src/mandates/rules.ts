import { aborted, failedPrecondition, invalidArgument, notFound } from '@linli/errors';

export const consentForms = ['signature', 'voice', 'guardian', 'online'] as const;
export const mandateStates = ['signed', 'revoked', 'expired'] as const;

export type ConsentForm = (typeof consentForms)[number];
export type MandateState = (typeof mandateStates)[number];

/** A resident's authority for one agent to run one kind of errand. */
export interface Mandate {
  readonly id: string;
  readonly residentId: string;
  readonly agentId: string;
  readonly itemCode: string;
  readonly consentForm: ConsentForm;
  readonly signedAt: Date;
  /** The first instant at which it is no longer in force. */
  readonly expiresAt: Date;
  /** When it was revoked or expired. */
  readonly endedAt: Date | undefined;
  readonly state: MandateState;
  readonly unitId: string;
  readonly unitPath: string;
  readonly version: number;
}

/** The state as it is at `now`, also in the moment before the sweep has written it down. */
export function stateAt(mandate: Mandate, now: Date): MandateState {
  return mandate.state === 'signed' && mandate.expiresAt <= now ? 'expired' : mandate.state;
}

/** @throws AppError aborted VERSION_STALE; failed_precondition MANDATE_REVOKED, MANDATE_EXPIRED. */
export function revoke(mandate: Mandate, version: number, now: Date): Mandate {
  if (mandate.version !== version) throw aborted('VERSION_STALE', 'the mandate has changed', { details: { current: String(mandate.version) } });
  assertInForce(mandate, now);
  return { ...mandate, state: 'revoked', endedAt: now, version: mandate.version + 1 };
}

/** Undefined while it is not due, or when it has ended before. */
export function expire(mandate: Mandate, now: Date): Mandate | undefined {
  if (mandate.state !== 'signed' || stateAt(mandate, now) === 'signed') return undefined;
  return { ...mandate, state: 'expired', endedAt: mandate.expiresAt, version: mandate.version + 1 };
}

/** @throws AppError failed_precondition MANDATE_REVOKED, MANDATE_EXPIRED. */
export function assertInForce(mandate: Mandate, now: Date): void {
  const state = stateAt(mandate, now);
  if (state === 'revoked') throw failedPrecondition('MANDATE_REVOKED', 'the mandate is revoked');
  if (state === 'expired') throw failedPrecondition('MANDATE_EXPIRED', 'the mandate has expired', { details: { expiredAt: mandate.expiresAt.toISOString() } });
}

/** @throws AppError not_found MANDATE_NOT_FOUND; failed_precondition MANDATE_OTHER_RESIDENT, MANDATE_OTHER_ITEM, MANDATE_REVOKED, MANDATE_EXPIRED. */
export function assertCovers(mandate: Mandate | undefined, wanted: { residentId: string; itemCode: string }, now: Date): Mandate {
  if (mandate === undefined) throw notFound('MANDATE_NOT_FOUND', 'there is no such mandate');
  if (mandate.residentId !== wanted.residentId) throw failedPrecondition('MANDATE_OTHER_RESIDENT', 'the mandate is of another resident');
  if (mandate.itemCode !== wanted.itemCode) {
    throw failedPrecondition('MANDATE_OTHER_ITEM', 'the mandate is for another item', { details: { item: mandate.itemCode } });
  }
  assertInForce(mandate, now);
  return mandate;
}

/** @throws AppError invalid_argument MANDATE_EXPIRY_PAST, MANDATE_TOO_LONG. */
export function assertExpiry(expiresAt: Date, bounds: { now: Date; latest: Date }): void {
  const violations = [{ field: 'expires_at', code: 'out_of_range' }];
  if (expiresAt <= bounds.now) throw invalidArgument('MANDATE_EXPIRY_PAST', 'a mandate ends in the future', { violations });
  if (expiresAt > bounds.latest) {
    throw invalidArgument('MANDATE_TOO_LONG', 'a mandate ends within a year', { violations, details: { latest: bounds.latest.toISOString() } });
  }
}
