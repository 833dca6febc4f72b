import { organization } from '@linli/contracts';
import { eraseHolders } from '../bookings/store';
import { eraseRolls } from '../decisions/store-votes';
import { eraseApplications } from '../jobs/store';
import { eraseContacts } from '../member-units/store';
import { eraseObjections } from '../publications/store-objections';
import { eraseHouseholds } from '../resettlements/store';
import { eraseAbsences } from '../staff/store';
import { eraseTopicTexts } from '../topics/store';
import { eraseOpinions } from '../topics/store-deliberations';
import type { Kept } from './retention';

/**
 * Everything of people that goes by itself when it has been kept for its time. What was promised to somebody with a day of its
 * own (the words of a diary entry, who complained) has a clock instead.
 */
export const kept: readonly Kept[] = [
  {
    ruleSet: 'organization.retention.topics',
    objectType: 'topic',
    code: 'text_erased',
    event: 'TopicTextErased',
    payload: ({ id }) => organization.TopicTextErased.fromPartial({ topicId: id }),
    threadOf: ({ id }) => id,
    erase: eraseTopicTexts,
  },
  {
    ruleSet: 'organization.retention.deliberations',
    objectType: 'deliberation',
    code: 'opinions_erased',
    event: 'DeliberationOpinionsErased',
    payload: ({ id }) => organization.DeliberationOpinionsErased.fromPartial({ deliberationId: id }),
    threadOf: ({ id, partOf }) => partOf ?? id,
    erase: eraseOpinions,
  },
  {
    ruleSet: 'organization.retention.objections',
    objectType: 'objection',
    code: 'erased',
    event: 'ObjectionErased',
    payload: ({ id }) => organization.ObjectionErased.fromPartial({ objectionId: id }),
    threadOf: ({ id }) => id,
    erase: eraseObjections,
  },
  {
    ruleSet: 'organization.retention.decision_voters',
    objectType: 'decision',
    code: 'roll_erased',
    event: 'DecisionRollErased',
    payload: ({ id }) => organization.DecisionRollErased.fromPartial({ decisionId: id }),
    threadOf: ({ id }) => id,
    erase: eraseRolls,
  },
  {
    ruleSet: 'organization.retention.bookings',
    objectType: 'booking',
    code: 'holder_erased',
    event: 'BookingHolderErased',
    payload: ({ id }) => organization.BookingHolderErased.fromPartial({ bookingId: id }),
    threadOf: ({ id }) => id,
    erase: eraseHolders,
  },
  {
    ruleSet: 'organization.retention.job_applications',
    objectType: 'application',
    code: 'erased',
    event: 'JobApplicationErased',
    payload: ({ id, partOf }) => organization.JobApplicationErased.fromPartial({ applicationId: id, jobId: partOf ?? '' }),
    threadOf: undefined,
    erase: eraseApplications,
  },
  {
    ruleSet: 'organization.retention.resettlements',
    objectType: 'resettlement',
    code: 'household_erased',
    event: 'ResettlementHouseholdErased',
    payload: ({ id, partOf }) => organization.ResettlementHouseholdErased.fromPartial({ resettlementId: id, siteId: partOf ?? '' }),
    threadOf: ({ partOf }) => partOf,
    erase: eraseHouseholds,
  },
  {
    ruleSet: 'organization.retention.member_unit_contacts',
    objectType: 'member_unit',
    code: 'contact_erased',
    event: 'MemberUnitContactErased',
    payload: ({ id }) => organization.MemberUnitContactErased.fromPartial({ memberUnitId: id }),
    threadOf: ({ id }) => id,
    erase: eraseContacts,
  },
  {
    ruleSet: 'organization.retention.absences',
    objectType: 'absence',
    code: 'erased',
    event: undefined,
    payload: () => ({}),
    threadOf: undefined,
    erase: eraseAbsences,
  },
];
