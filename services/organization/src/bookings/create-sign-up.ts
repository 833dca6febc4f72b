import { coversUnit, type Caller } from '@linli/auth';
import type { RequestKey } from '@linli/db';
import { failedPrecondition } from '@linli/errors';
import { getActivity, holdActivity } from '../activities/hold-activity';
import { activityNotFound, assertInvites } from '../activities/rules';
import type { AgeBand } from '../activities/activity';
import type { Deps } from '../deps';
import { bookOnce } from './book-once';
import type { Booking, SignUp } from './booking';
import { activityResource } from './resource';
import { assertAllowed, takePlaces } from './take-places';

export interface CreateSignUp extends Pick<Booking, 'holderKind' | 'residentId' | 'organisationName'>, Pick<SignUp, 'adults' | 'from14To17' | 'under14'> {
  readonly request: RequestKey;
  readonly activityId: string;
  /** Said by the guardian, for the children under 14 and for this activity. */
  readonly guardianConsents: boolean;
  readonly waitIfFull: boolean;
}

/**
 * How many of which age is what the holder says; of a child nothing else is known, so that nothing checks it.
 * @throws not_found ACTIVITY_NOT_FOUND; already_exists SIGNED_UP_ALREADY; failed_precondition of `assertInvites`, `assertWithinRule`,
 *   `takePlaces`, GUARDIAN_SIGNS_UP, GUARDIAN_CONSENT_MISSING.
 */
export async function createSignUp(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, input: CreateSignUp): Promise<Booking> {
  const { request, activityId, holderKind, residentId, organisationName, waitIfFull } = input;
  return deps.db.withTenant(caller, (tx) =>
    bookOnce(tx, request, async () => {
      const seen = await getActivity(tx, activityId);
      await assertAllowed(deps, tx, { startsAt: seen.startsAt, endsAt: seen.endsAt, holderKind, residentId, resourceKind: 'activity' });
      const activity = await holdActivity(tx, activityId);
      if (caller.kind !== 'resident' && !coversUnit(caller, 'organization.booking.create', activity.unitPath)) throw activityNotFound();
      const now = deps.now();
      assertInvites(activity, bandsOf(input), now);
      const signUp = signUpOf(input, now);
      const people = signUp.adults + signUp.from14To17 + signUp.under14;
      const wish = { startsAt: activity.startsAt, endsAt: activity.endsAt, people, holderKind, residentId, organisationName, signUp };
      return takePlaces(deps, tx, { caller, resource: activityResource(activity), wish, waitIfFull });
    }),
  );
}

function bandsOf({ adults, from14To17, under14 }: CreateSignUp): AgeBand[] {
  const counts: readonly (readonly [AgeBand, number])[] = [['adult', adults], ['from_14_to_17', from14To17], ['under_14', under14]];
  return counts.filter(([, count]) => count > 0).map(([band]) => band);
}

/** 不满十四周岁未成年人个人信息: only their guardian may consent (个人信息保护法 31), and here a count is all there is. */
function signUpOf({ adults, from14To17, under14, guardianConsents, holderKind }: CreateSignUp, now: Date): SignUp {
  if (under14 === 0) return { adults, from14To17, under14, consent: undefined };
  if (holderKind !== 'resident') throw failedPrecondition('GUARDIAN_SIGNS_UP', 'a child under 14 is signed up by its guardian');
  if (!guardianConsents) throw failedPrecondition('GUARDIAN_CONSENT_MISSING', 'the guardian has not consented');
  return { adults, from14To17, under14, consent: { purpose: 'participation', givenAt: now, withdrawnAt: undefined } };
}
