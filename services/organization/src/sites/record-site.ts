import type { Caller } from '@linli/auth';
import { instantAt } from '@linli/clocks';
import type { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import { endWork, setWork, type Work } from '../work/store';
import { siteKind, type Site } from './site';
import { stageOnWire } from './wire';

const businessEnds = 18 * 3_600_000;

/** The events of a site, with what each says beside the site's id. */
interface SiteEvents {
  readonly SiteCreated: organization.SiteCreated;
  readonly SiteUpdated: organization.SiteUpdated;
  readonly SiteLeaderAssigned: organization.SiteLeaderAssigned;
  readonly SiteClosed: organization.SiteClosed;
  readonly SiteVisitDone: organization.SiteVisitDone;
  readonly SiteVisitMissed: organization.SiteVisitMissed;
}

export interface SiteChange<E extends keyof SiteEvents = keyof SiteEvents> {
  readonly after: Site;
  /** For the audit trail and the thread: `visit_done`. */
  readonly code: string;
  readonly event: E;
  readonly detail: Partial<SiteEvents[E]>;
  readonly facts?: Readonly<Record<string, string>>;
  readonly at: Date;
}

/** The event, the audit row, the entry and the work that a new version of a site brings. */
export async function recordSites(tx: Tx, caller: Caller, changes: readonly SiteChange[]): Promise<void> {
  await recordChanges(
    tx,
    caller,
    changes.map(({ after, code, event, detail, facts, at }) => ({
      action: `site.${code}`,
      objectType: 'site',
      id: after.id,
      version: after.version,
      event,
      payload: { siteId: after.id, ...detail },
      entry: { threadId: after.id, unitPath: after.unitPath, at, code, ...(facts && { facts }) },
    })),
  );
  const sites = changes.map(({ after }) => after);
  await setWork(tx, sites.flatMap(visitWork));
  await endWork(tx, siteKind, sites.filter(({ visitDueOn }) => visitDueOn === undefined).map(({ id }) => id));
}

/** A visit that is owed waits for the leader; after a missed one it has been due since then. */
function visitWork(site: Site): Work[] {
  const { visitDueOn, missedSince } = site;
  if (visitDueOn === undefined) return [];
  return [
    {
      kind: siteKind,
      subjectId: site.id,
      number: site.permitNumber,
      action: missedSince === undefined ? 'visit' : 'visit_missed',
      titleZh: site.nameZh,
      unitId: site.unitId,
      unitPath: site.unitPath,
      ownerId: site.leaderId,
      permission: 'organization.site.visit',
      dueAt: instantAt(missedSince ?? visitDueOn, businessEnds),
      threadId: site.id,
      version: site.version,
    },
  ];
}

export function siteCreated(site: Site): organization.SiteCreated {
  return { siteId: site.id, unitId: site.unitId, leaderId: site.leaderId, stage: stageOnWire.toWire(site.stage), openedOn: site.openedOn };
}
