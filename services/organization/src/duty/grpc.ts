import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { addDays, daysBetween, localDateOf, type LocalDate } from '@linli/clocks';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { compactLimit, readUuid, requestKey, violation, type RpcContext } from '@linli/grpc';
import { readDay, today } from '../days';
import type { Deps } from '../deps';
import { readTime } from '../fields';
import { unitNotFound } from '../units/rules';
import { cancelDuty, reassignDuty, swapDuty } from './change-duty';
import { changeRoster, openRoster } from './change-roster';
import { planDuty } from './plan-duty';
import { gapsAt, horizonOf } from './review-duty';
import { actingAt } from './rules';
import { findPeople, findPlace, findRosterAt, listRosters, listSlots } from './store';
import { gapToWire, partOnWire, readKinds, rosterToWire, slotToWire } from './wire';

const read = 'organization.duty.read';
const mostPairs = 60;
const mostDays = 92;

export function dutyService(deps: Deps): organization.DutyServiceImplementation<RpcContext> {
  return {
    async openDutyRoster(request, { caller }) {
      const kinds = readKinds(request.kinds);
      if (kinds.length === 0) throw violation('kinds', 'required');
      const key = requestKey(caller, organization.OpenDutyRosterRequest, request);
      return { roster: rosterToWire(await openRoster(deps, caller, { request: key, unitId: readUuid(request.unitId, 'unit_id'), kinds })) };
    },
    async changeDutyRoster(request, { caller }) {
      const rosterId = readUuid(request.rosterId, 'roster_id');
      return { roster: rosterToWire(await changeRoster(deps, caller, { rosterId, version: request.version, kinds: readKinds(request.kinds) })) };
    },
    listDutyRosters: (request, { caller }) => listPage(deps, caller, request),
    async planDuty(request, { caller }) {
      const kinds = readKinds(request.kinds);
      if (kinds.length === 0) throw violation('kinds', 'required');
      const slots = await planDuty(deps, caller, {
        request: requestKey(caller, organization.PlanDutyRequest, request),
        unitId: readUuid(request.unitId, 'unit_id'),
        ...readRange(readDay(request.fromDay, 'from_day', today(deps)), readRequiredDay(request.toDay, 'to_day')),
        kinds,
        pairs: readPairs(request.pairs),
      });
      return { slots: slots.map(slotToWire) };
    },
    async reassignDuty(request, { caller }) {
      const [aId, bId] = [request.aId === '' ? '' : readUuid(request.aId, 'a_id'), request.bId === '' ? '' : readUuid(request.bId, 'b_id')];
      return { slot: slotToWire(await reassignDuty(deps, caller, { ...readRef(request), aId, bId })) };
    },
    async swapDuty(request, { caller }) {
      const other = { slotId: readUuid(request.otherSlotId, 'other_slot_id'), version: request.otherVersion, part: partOnWire.fromWire(request.otherPart, 'other_part') };
      const [slot, swapped] = await swapDuty(deps, caller, { ...readRef(request), part: partOnWire.fromWire(request.part, 'part'), other });
      return { slot: slotToWire(slot), other: slotToWire(swapped) };
    },
    async cancelDuty(request, { caller }) {
      return { slot: slotToWire(await cancelDuty(deps, caller, readRef(request))) };
    },
    async getDutyPlan(request, { caller }) {
      const unitId = readUuid(request.unitId, 'unit_id');
      const from = readDay(request.fromDay, 'from_day', today(deps));
      const range = readRange(from, readDay(request.toDay, 'to_day', addDays(from, 6)));
      const slots = await deps.db.withTenant(caller, async (tx) => {
        await coveredPath(tx, caller, unitId);
        return listSlots(tx, unitId, range);
      });
      return { slots: slots.map(slotToWire) };
    },
    async getDuty(request, { caller }) {
      const at = readTime(request.at, 'at') ?? deps.now();
      return { onCall: await onCallAt(deps, caller, { unitId: readUuid(request.unitId, 'unit_id'), at }) };
    },
    async getDutyGaps(request, { caller }) {
      const unitId = readUuid(request.unitId, 'unit_id');
      if (request.days < 0) throw violation('days', 'negative');
      if (request.days > mostDays) throw violation('days', 'too_large');
      const gaps = await deps.db.withTenant(caller, async (tx) => {
        const unitPath = await coveredPath(tx, caller, unitId);
        const roster = await findRosterAt(tx, unitId);
        if (roster === undefined) return [];
        const days = request.days === 0 ? await horizonOf(deps, tx) : request.days;
        return (await gapsAt(deps, tx, { unitId, unitPath, kinds: roster.kinds, days })).gaps;
      });
      return { gaps: gaps.map((gap) => gapToWire(unitId, gap)) };
    },
  };
}

/** A slot never reaches over midnight, so those of the day are all that can hold the time. */
async function onCallAt(deps: Pick<Deps, 'db'>, caller: Caller, { unitId, at }: { unitId: string; at: Date }): Promise<organization.DutyOnCall[]> {
  const day = localDateOf(at);
  return deps.db.withTenant(caller, async (tx) => {
    const unitPath = await coveredPath(tx, caller, unitId);
    const slots = (await listSlots(tx, unitId, { from: day, to: day })).filter(({ startsAt, endsAt }) => startsAt <= at && at < endsAt);
    const people = await findPeople(tx, slots.flatMap(({ aId, bId }) => [aId, bId]), { unitPath });
    return slots.map((slot) => {
      const { actingId = '', standIn } = actingAt(slot, people, at);
      return { slot: slotToWire(slot), actingId, standIn };
    });
  });
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListDutyRostersRequest): Promise<organization.ListDutyRostersResponse> {
  const limit = compactLimit(request.pageSize);
  const context = { list: 'duty_rosters', tenant: caller.tenantId, caller: caller.subject };
  const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, (tx) => listRosters(tx, { scopes: unitScopes(caller, read), afterId, limit: limit + 1 }));
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  return { rosters: shown.map(rosterToWire), nextPageToken };
}

async function coveredPath(tx: Tx, caller: Caller, unitId: string): Promise<string> {
  const place = await findPlace(tx, unitId);
  if (place === undefined || !coversUnit(caller, read, place.path)) throw unitNotFound();
  return place.path;
}

function readRange(from: LocalDate, to: LocalDate): { from: LocalDate; to: LocalDate } {
  if (to < from) throw violation('to_day', 'before_valid_from');
  if (daysBetween(from, to) >= mostDays) throw violation('to_day', 'too_large');
  return { from, to };
}

function readRequiredDay(text: string, field: string): LocalDate {
  if (text === '') throw violation(field, 'required');
  return readDay(text, field, text);
}

function readPairs(pairs: readonly organization.DutyPair[]): { aId: string; bId: string }[] {
  if (pairs.length === 0) throw violation('pairs', 'required');
  if (pairs.length > mostPairs) throw violation('pairs', 'too_many');
  return pairs.map((pair, index) => {
    const [aId, bId] = [readUuid(pair.aId, `pairs[${index}].a_id`), readUuid(pair.bId, `pairs[${index}].b_id`)];
    if (aId === bId) throw violation(`pairs[${index}].b_id`, 'duplicate');
    return { aId, bId };
  });
}

function readRef(request: { readonly slotId: string; readonly version: number }): { slotId: string; version: number } {
  return { slotId: readUuid(request.slotId, 'slot_id'), version: request.version };
}
