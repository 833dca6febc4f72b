import { organization } from '@linli/contracts';
import { eraseHolders } from '../bookings/store';
import { eraseRolls } from '../decisions/store-votes';
import { eraseApplications } from '../jobs/store';
import { eraseContacts } from '../member-units/store';
import { eraseObjections, eraseOpenObjections } from '../publications/store-objections';
import { eraseHouseholds, eraseOpenHouseholds } from '../resettlements/store';
import { eraseAbsences } from '../staff/store';
import { eraseOpenTopicTexts, eraseTopicTexts } from '../topics/store';
import { eraseOpinions } from '../topics/store-deliberations';
import { eraseOpenWorkers, eraseToldWorkers } from '../worker-complaints/store';
import type { Kept } from './retention';

/**
 * Everything of people that goes by itself when it has been kept for its time. What was promised to somebody with a day of its
 * own (the words of a diary entry, who complained once that is closed) has a clock instead. What nobody answered or closed goes too,
 * after an outer time.
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
    ruleSet: 'organization.retention.open_topics',
    objectType: 'topic',
    code: 'text_erased',
    event: 'TopicTextErased',
    payload: ({ id }) => organization.TopicTextErased.fromPartial({ topicId: id }),
    threadOf: ({ id }) => id,
    erase: eraseOpenTopicTexts,
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
    ruleSet: 'organization.retention.open_objections',
    objectType: 'objection',
    code: 'erased',
    event: 'ObjectionErased',
    payload: ({ id }) => organization.ObjectionErased.fromPartial({ objectionId: id }),
    threadOf: ({ id }) => id,
    erase: eraseOpenObjections,
  },
  {
    ruleSet: 'organization.retention.decision_voters',
    objectType: 'decision',
    code: 'roll_erased',
    event: 'DecisionRollErased',
    payload: ({ id }) => organization.DecisionRollErased.fromPartial({ decisionId: id }),
    threadOf: ({ id }) => id,
    erase: eraseRolls(false),
  },
  {
    ruleSet: 'organization.retention.uncounted_voters',
    objectType: 'decision',
    code: 'roll_erased',
    event: 'DecisionRollErased',
    payload: ({ id }) => organization.DecisionRollErased.fromPartial({ decisionId: id }),
    threadOf: ({ id }) => id,
    erase: eraseRolls(true),
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
    ruleSet: 'organization.retention.open_resettlements',
    objectType: 'resettlement',
    code: 'household_erased',
    event: 'ResettlementHouseholdErased',
    payload: ({ id, partOf }) => organization.ResettlementHouseholdErased.fromPartial({ resettlementId: id, siteId: partOf ?? '' }),
    threadOf: ({ partOf }) => partOf,
    erase: eraseOpenHouseholds,
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
  {
    ruleSet: 'organization.retention.told_worker_complaints',
    objectType: 'worker_complaint',
    code: 'worker_erased',
    event: 'WorkerErased',
    payload: ({ id, partOf }) => organization.WorkerErased.fromPartial({ complaintId: id, siteId: partOf ?? '' }),
    threadOf: ({ id }) => id,
    erase: eraseToldWorkers,
  },
  {
    ruleSet: 'organization.retention.open_worker_complaints',
    objectType: 'worker_complaint',
    code: 'worker_erased',
    event: 'WorkerErased',
    payload: ({ id, partOf }) => organization.WorkerErased.fromPartial({ complaintId: id, siteId: partOf ?? '' }),
    threadOf: ({ id }) => id,
    erase: eraseOpenWorkers,
  },
];
