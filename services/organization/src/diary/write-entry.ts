import { coversUnit, systemCaller, type Caller } from '@linli/auth';
import { satisfyClock, startClock } from '@linli/clocks';
import { answerOnce, newId, tenantOf, type RequestKey } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges, type Change } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { assertNeedSeen } from '../joint-projects/needs';
import type { ClockHandler } from '../timing/clock-handlers';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import type { DiaryEntry } from './diary-entry';
import { assertBuilding, diaryEntryNotFound } from './rules';
import { eraseTexts, findEntry, insertEntry } from './store';
import { actionOnWire, needOnWire } from './wire';

export const textClock = 'organization.diary_text';
export const permissions = { read: 'organization.diary.read', write: 'organization.diary.write' } as const;

export interface WriteEntry extends Omit<DiaryEntry, 'id' | 'unitPath' | 'authorId' | 'textExpiresAt' | 'textErased' | 'createdAt' | 'version'> {
  readonly request: RequestKey;
}

/** @throws not_found UNIT_NOT_FOUND, NEED_NOT_FOUND; failed_precondition UNIT_CLOSED, DIARY_NOT_OF_BUILDING; invalid_argument for a day to come and for a person who did not ask. */
export async function writeEntry(deps: Pick<Deps, 'db' | 'now' | 'calendar'>, caller: Caller, input: WriteEntry): Promise<DiaryEntry> {
  const { request, ...facts } = input;
  if (facts.visitedOn > today(deps)) throw violation('visited_on', 'in_future');
  if (facts.followUpPersonId !== undefined && !facts.followUpAsked) throw violation('follow_up_person_id', 'not_asked');
  return deps.db.withTenant(caller, async (tx) => {
    // A stored answer outlives the text, so it holds the id only.
    const { id } = await answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, permissions.write, unit.path)) throw unitNotFound();
      assertBuilding(unit);
      if (facts.linkedNeedId !== undefined) await assertNeedSeen(tx, caller, facts.linkedNeedId);
      const at = deps.now();
      const entryId = newId(at.getTime());
      const clock = await startClock(tx, deps.calendar, { kind: textClock, subjectType: 'organization.diary', subjectId: entryId, ruleSet: { id: textClock }, at, alarms: ['due'] });
      const entry: DiaryEntry = { ...facts, id: entryId, unitPath: unit.path, authorId: caller.subject, textExpiresAt: clock.dueAt, textErased: false, createdAt: at, version: 1 };
      await insertEntry(tx, entry);
      await recordChanges(tx, caller, [written(entry)]);
      return { id: entryId };
    });
    const entry = await findEntry(tx, id);
    if (entry === undefined) throw diaryEntryNotFound();
    return entry;
  });
}

function written({ id, unitId, visitedOn, needs, action, linkedNeedId = '', linkedCaseId = '' }: DiaryEntry): Change {
  const payload = { entryId: id, unitId, visitedOn, needs: needs.map((need) => needOnWire.toWire(need)), action: actionOnWire.toWire(action), linkedNeedId, linkedCaseId };
  return { action: 'diary.write', objectType: 'diary', id, version: 1, event: 'DiaryEntryWritten', payload };
}

/** The words have had their time: they go, however late we come to it. */
export function diaryAlarms(deps: Pick<Deps, 'now'>): ClockHandler {
  return {
    async alarms(tx, alarms) {
      const erased = await eraseTexts(tx, alarms.map(({ clock }) => clock.subjectId));
      for (const { clock } of alarms) await satisfyClock(tx, { clockId: clock.id, at: deps.now() });
      const caller = systemCaller(tenantOf(tx), 'organization', []);
      const changes = erased.map(({ id, version }): Change => ({ action: 'diary.erase', objectType: 'diary', id, version, event: 'DiaryTextErased', payload: { entryId: id } }));
      if (changes.length > 0) await recordChanges(tx, caller, changes);
    },
    // Counted in calendar days: no working calendar moves it.
    moved: () => Promise.resolve(),
  };
}
