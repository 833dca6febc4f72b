import { systemCaller } from '@linli/auth';
import { cancelClock } from '@linli/clocks';
import { tenantOf } from '@linli/db';
import type { Deps } from '../deps';
import { holdSites } from '../sites/hold-site';
import type { ClockHandler } from '../timing/clock-handlers';
import { recordFindings, startReferralClock, type FindingChange } from './record-finding';
import { unanswered } from './rules';
import { lockFindings, saveFinding, saveReferral } from './store';
import { authorityOnWire, findingStateOnWire } from './wire';

/** An authority did not answer in its time: its leader is to remind it, and it has as much time again. */
export function referralClockHandler(deps: Pick<Deps, 'now' | 'calendar'>): ClockHandler {
  return {
    async alarms(tx, alarms) {
      const at = deps.now();
      const found = await lockFindings(tx, alarms.map(({ clock }) => clock.subjectId));
      const sites = await holdSites(tx, found.map(({ siteId }) => siteId));
      for (const { clock } of alarms) await cancelClock(tx, { clockId: clock.id, at });
      const changes: FindingChange[] = [];
      for (const finding of found) {
        const [site, referral] = [sites.get(finding.siteId), unanswered(finding)];
        if (site === undefined || referral === undefined) continue;
        const reminded = { ...referral, reminders: referral.reminders + 1 };
        await startReferralClock(deps, tx, { findingId: finding.id, at });
        await saveReferral(tx, reminded);
        const after = { ...finding, referrals: finding.referrals.map((one) => (one.id === reminded.id ? reminded : one)), version: finding.version + 1 };
        await saveFinding(tx, after);
        const { authority, reminders } = reminded;
        const detail = { authority: authorityOnWire.toWire(authority), reminders };
        changes.push({ after, site, code: 'referral_unanswered', event: 'SiteReferralUnanswered', detail, facts: { authority, reminders: String(reminders) }, at });
      }
      await recordFindings(tx, systemCaller(tenantOf(tx), 'organization', []), changes);
    },
    async moved(tx, { clock }) {
      const [finding] = await lockFindings(tx, [clock.subjectId]);
      const site = finding && (await holdSites(tx, [finding.siteId])).get(finding.siteId);
      const referral = finding && unanswered(finding);
      if (finding === undefined || site === undefined || referral === undefined) return;
      const moved = { ...referral, replyDueAt: clock.dueAt };
      await saveReferral(tx, moved);
      const after = { ...finding, referrals: finding.referrals.map((one) => (one.id === moved.id ? moved : one)), version: finding.version + 1 };
      await saveFinding(tx, after);
      const detail = { state: findingStateOnWire.toWire(after.state) };
      await recordFindings(tx, systemCaller(tenantOf(tx), 'organization', []), [{ after, site, code: 'reply_due_moved', event: 'SiteFindingMoved', detail, at: deps.now() }]);
    },
  };
}
