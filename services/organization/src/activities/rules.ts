import { failedPrecondition, notFound, type AppError } from '@linli/errors';
import type { Activity, AgeBand, Session } from './activity';

type Change = Partial<Pick<Activity, 'nameZh' | 'nameMn' | 'placeZh' | 'capacity'>>;

/** Each session ends after it begins and before the next one begins. */
export function areSessions(sessions: readonly Pick<Session, 'startsAt' | 'endsAt'>[]): boolean {
  return sessions.every(({ startsAt, endsAt }, at) => {
    const next = sessions[at + 1];
    return startsAt < endsAt && (next === undefined || endsAt <= next.startsAt);
  });
}

/** `lastPlace` is the highest place somebody holds. @throws failed_precondition ACTIVITY_CALLED_OFF, ACTIVITY_FULLER. */
export function change(activity: Activity, changed: Change, lastPlace: number): Activity {
  assertHeld(activity);
  const after = { ...activity, ...changed, version: activity.version + 1 };
  if (after.capacity < lastPlace) throw failedPrecondition('ACTIVITY_FULLER', 'more places are held already', { details: { most: String(lastPlace) } });
  return after;
}

/** While a session is to come: what has begun took place. @throws failed_precondition ACTIVITY_CALLED_OFF, ACTIVITY_BEGUN. */
export function callOff(activity: Activity, now: Date): Activity {
  assertHeld(activity);
  if (activity.sessions.every(({ startsAt }) => startsAt <= now)) throw failedPrecondition('ACTIVITY_BEGUN', 'what has begun is not called off');
  return { ...activity, calledOffAt: now, version: activity.version + 1 };
}

/** @throws not_found SESSION_NOT_FOUND; failed_precondition ACTIVITY_CALLED_OFF before the session, SESSION_NOT_BEGUN. */
export function attend(activity: Activity, { number, attended }: Pick<Session, 'number' | 'attended'>, now: Date): Activity {
  const session = activity.sessions.find((one) => one.number === number);
  if (session === undefined) throw notFound('SESSION_NOT_FOUND', 'the activity has no such session');
  if (activity.calledOffAt !== undefined && session.startsAt >= activity.calledOffAt) assertHeld(activity);
  if (session.startsAt > now) throw failedPrecondition('SESSION_NOT_BEGUN', 'nobody has come to what is to come');
  const sessions = activity.sessions.map((one) => (one.number === number ? { ...one, attended } : one));
  return { ...activity, sessions, version: activity.version + 1 };
}

/** @throws failed_precondition ACTIVITY_CALLED_OFF, SIGN_UP_OVER, AGE_NOT_INVITED { band }. */
export function assertInvites(activity: Activity, bands: readonly AgeBand[], now: Date): void {
  assertHeld(activity);
  if (activity.signUpUntil <= now) throw failedPrecondition('SIGN_UP_OVER', 'the time to sign up is over');
  const uninvited = bands.find((band) => !activity.ages.includes(band));
  if (uninvited !== undefined) throw failedPrecondition('AGE_NOT_INVITED', 'the activity is not for this age', { details: { band: uninvited } });
}

function assertHeld({ calledOffAt }: Pick<Activity, 'calledOffAt'>): void {
  if (calledOffAt !== undefined) throw failedPrecondition('ACTIVITY_CALLED_OFF', 'the activity does not take place');
}

/** Also for an activity outside the caller's scope, which must look the same. */
export function activityNotFound(): AppError {
  return notFound('ACTIVITY_NOT_FOUND', 'there is no such activity');
}
