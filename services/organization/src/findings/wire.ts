import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { concernOnWire } from '../sites/wire';
import { authorities, emergencyLines, findingStates, referralReplies, severities, type Finding, type Referral } from './finding';
import { nextActions } from './rules';

export const severityOnWire = wireEnum('SITE_FINDING_SEVERITY', organization.SiteFindingSeverity, severities);
export const findingStateOnWire = wireEnum('SITE_FINDING_STATE', organization.SiteFindingState, findingStates);
export const authorityOnWire = wireEnum('SITE_AUTHORITY', organization.SiteAuthority, authorities);
export const replyOnWire = wireEnum('SITE_REFERRAL_REPLY', organization.SiteReferralReply, referralReplies);
export const lineOnWire = wireEnum('EMERGENCY_LINE', organization.EmergencyLine, emergencyLines);

export function findingToWire(finding: Finding): organization.SiteFinding {
  const { unitPath: _unitPath, call, referrals, ...rest } = finding;
  return {
    ...rest,
    concern: concernOnWire.toWire(finding.concern),
    severity: severityOnWire.toWire(finding.severity),
    state: findingStateOnWire.toWire(finding.state),
    call: call && { line: lineOnWire.toWire(call.line), calledAt: call.calledAt },
    referrals: referrals.map(referralToWire),
    nextActions: nextActions(finding),
  };
}

function referralToWire({ authority, reply, ...rest }: Referral): organization.SiteReferral {
  const given = reply === undefined ? organization.SiteReferralReply.SITE_REFERRAL_REPLY_UNSPECIFIED : replyOnWire.toWire(reply);
  return { ...rest, authority: authorityOnWire.toWire(authority), reply: given };
}
