import { coversUnit, type Caller } from '@linli/auth';
import { localDateOf } from '@linli/clocks';
import { organization } from '@linli/contracts';
import { answerOnce, newId, type RequestKey } from '@linli/db';
import { violation } from '@linli/grpc';
import { recordChanges } from '../changes';
import { today } from '../days';
import type { Deps } from '../deps';
import { holdUnitOpen } from '../units/hold-unit-open';
import { unitNotFound } from '../units/rules';
import type { Activity, Session } from './activity';
import { areSessions } from './rules';
import { insertActivity } from './store';
import { kindOnWire } from './wire';

export interface CreateActivity extends Pick<Activity, 'unitId' | 'kind' | 'nameZh' | 'nameMn' | 'placeZh' | 'ages' | 'capacity'> {
  readonly request: RequestKey;
  readonly sessions: readonly Pick<Session, 'startsAt' | 'endsAt'>[];
  /** Undefined: until it begins. */
  readonly signUpUntil: Date | undefined;
}

/** @throws not_found UNIT_NOT_FOUND; failed_precondition UNIT_CLOSED; invalid_argument for sessions out of order or past, or a unit that is no community. */
export async function createActivity(deps: Pick<Deps, 'db' | 'now'>, caller: Caller, { request, ...facts }: CreateActivity): Promise<Activity> {
  return deps.db.withTenant(caller, (tx) =>
    answerOnce(tx, request, async () => {
      const unit = await holdUnitOpen(tx, facts.unitId, today(deps));
      if (!coversUnit(caller, 'organization.activity.write', unit.path)) throw unitNotFound();
      if (unit.kind !== 'community') throw violation('unit_id', 'misplaced');
      const at = deps.now();
      const activity = announced(facts, { id: newId(at.getTime()), unitPath: unit.path, now: at });
      await insertActivity(tx, activity);
      const { id, unitId, unitPath, kind, startsAt, endsAt, capacity } = activity;
      const payload = organization.ActivityAnnounced.fromPartial({ activityId: id, unitId, kind: kindOnWire.toWire(kind), startsAt, endsAt, capacity });
      const entry = { threadId: id, unitPath, at, code: 'announced', facts: { kind, starts_on: localDateOf(startsAt) } };
      await recordChanges(tx, caller, [{ action: 'activity.create', objectType: 'activity', id, version: 1, event: 'ActivityAnnounced', payload, entry }]);
      return activity;
    }),
  );
}

function announced(facts: Omit<CreateActivity, 'request'>, { id, unitPath, now }: { readonly id: string; readonly unitPath: string; readonly now: Date }): Activity {
  const [first, last] = [facts.sessions[0], facts.sessions.at(-1)];
  if (first === undefined || last === undefined) throw violation('sessions', 'required');
  if (!areSessions(facts.sessions)) throw violation('sessions', 'out_of_order');
  if (first.startsAt <= now) throw violation('sessions', 'in_past');
  const signUpUntil = facts.signUpUntil ?? first.startsAt;
  if (signUpUntil <= now) throw violation('sign_up_until', 'in_past');
  if (signUpUntil > first.startsAt) throw violation('sign_up_until', 'after_start');
  const sessions = facts.sessions.map((session, at) => ({ ...session, number: at + 1, attended: undefined }));
  return { ...facts, id, unitPath, sessions, startsAt: first.startsAt, endsAt: last.endsAt, signUpUntil, calledOffAt: undefined, version: 1 };
}
