import type { Caller } from '@linli/auth';
import { instantAt } from '@linli/clocks';
import type { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { recordChanges } from '../changes';
import type { Site } from '../sites/site';
import { endWork, setWork, type Work } from '../work/store';
import { resettlementKind, type Resettlement } from './resettlement';

const businessEnds = 18 * 3_600_000;

/** The events of a resettlement, with what each says beside its id and the site's. */
interface ResettlementEvents {
  readonly ResettlementSigned: organization.ResettlementSigned;
  readonly ResettlementMoved: organization.ResettlementMoved;
  readonly TransitionPaymentRecorded: organization.TransitionPaymentRecorded;
  readonly ResettlementDateMissed: organization.ResettlementDateMissed;
}

export interface ResettlementChange<E extends keyof ResettlementEvents = keyof ResettlementEvents> {
  readonly after: Resettlement;
  readonly site: Pick<Site, 'nameZh' | 'leaderId'>;
  /** For the audit trail and the thread: `moved`. */
  readonly code: string;
  readonly event: E;
  readonly detail: Partial<ResettlementEvents[E]>;
  readonly facts?: Readonly<Record<string, string>>;
  readonly at: Date;
}

/** The event, the audit row, the entry in the site's thread and the work that a new version brings. */
export async function recordResettlements(tx: Tx, caller: Caller, changes: readonly ResettlementChange[]): Promise<void> {
  await recordChanges(
    tx,
    caller,
    changes.map(({ after, code, event, detail, facts, at }) => ({
      action: `resettlement.${code}`,
      objectType: 'resettlement',
      id: after.id,
      version: after.version,
      event,
      payload: { resettlementId: after.id, siteId: after.siteId, ...detail },
      entry: { threadId: after.siteId, unitPath: after.unitPath, at, code, ...(facts && { facts }) },
    })),
  );
  await setWork(tx, changes.flatMap(({ after, site }) => resettlementWork(after, site)));
  await endWork(tx, resettlementKind, changes.filter(({ after }) => after.state === 'closed').map(({ after }) => after.id));
}

/** What waits for the site's leader: due on the promised day while the home is owed, at no time afterwards. */
export function resettlementWork(resettlement: Resettlement, site: Pick<Site, 'nameZh' | 'leaderId'>): Work[] {
  const { state, promisedOn, handedOverAt } = resettlement;
  if (state === 'closed') return [];
  return [
    {
      kind: resettlementKind,
      subjectId: resettlement.id,
      number: resettlement.agreementNumber,
      action: handedOverAt === undefined ? 'follow_promise' : 'close',
      titleZh: site.nameZh,
      unitId: resettlement.unitId,
      unitPath: resettlement.unitPath,
      ownerId: site.leaderId,
      permission: 'organization.resettlement.write',
      dueAt: handedOverAt === undefined ? instantAt(promisedOn, businessEnds) : undefined,
      threadId: resettlement.siteId,
      version: resettlement.version,
    },
  ];
}
