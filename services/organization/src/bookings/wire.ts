import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { bookingStates, holderKinds, type Booking } from './booking';

const stateOnWire = wireEnum('BOOKING_STATE', organization.BookingState, bookingStates);
const holderOnWire = wireEnum('HOLDER_KIND', organization.HolderKind, holderKinds);

export function bookingToWire(booking: Booking): organization.Booking {
  const { resourceKind: _kind, resourceId, places: _places, turn: _turn, holderKind, state, ...rest } = booking;
  return { ...rest, venueId: resourceId, holderKind: holderOnWire.toWire(holderKind), state: stateOnWire.toWire(state) };
}
