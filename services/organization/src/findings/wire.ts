import { organization } from '@linli/contracts';
import { wireEnum } from '@linli/grpc';
import { concernOnWire } from '../sites/wire';
import { authorities, emergencyLines, findingStates, severities, type Finding } from './finding';
import { nextActions } from './rules';

export const severityOnWire = wireEnum('SITE_FINDING_SEVERITY', organization.SiteFindingSeverity, severities);
export const findingStateOnWire = wireEnum('SITE_FINDING_STATE', organization.SiteFindingState, findingStates);
export const authorityOnWire = wireEnum('SITE_AUTHORITY', organization.SiteAuthority, authorities);
export const lineOnWire = wireEnum('EMERGENCY_LINE', organization.EmergencyLine, emergencyLines);

export function findingToWire(finding: Finding): organization.SiteFinding {
  const { unitPath: _unitPath, call, referrals, ...rest } = finding;
  return {
    ...rest,
    concern: concernOnWire.toWire(finding.concern),
    severity: severityOnWire.toWire(finding.severity),
    state: findingStateOnWire.toWire(finding.state),
    call: call && { line: lineOnWire.toWire(call.line), calledAt: call.calledAt },
    referrals: referrals.map((referral) => ({ ...referral, authority: authorityOnWire.toWire(referral.authority) })),
    nextActions: nextActions(finding),
  };
}
