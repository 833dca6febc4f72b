import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { authorityOnWire } from '../findings/wire';
import { nextActions, outcomeOf } from './rules';
import { complaintChannels, complaintKinds, complaintOutcomes, complaintResults, complaintStates, revealPurposes, type ComplaintStep, type WorkerComplaint } from './worker-complaint';

export const kindOnWire = wireEnum('WORKER_COMPLAINT_KIND', organization.WorkerComplaintKind, complaintKinds);
export const channelOnWire = wireEnum('WORKER_COMPLAINT_CHANNEL', organization.WorkerComplaintChannel, complaintChannels);
export const complaintStateOnWire = wireEnum('WORKER_COMPLAINT_STATE', organization.WorkerComplaintState, complaintStates);
export const resultOnWire = wireEnum('WORKER_COMPLAINT_RESULT', organization.WorkerComplaintResult, complaintResults);
export const purposeOnWire = wireEnum('WORKER_REVEAL_PURPOSE', organization.WorkerRevealPurpose, revealPurposes);
export const outcomeOnWire = wireEnum('WORKER_COMPLAINT_OUTCOME', organization.WorkerComplaintOutcome, complaintOutcomes);

const { WORKER_COMPLAINT_RESULT_UNSPECIFIED } = organization.WorkerComplaintResult;
const { WORKER_COMPLAINT_OUTCOME_UNSPECIFIED } = organization.WorkerComplaintOutcome;
const { SITE_AUTHORITY_UNSPECIFIED } = organization.SiteAuthority;

export function complaintToWire(complaint: WorkerComplaint): organization.WorkerComplaint {
  const { unitPath: _unitPath, steps, ...rest } = complaint;
  const outcome = outcomeOf(complaint);
  return {
    ...rest,
    kind: kindOnWire.toWire(complaint.kind),
    channel: channelOnWire.toWire(complaint.channel),
    state: complaintStateOnWire.toWire(complaint.state),
    outcome: outcome === undefined ? WORKER_COMPLAINT_OUTCOME_UNSPECIFIED : outcomeOnWire.toWire(outcome),
    steps: steps.map(stepToWire),
    nextActions: nextActions(complaint),
  };
}

function stepToWire({ authority, result, outcome, ...rest }: ComplaintStep): organization.WorkerComplaintStep {
  return {
    ...rest,
    authority: authority === undefined ? SITE_AUTHORITY_UNSPECIFIED : authorityOnWire.toWire(authority),
    result: result === undefined ? WORKER_COMPLAINT_RESULT_UNSPECIFIED : resultOnWire.toWire(result),
    outcome: outcome === undefined ? WORKER_COMPLAINT_OUTCOME_UNSPECIFIED : outcomeOnWire.toWire(outcome),
  };
}
