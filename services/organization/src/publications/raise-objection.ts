import { coversUnit, systemCaller, type Caller } from '@linli/auth';
import { satisfyClock, startClock, type Clock } from '@linli/clocks';
import { answerOnce, newId, tenantOf, type RequestKey, type Tx } from '@linli/db';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import type { ClockHandler } from '../timing/clock-handlers';
import { assertVersion } from '../version';
import { endWork, setWork } from '../work/store';
import type { Objection, Publication } from './publication';
import { assertOpenToObjections, assertUnanswered, objectionNotFound, publicationNotFound } from './rules';
import { sharePublication } from './store';
import { findObjection, insertObjection, lockObjection, updateObjection } from './store-objections';

export const objectionClock = 'organization.objection_answer';
const kind = 'organization.objection';
export const permissions = {
  object: 'organization.publication.object',
  answer: 'organization.publication.answer',
  objections: 'organization.publication.objections',
} as const;

/** By a resident, or by staff for somebody who came to them. @throws not_found PUBLICATION_NOT_FOUND; failed_precondition as `assertOpenToObjections`. */
export async function raiseObjection(
  deps: Pick<Deps, 'db' | 'now' | 'calendar'>,
  caller: Caller,
  { request, publicationId, textZh }: { readonly request: RequestKey; readonly publicationId: string; readonly textZh: string },
): Promise<Objection> {
  return deps.db.withTenant(caller, async (tx) => {
    // A stored answer lies in clear, so it holds the id only.
    const { id } = await answerOnce(tx, request, async () => {
      const publication = await sharePublication(tx, publicationId);
      if (publication === undefined || !mayObject(caller, publication)) throw publicationNotFound();
      assertOpenToObjections(publication, today(deps));
      const at = deps.now();
      const objectionId = newId(at.getTime());
      const clock = await startClock(tx, deps.calendar, { kind: objectionClock, subjectType: kind, subjectId: objectionId, ruleSet: { id: objectionClock }, at, alarms: ['due'] });
      const { unitId, unitPath } = publication;
      const objection: Objection = {
        id: objectionId,
        publicationId,
        unitId,
        unitPath,
        raisedBy: caller.subject,
        textZh,
        state: 'raised',
        dueAt: clock.dueAt,
        overdue: false,
        answerZh: '',
        answeredAt: undefined,
        erased: false,
        createdAt: at,
        version: 1,
      };
      await insertObjection(tx, objection);
      await record(tx, { caller, after: objection, at }, { event: 'ObjectionRaised', detail: { dueAt: clock.dueAt } });
      return { id: objectionId };
    });
    const objection = await findObjection(tx, id);
    if (objection === undefined) throw objectionNotFound();
    return objection;
  });
}

function mayObject(caller: Caller, { unitPath }: Publication): boolean {
  return caller.kind === 'resident' || coversUnit(caller, permissions.object, unitPath);
}

/** @throws not_found OBJECTION_NOT_FOUND; aborted VERSION_STALE; failed_precondition OBJECTION_ANSWERED. */
export async function answerObjection(
  deps: Pick<Deps, 'db' | 'now'>,
  caller: Caller,
  { objectionId, version, answerZh }: { readonly objectionId: string; readonly version: number; readonly answerZh: string },
): Promise<Objection> {
  return deps.db.withTenant(caller, async (tx) => {
    const found = await lockObjection(tx, objectionId);
    if (found === undefined || !coversUnit(caller, permissions.answer, found.unitPath)) throw objectionNotFound();
    assertVersion(found, version);
    assertUnanswered(found);
    const at = deps.now();
    await satisfyClock(tx, { kind: objectionClock, subjectId: objectionId, at });
    const after: Objection = { ...found, state: 'answered', answerZh, answeredAt: at, version: version + 1 };
    await updateObjection(tx, after);
    await record(tx, { caller, after, at }, { event: 'ObjectionAnswered', detail: { late: at > found.dueAt } });
    return after;
  });
}

/** The limit for an answer: passed, or moved with the working calendar. */
export function objectionAlarms(deps: Pick<Deps, 'now'>): ClockHandler {
  async function save(tx: Tx, { subjectId, dueAt }: Clock, { changed, event }: { readonly changed: Partial<Objection>; readonly event: Told['event'] }): Promise<void> {
    const found = await lockObjection(tx, subjectId);
    if (found === undefined) throw objectionNotFound();
    const after: Objection = { ...found, ...changed, version: found.version + 1 };
    await updateObjection(tx, after);
    await record(tx, { caller: systemCaller(tenantOf(tx), 'organization', []), after, at: deps.now() }, { event, detail: { dueAt } });
  }
  return {
    async alarms(tx, alarms) {
      for (const { clock } of alarms) await save(tx, clock, { changed: { overdue: true }, event: 'ObjectionOverdue' });
    },
    moved: (tx, { clock }) => save(tx, clock, { changed: { dueAt: clock.dueAt }, event: 'ObjectionDueMoved' }),
  };
}

interface Told {
  readonly event: keyof typeof entryCodes;
  readonly detail: { readonly dueAt: Date } | { readonly late: boolean };
}

const entryCodes = { ObjectionRaised: 'raised', ObjectionAnswered: 'answered', ObjectionOverdue: 'overdue', ObjectionDueMoved: 'due_moved' } as const;

async function record(tx: Tx, { caller, after, at }: { readonly caller: Caller; readonly after: Objection; readonly at: Date }, { event, detail }: Told): Promise<void> {
  const { id, unitId, unitPath, state, dueAt, version } = after;
  const payload = { objectionId: id, ...detail };
  const entry = { threadId: id, unitPath, at, code: entryCodes[event] };
  await recordChanges(tx, caller, [{ action: `objection.${entryCodes[event]}`, objectType: 'objection', id, version, event, payload, entry }]);
  if (state === 'answered') return endWork(tx, kind, [id]);
  const work = { kind, subjectId: id, number: '', action: 'answer', titleZh: '公示异议', ownerId: undefined, permission: permissions.answer };
  await setWork(tx, [{ ...work, unitId, unitPath, dueAt, threadId: id, version }]);
}
