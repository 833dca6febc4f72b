import { coversUnit, unitScopes, type Caller } from '@linli/auth';
import { organization } from '@linli/contracts';
import type { Tx } from '@linli/db';
import { compactLimit, readUuid, requestKey, requireText, violation, type RpcContext } from '@linli/grpc';
import { readAsOf, readDay, today } from '../days';
import type { Deps } from '../deps';
import { readCode } from '../fields';
import { updateCommittee } from './change-committee';
import { handOverRotation, setRotation, swapCommitteeHosts } from './change-rotation';
import { endCommitteeSeat, takeCommitteeSeats } from './change-seats';
import type { Committee } from './committee';
import { dissolveCommittee } from './dissolve-committee';
import { foundCommittee } from './found-committee';
import { findOwedMeeting } from './owed-meeting';
import { readSchedule } from './rotation-store';
import { committeeNotFound, seatedOn } from './seats';
import { findCommittee, listCommittees, readSeats } from './store';
import { committeeKindOnWire, committeeToWire, rotationToWire } from './wire';

const read = 'organization.committee.read';
const nameRule = { max: 100 };
const mostUnits = 100;
const mostSeats = 200;
const mostYears = 60;
const years = { min: 1950, max: 2199 };

export function committeeService(deps: Deps): organization.CommitteeServiceImplementation<RpcContext> {
  const refOf = ({ committeeId, version }: { committeeId: string; version: number }) => ({ committeeId: readUuid(committeeId, 'committee_id'), version });
  return {
    async foundCommittee(request, { caller }) {
      const { committee, owed } = await foundCommittee(deps, caller, {
        request: requestKey(caller, organization.FoundCommitteeRequest, request),
        kind: committeeKindOnWire.fromWire(request.kind, 'kind'),
        unitId: readUuid(request.unitId, 'unit_id'),
        nameZh: requireText(request.nameZh, 'name_zh', nameRule),
        size: readSize(request.size),
      });
      return { committee: committeeToWire(committee, [], owed) };
    },
    async updateCommittee(request, { caller }) {
      const { nameZh, size } = request;
      const changed = { ...(nameZh === undefined ? {} : { nameZh: requireText(nameZh, 'name_zh', nameRule) }), ...(size === undefined ? {} : { size: readSize(size) }) };
      return answer(deps, caller, await updateCommittee(deps, caller, { ...refOf(request), changed }));
    },
    async dissolveCommittee(request, { caller }) {
      return answer(deps, caller, await dissolveCommittee(deps, caller, { ...refOf(request), reasonCode: readCode(request.reasonCode, 'reason_code') }));
    },
    async takeSeats(request, { caller }) {
      const memberUnitIds = readUnits(request.memberUnitIds);
      const validFrom = readDay(request.validFrom, 'valid_from', today(deps));
      return answer(deps, caller, await takeCommitteeSeats(deps, caller, { ...refOf(request), memberUnitIds, validFrom }));
    },
    async endSeat(request, { caller }) {
      const seatId = readUuid(request.seatId, 'seat_id');
      const validTo = readDay(request.validTo, 'valid_to', today(deps));
      return answer(deps, caller, await endCommitteeSeat(deps, caller, { ...refOf(request), seatId, validTo }));
    },
    async getCommittee(request, { caller }) {
      const id = readUuid(request.committeeId, 'committee_id');
      const day = readDay(request.asOf, 'as_of', today(deps));
      return deps.db.withTenant(caller, async (tx) => {
        const committee = await getVisible(tx, caller, id);
        return { committee: committeeToWire(committee, seatedOn(await readSeats(tx, id), day), await findOwedMeeting(tx, id)) };
      });
    },
    listCommittees: (request, { caller }) => listPage(deps, caller, request),
    async setRotation(request, { caller }) {
      const units = readUnits(request.memberUnitIds);
      return answer(deps, caller, await setRotation(deps, caller, { ...refOf(request), baseYear: readYear(request.baseYear, 'base_year'), units }));
    },
    async swapHosts(request, { caller }) {
      const swapped = await swapCommitteeHosts(deps, caller, {
        ...refOf(request),
        years: [readYear(request.year, 'year'), readYear(request.otherYear, 'other_year')],
        reasonCode: readCode(request.reasonCode, 'reason_code'),
        decidedOn: readDay(request.decidedOn, 'decided_on', today(deps)),
      });
      return answer(deps, caller, swapped);
    },
    async handOverRotation(request, { caller }) {
      return answer(deps, caller, await handOverRotation(deps, caller, { ...refOf(request), year: readYear(request.year, 'year') }));
    },
    async getRotation(request, { caller }) {
      const id = readUuid(request.committeeId, 'committee_id');
      const [from, to] = [readYear(request.fromYear, 'from_year'), readYear(request.toYear, 'to_year')];
      if (to < from || to - from > mostYears) throw violation('to_year', 'out_of_range');
      return deps.db.withTenant(caller, async (tx) => {
        await getVisible(tx, caller, id);
        return rotationToWire(await readSchedule(tx, id), from, to);
      });
    },
  };
}

async function listPage(deps: Deps, caller: Caller, request: organization.ListCommitteesRequest): Promise<organization.ListCommitteesResponse> {
  const limit = compactLimit(request.pageSize);
  const kind = committeeKindOnWire.fromWireOrNone(request.kind, 'kind');
  const asOf = readAsOf(request);
  const context = { list: 'committees', tenant: caller.tenantId, caller: caller.subject, kind, asOf };
  const afterId = deps.pages.read(request.pageToken, context)?.[0]?.toString();
  const found = await deps.db.withTenant(caller, (tx) => listCommittees(tx, { scopes: unitScopes(caller, read), kind, asOf, afterId, limit: limit + 1 }));
  const { shown, nextPageToken } = deps.pages.cut(found, { limit, context, at: ({ id }) => [id] });
  return { committees: shown.map((committee) => committeeToWire(committee, [])), nextPageToken };
}

/** A changed committee as it now is, with the seats of today. */
async function answer(deps: Deps, caller: Caller, committee: Committee): Promise<{ committee: organization.Committee }> {
  return deps.db.withTenant(caller, async (tx) => ({
    committee: committeeToWire(committee, seatedOn(await readSeats(tx, committee.id), today(deps)), await findOwedMeeting(tx, committee.id)),
  }));
}

async function getVisible(tx: Tx, caller: Caller, id: string): Promise<Committee> {
  const committee = await findCommittee(tx, id);
  if (committee === undefined || !coversUnit(caller, read, committee.unitPath)) throw committeeNotFound();
  return committee;
}

/** Each once, in the order given. */
function readUnits(ids: readonly string[]): string[] {
  if (ids.length === 0) throw violation('member_unit_ids', 'required');
  if (ids.length > mostUnits) throw violation('member_unit_ids', 'too_many');
  const units = ids.map((id, index) => readUuid(id, `member_unit_ids[${index}]`));
  const again = units.findIndex((id, index) => units.indexOf(id) < index);
  if (again >= 0) throw violation(`member_unit_ids[${again}]`, 'duplicate');
  return units;
}

function readSize(size: number): number {
  if (size < 1 || size > mostSeats) throw violation('size', 'out_of_range');
  return size;
}

function readYear(year: number, field: string): number {
  if (year === 0) throw violation(field, 'required');
  if (year < years.min || year > years.max) throw violation(field, 'out_of_range');
  return year;
}
