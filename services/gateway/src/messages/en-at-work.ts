import type { Messages } from './messages';

/** Duty, the working calendar, roles and grants by two. */
export const enAtWork: Messages['reasons'] = {
  // Duty
  DUTY_ROSTER_EXISTS: ['Roster exists', 'The unit keeps a roster already.'],
  DUTY_ROSTER_NOT_FOUND: ['No such roster', 'There is no such roster, or you may not see it.'],
  DUTY_SLOT_NOT_FOUND: ['No such turn of duty', 'There is no such turn of duty, or you may not see it.'],
  DUTY_PLANNED_ALREADY: ['Planned already', 'A turn of duty in that range is planned already. Nothing was changed.'],
  DUTY_NOTHING_TO_PLAN: ['Nothing to plan', 'No day of the range has such a turn of duty.'],
  DUTY_PERSON_WITHOUT_POST: ['No post that day', 'Somebody has no post there on {day}. Nothing was changed.'],
  DUTY_PERSON_AWAY: ['Away that day', 'Somebody is away on {day}. Nothing was changed.'],
  DUTY_PERSON_BUSY: ['On duty elsewhere', 'Somebody is on duty elsewhere at that time. Nothing was changed.'],
  DUTY_SLOT_CANCELLED: ['Cancelled', 'This turn of duty was cancelled.'],
  DUTY_SLOT_OVER: ['Over', 'This turn of duty on {day} is over and cannot change any more.'],

  // Working calendar
  CALENDAR_DAY_PAST: ['Day has come', 'Only days from tomorrow on can be decided.'],
  CALENDAR_DAY_SET: ['Decided already', 'Something is decided of {day}. Remove it first.'],
  CALENDAR_DAY_UNCHANGED: ['No change', '{day} is so already by the national calendar.'],
  CALENDAR_DAY_REMOVED: ['Removed already', 'For {day} the national calendar stands already.'],
  CALENDAR_OVERRIDE_NOT_FOUND: ['No such decision', 'There is no such decision on a day.'],
  CALENDAR_NOT_READ: ['Starting up', 'The working calendar is not read yet. Please try again shortly.'],

  // Roles and grants by two
  ROLE_CODE_TAKEN: ['Code taken', 'A role has this code.'],
  ROLE_FIXED: ['Fixed role', '"{role}" is the platform’s and cannot change.'],
  ROLE_HELD: ['Role is held', 'Somebody holds this role or has asked for it, so it can lose permissions but not gain any. Make another role, or take the grants back first.'],
  ROLE_PERMISSION_UNKNOWN: ['No such permission', '"{permission}" is not in the catalogue.'],
  GRANT_REQUESTED: ['Waits already', 'The same grant waits to be confirmed.'],
  GRANT_REQUEST_NOT_FOUND: ['No such request', 'There is no such request for a grant, or you may not see it.'],
  GRANT_REQUEST_DECIDED: ['Decided', 'The request is decided: {state}.'],
  GRANT_CONFIRMED_BY_SAME: ['Needs another', 'Who asked does not confirm. Somebody else must.'],
};
