import type { Caller } from '@linli/auth';
import { startClock } from '@linli/clocks';
import type { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Deps } from '../deps';
import type { Site } from '../sites/site';
import { endWork, setWork, type Work } from '../work/store';
import { findingKind, referralClock, type Finding, type FindingState, type Severity } from './finding';
import { unanswered } from './rules';

/** The events of a finding, with what each says beside its id and the site's. */
interface FindingEvents {
  readonly SiteFindingRaised: organization.SiteFindingRaised;
  readonly SiteFindingMoved: organization.SiteFindingMoved;
  readonly SiteFindingOverdue: organization.SiteFindingOverdue;
  readonly SiteFindingDueChanged: organization.SiteFindingDueChanged;
  readonly SiteFindingClosed: organization.SiteFindingClosed;
  readonly SiteReferralSent: organization.SiteReferralSent;
  readonly SiteReferralAnswered: organization.SiteReferralAnswered;
  readonly SiteReferralUnanswered: organization.SiteReferralUnanswered;
}

export interface FindingChange<E extends keyof FindingEvents = keyof FindingEvents> {
  readonly after: Finding;
  readonly site: Pick<Site, 'nameZh' | 'leaderId'>;
  /** For the audit trail and the thread: `tell_site`. */
  readonly code: string;
  readonly event: E;
  readonly detail: Partial<FindingEvents[E]>;
  readonly facts?: Readonly<Record<string, string>>;
  readonly at: Date;
}

const waitsFor: Readonly<Record<Exclude<FindingState, 'closed'>, string>> = {
  found: 'tell_site',
  told_site: 'start_rectification',
  rectifying: 'recheck',
  referred: 'recheck',
  rechecked: 'close',
};

/** The event, the audit row, the entry in the site's thread and the work that a new version of a finding brings. */
export async function recordFindings(tx: Tx, caller: Caller, changes: readonly FindingChange[]): Promise<void> {
  await recordChanges(
    tx,
    caller,
    changes.map(({ after, code, event, detail, facts = {}, at }) => ({
      action: `finding.${code}`,
      objectType: 'finding',
      id: after.id,
      version: after.version,
      event,
      payload: { findingId: after.id, siteId: after.siteId, ...detail },
      entry: { threadId: after.siteId, unitPath: after.unitPath, at, code, facts: { concern: after.concern, severity: after.severity, ...facts } },
    })),
  );
  await setWork(tx, changes.flatMap(({ after, site }) => findingWork(after, site)));
  await endWork(tx, findingKind, changes.filter(({ after }) => after.state === 'closed').map(({ after }) => after.id));
}

/** What waits for the site's leader. */
export function findingWork(finding: Finding, site: Pick<Site, 'nameZh' | 'leaderId'>): Work[] {
  if (finding.state === 'closed') return [];
  const { action, dueAt } = nextStep(finding, finding.state);
  return [
    {
      kind: findingKind,
      subjectId: finding.id,
      number: '',
      action,
      titleZh: site.nameZh,
      unitId: finding.unitId,
      unitPath: finding.unitPath,
      ownerId: site.leaderId,
      permission: 'organization.finding.process',
      dueAt,
      threadId: finding.siteId,
      version: finding.version,
    },
  ];
}

function nextStep(finding: Finding, state: Exclude<FindingState, 'closed'>): Pick<Work, 'action' | 'dueAt'> {
  const referral = state === 'referred' ? unanswered(finding) : undefined;
  if (referral === undefined) return { action: waitsFor[state], dueAt: finding.dueAt };
  return { action: referral.reminders > 0 ? 'remind_authority' : 'record_reply', dueAt: referral.replyDueAt };
}

/** From `at` the finding is to be mended and looked at again by the time its severity gives, or looked at again after an authority's answer. */
export async function startFindingClock(
  deps: Pick<Deps, 'calendar'>,
  tx: Tx,
  started: { readonly findingId: string; readonly limit: Severity | 'recheck'; readonly at: Date },
): Promise<{ readonly dueAt: Date; readonly dueProvisional: boolean }> {
  const { findingId, limit, at } = started;
  const clock = await startClock(tx, deps.calendar, {
    kind: findingKind,
    subjectType: findingKind,
    subjectId: findingId,
    ruleSet: { id: `organization.finding.${limit}` },
    at,
    alarms: ['due'],
  });
  return { dueAt: clock.dueAt, dueProvisional: clock.provisional };
}

/** From `at` the authority has its time to answer. */
export async function startReferralClock(deps: Pick<Deps, 'calendar'>, tx: Tx, started: { readonly findingId: string; readonly at: Date }): Promise<Date> {
  const { findingId, at } = started;
  const clock = await startClock(tx, deps.calendar, { kind: referralClock, subjectType: findingKind, subjectId: findingId, ruleSet: { id: referralClock }, at, alarms: ['due'] });
  return clock.dueAt;
}
