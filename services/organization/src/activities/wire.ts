import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { activityKinds, ageBands, type Activity } from './activity';
import type { ComingActivity } from './store';

export const kindOnWire = wireEnum('ACTIVITY_KIND', organization.ActivityKind, activityKinds);
export const bandOnWire = wireEnum('AGE_BAND', organization.AgeBand, ageBands);

export function activityToWire(activity: Activity): organization.Activity {
  const { kind, ages, sessions, startsAt: _startsAt, endsAt: _endsAt, calledOffAt, ...rest } = activity;
  return { ...rest, kind: kindOnWire.toWire(kind), ages: ages.map(bandOnWire.toWire), sessions: sessions.map((session) => ({ ...session })), calledOff: calledOffAt !== undefined };
}

/** What anybody may see of it: how many places are left, and not how many came. */
export function comingToWire(activity: ComingActivity): organization.PublicActivity {
  const { id, unitNameZh, kind, nameZh, nameMn, placeZh, ages, capacity, free, sessions, signUpUntil } = activity;
  return {
    id,
    unitNameZh,
    kind: kindOnWire.toWire(kind),
    nameZh,
    nameMn,
    placeZh,
    ages: ages.map(bandOnWire.toWire),
    capacity,
    free,
    sessions: sessions.map((session) => ({ ...session, attended: undefined })),
    signUpUntil,
  };
}
