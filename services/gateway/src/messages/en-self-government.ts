import type { Messages } from './messages';

export const enSelfGovernment: Pick<Messages, 'reasons' | 'problems' | 'words'> = {
  reasons: {
    PLEDGE_PROJECT_NOT_FOUND: ['No such project', 'There is no such pledge project, or it is outside your area.'],
    PLEDGE_CODE_TAKEN: ['Code taken', 'Another pledge project has this code.'],
    PLEDGE_STATE_FORBIDS: ['Not possible now', 'The project is "{state}"; "{action}" is not possible now.'],
    PLEDGE_QUORUM_MISSING: ['Too few took part', 'Of {entitled} entitled {present} took part, which is not enough.'],
    PLEDGE_NOT_CARRIED: ['Not carried', 'Of {present} who took part {inFavour} were in favour, which is not enough.'],
    PLEDGE_MONTH_REPORTED: ['Reported already', 'The progress of {month} has been reported.'],
    PLEDGE_MONTH_NOT_OWED: ['Nothing owed', 'No progress is owed for {month}.'],
    PLEDGE_CHECK_BY_OTHERS: ['Somebody else’s to record', 'The residents’ check is recorded by somebody else than who reported the completion.'],
    QUORUM_NOT_IN_FORCE: ['No rules for a vote', 'No quorum is in force on that day. Please check the date.'],
  },
  problems: {
    not_later: 'is not later than the day before',
    sum_differs: 'does not add up to the number of people',
  },
  words: {
    resident_checked: 'checked by residents',
    report_progress: 'report progress',
    record_check: 'record the check',
  },
};
