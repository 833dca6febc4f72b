import type { Migration } from '@linli/db';
import * as machinery from './20261124090000_create_machinery';
import * as tenants from './20261124090100_create_tenants_and_units';
import * as staff from './20261124090200_create_staff';
import * as grants from './20261124090300_create_grants';
import * as marks from './20261124095000_allow_marks_by_relay';
import * as asOf from './20261125090000_index_units_as_of';
import * as work from './20261128090000_create_work';
import * as regradings from './20261128100000_create_regradings';
import * as gridFacts from './20261128100100_create_grid_facts';
import * as duty from './20261128110000_create_duty';
import * as calendar from './20261128110100_create_calendar';
import * as grantRequests from './20261128110200_create_grant_requests';
import * as committees from './20261128120000_create_member_units_and_committees';
import * as meetings from './20261128120100_create_meetings';
import * as meetingRules from './20261128120200_create_meeting_rules';
import * as quorums from './20261128130000_create_quorums';
import * as pledges from './20261128130100_create_pledges';
import * as sites from './20261128140000_create_sites';
import * as siteRules from './20261128140100_seed_site_rules';
import * as resettlements from './20261128140200_create_resettlements';
import * as referrals from './20261128140300_follow_referrals';
import * as venues from './20261128150000_create_venues';
import * as topics from './20261128130200_create_topics';
import * as decisions from './20261128130300_create_decisions';
import * as publications from './20261128130400_create_publications';
import * as diary from './20261128130500_create_diary';
import * as covenants from './20261128130600_create_covenants_and_funds';
import * as coverage from './20261128120300_create_coverage';
import * as instructors from './20261128120400_create_instructors';
import * as jointProjects from './20261128120500_create_joint_projects';
import * as dualReports from './20261128120600_create_dual_reports';
import * as activities from './20261128150100_create_activities';
import * as communities from './20261128150200_create_incubation_jobs_learning_conduct';
import * as workerComplaints from './20261129090000_create_worker_complaints';
import * as householdClusters from './20261129100000_allow_household_clusters';
import * as began from './20261129110000_index_units_began';
import * as residentsInThreads from './20261129120000_blank_residents_in_threads';
import * as withdrawnChildren from './20261129120100_forget_withdrawn_children';
import * as byUnit from './20261129130000_index_by_unit';
import * as withdrawnDecisions from './20261129130100_withdraw_decisions';
import * as followSuccessors from './20261129140000_follow_successors';
import * as eraseInTime from './20261129150000_erase_in_time';
import * as followMore from './20261129155000_follow_and_forget_more';
import * as withdrawnPublications from './20261129160000_withdraw_publications';
import * as calledOffMeetings from './20261129160100_call_off_meetings';
import * as resourcesByMemberUnit from './20261129170000_index_resources_by_member_unit';
import * as boundJobsAndVotes from './20261129170100_bound_jobs_and_votes';
import * as keepMoves from './20261129180000_keep_moves';
import * as absences from './20261129181000_note_absences';
import * as unitCounts from './20261129182000_count_units_by_day';
import * as countVotes from './20261129184000_count_votes_in_time';
import * as publicationLead from './20261129184001_bound_publication_lead';
import * as owedAgain from './20261129184002_owe_withdrawn_publications';
import * as notedPapers from './20261129184003_note_papers';
import * as withdrawnDrafts from './20261129184004_withdraw_drafts';
import * as eraseOpen from './20261129185000_erase_what_nobody_closed';
import * as recheckReferrals from './20261129185100_recheck_answered_referrals';
import * as callOffToCome from './20261129185200_call_off_what_is_to_come';
import * as boundPlannedVersions from './20261129185300_bound_planned_versions';
import * as withdrawWords from './20261129185400_withdraw_words';
import * as replaceRotations from './20261129187000_replace_rotations';
import * as indexDualReports from './20261129187100_index_dual_reports';
import * as callOffWithCommittees from './20261129187200_call_off_with_committees';
import * as dissolveCommittees from './20261129187300_dissolve_committees';
import * as closeUnratedAndWithdraw from './20261129187400_close_unrated_and_withdraw';
import * as publicLists from './20261129183000_index_public_lists';

export const migrations: readonly Migration[] = [
  machinery,
  tenants,
  staff,
  grants,
  marks,
  asOf,
  work,
  regradings,
  gridFacts,
  duty,
  calendar,
  grantRequests,
  committees,
  meetings,
  meetingRules,
  quorums,
  pledges,
  sites,
  siteRules,
  venues,
  topics,
  decisions,
  publications,
  diary,
  covenants,
  coverage,
  instructors,
  jointProjects,
  dualReports,
  activities,
  communities,
  resettlements,
  referrals,
  workerComplaints,
  householdClusters,
  began,
  residentsInThreads,
  withdrawnChildren,
  byUnit,
  withdrawnDecisions,
  followSuccessors,
  eraseInTime,
  followMore,
  withdrawnPublications,
  calledOffMeetings,
  resourcesByMemberUnit,
  boundJobsAndVotes,
  keepMoves,
  absences,
  unitCounts,
  countVotes,
  publicationLead,
  owedAgain,
  notedPapers,
  withdrawnDrafts,
  eraseOpen,
  recheckReferrals,
  callOffToCome,
  boundPlannedVersions,
  withdrawWords,
  replaceRotations,
  indexDualReports,
  callOffWithCommittees,
  dissolveCommittees,
  closeUnratedAndWithdraw,
  publicLists,
];
