import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { bookingStates, consentPurposes, holderKinds, type Booking, type SignUp } from './booking';

const stateOnWire = wireEnum('BOOKING_STATE', organization.BookingState, bookingStates);
const holderOnWire = wireEnum('HOLDER_KIND', organization.HolderKind, holderKinds);
const purposeOnWire = wireEnum('CONSENT_PURPOSE', organization.ConsentPurpose, consentPurposes);

export function bookingToWire(booking: Booking): organization.Booking {
  const { resourceKind, resourceId, places: _places, turn: _turn, holderKind, state, signUp, ...rest } = booking;
  return {
    ...rest,
    venueId: resourceKind === 'venue' ? resourceId : '',
    activityId: resourceKind === 'activity' ? resourceId : '',
    holderKind: holderOnWire.toWire(holderKind),
    state: stateOnWire.toWire(state),
    signUp: signUp && signUpToWire(signUp),
  };
}

function signUpToWire({ consent, ...counts }: SignUp): organization.SignUp {
  return {
    ...counts,
    consentPurpose: consent === undefined ? organization.ConsentPurpose.CONSENT_PURPOSE_UNSPECIFIED : purposeOnWire.toWire(consent.purpose),
    consentGivenAt: consent?.givenAt,
    consentWithdrawnAt: consent?.withdrawnAt,
  };
}
